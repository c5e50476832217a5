package etcdmember

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"go.etcd.io/etcd/server/v3/etcdserver"
)

// A member's pace is how long the nearest majority takes to answer it: what a change takes
// if it leads, but for the disks. It is measured when a leader is slow, and in the same way
// by each, so that paces can be compared.
//
// The leader's own disk does not count. A leader sends its changes before it has written
// them, and a majority can have them before it does; the rooms of a member that follows
// wait for its disk three times in a row. So a leader with a slow disk is best left
// alone. If it writes for longer than half a second, it sends no signs of life, and the
// others elect.

const (
	visitTimeout   = time.Second     // of another member; whoever takes longer is not near
	compareTimeout = 3 * time.Second // of all others by a slow leader
)

// paced is a member's answer to a slow leader.
type paced struct {
	Pace time.Duration `json:"pace"` // nanoseconds
	Took time.Duration `json:"took"` // to find out
}

// compare returns the members that should lead instead of this one.
func (m *Member) compare(ctx context.Context, e *etcdserver.EtcdServer) []standing {
	ctx, cancel := context.WithTimeout(ctx, compareTimeout)
	defer cancel()
	var mu sync.Mutex
	var others []standing
	voters := m.otherVoters(e)
	own, err := m.measure(voters, len(voters), func(other Info) (time.Duration, error) {
		p, took, err := m.ask.pace(ctx, other.Node)
		if err != nil {
			return 0, err
		}
		mu.Lock()
		defer mu.Unlock()
		others = append(others, standing{other.Node, other.ID, p.Pace})
		return took, nil
	})
	if err != nil {
		m.conf.Log.Debug("this node leads and is slow, and cannot compare itself with the others", "err", err)
		return nil
	}
	better := successors(own, others, m.conf.slowConfirm())
	m.conf.Log.Debug("this node leads and is slow", "pace", own, "others", len(others), "better", len(better))
	return better
}

// tellPace answers a slow leader.
func (m *Member) tellPace(r *http.Request, _ change) (any, error) {
	e := m.running()
	if e == nil || m.stopped.Load() {
		return nil, errNotMember
	}
	ctx, cancel := context.WithTimeout(r.Context(), visitTimeout)
	defer cancel()
	began, voters := time.Now(), m.otherVoters(e)
	pace, err := m.measure(voters, majorityOf(voters), func(other Info) (time.Duration, error) {
		return m.ask.visit(ctx, other.Node)
	})
	return paced{pace, time.Since(began)}, err
}

// majorityOf is how many of a member's other voters it needs for a majority.
func majorityOf(others []Info) int { return (len(others) + 1) / 2 }

// otherVoters are the members with a vote but for this one.
func (m *Member) otherVoters(e *etcdserver.EtcdServer) []Info {
	return slices.DeleteFunc(m.members(), func(i Info) bool { return i.Learner || i.ID == uint64(e.MemberID()) })
}

// measure returns this member's pace. It visits all voters at once, and waits until so
// many have answered.
func (m *Member) measure(voters []Info, wait int, visit func(Info) (time.Duration, error)) (time.Duration, error) {
	answers := make(chan time.Duration, len(voters))
	var visits sync.WaitGroup
	for _, other := range voters {
		visits.Go(func() {
			if took, err := visit(other); err == nil {
				answers <- m.conf.trip(took)
			}
		})
	}
	go func() {
		visits.Wait()
		close(answers)
	}()
	var trips []time.Duration
	for took := range answers {
		if trips = append(trips, took); len(trips) >= wait {
			break
		}
	}
	slices.Sort(trips)
	switch near := majorityOf(voters); {
	case len(trips) < near:
		return 0, errors.New("no majority answers")
	case near == 0:
		return 0, nil
	default:
		return trips[near-1], nil
	}
}
