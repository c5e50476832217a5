package membership

import (
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// etcdState is what the goroutines of an Etcd share. The methods that end in
// Locked are called with mu held.
type etcdState struct {
	mu            sync.Mutex
	self          Member
	system        string // the ID of the node; each registration appends its number
	registrations int
	created       int64 // the revision of this node's record, which tells it from any other; 0 without one
	lease         clientv3.LeaseID
	replica       etcdReplica
	checking      map[string]bool // addresses whose port is being checked
	disturbed     chan struct{}   // this node's own keys are not as they should be
}

// own returns this node's record as it should be, and the revision at which it
// was created.
func (s *etcdState) own() (self Member, created int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.self, s.created
}

// checkOwn wakes the goroutine that maintains this node's keys if these are not
// as they should be.
func (s *etcdState) checkOwn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, expired := s.replica.expired[s.self.Address]; expired || s.removedLocked() {
		select {
		case s.disturbed <- struct{}{}:
		default:
		}
	}
}

// removedLocked reports whether this node's record has been deleted.
func (s *etcdState) removedLocked() bool {
	return s.created != 0 && s.replica.applied >= s.created && s.replica.members[s.self.Address].created != s.created
}

// overdue returns the members whose liveness key has been gone for longer than
// grace, and the revisions of their records. A member that is returned once is
// returned again only after another grace, by when the result of removing it has
// arrived.
func (s *etcdState) overdue(grace time.Duration) map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string]int64{}
	for address, since := range s.replica.expired {
		record := s.replica.members[address]
		due := record.member.Draining || time.Since(since) >= grace // a draining member gets no grace
		if address != s.self.Address && due {
			found[address] = record.created
			s.replica.expired[address] = time.Now()
		}
	}
	return found
}
