package protocol

import (
	"sync"

	"example.com/pokey/poker"
)

// Status is one version of a room on its way to the members' connections. It is
// encoded at most once as a whole and once as a patch, for any number of
// connections. It is safe for concurrent use.
type Status struct {
	RoomID  poker.RoomID
	Epoch   string
	Version uint64
	// Since is the version that Patch starts from, zero without a patch.
	Since uint64
	// Patch is a roomPatch message, nil if AppendPatch makes none.
	Patch []byte

	next    *poker.Snapshot // to be encoded; nil if full is there already, or for the zero Status
	encoded sync.Once
	full    []byte
	weighed sync.Once
	size    int
}

// NewStatus returns the status of a room at next's version. prev is the snapshot
// that the members were sent last, nil for none.
func NewStatus(prev, next *poker.Snapshot) *Status {
	s := &Status{RoomID: next.ID, Epoch: next.Epoch, Version: next.Version, next: next}
	if prev == nil {
		return s
	}
	if patch, ok := AppendPatch(make([]byte, 0, 320), prev, next); ok {
		s.Since, s.Patch = prev.Version, patch
	}
	return s
}

// Full returns the whole roomStatus message. The caller must not change it.
func (s *Status) Full() []byte {
	s.encoded.Do(func() {
		if s.full == nil {
			s.full = AppendStatus(nil, s.next)
		}
	})
	if s.full == nil { // encoding it has panicked before
		panic("protocol: a status that cannot be encoded")
	}
	return s.full
}

// Size estimates how many bytes of memory the status holds until it is sent.
func (s *Status) Size() int {
	s.weighed.Do(func() {
		if s.next != nil {
			s.size = len(s.Patch) + weigh(s.next)
		}
	})
	return s.size
}

// weigh estimates the bytes of memory a snapshot takes, without encoding it.
func weigh(s *poker.Snapshot) int {
	const room, member = 1 << 10, 200
	n := room + len(s.Topic.Title)
	for i := range s.Members {
		m := &s.Members[i]
		n += member + len(m.Name)
		if m.Vote != nil {
			n += len(m.Vote.Value) + len(m.Vote.Comment)
		}
	}
	for i := range s.Waiting {
		n += member + len(s.Waiting[i].Name)
	}
	for _, topic := range s.Topics {
		n += len(topic.Title) + len(topic.Key) + len(topic.URL) + len(topic.Estimate)
	}
	return n + 16*len(s.Ahead)
}

// EncodedStatus returns a status that comes from another node. full is the whole
// roomStatus message; the caller must not change it afterwards.
func EncodedStatus(room poker.RoomID, epoch string, version uint64, full []byte) *Status {
	return &Status{RoomID: room, Epoch: epoch, Version: version, full: full, size: len(full)}
}
