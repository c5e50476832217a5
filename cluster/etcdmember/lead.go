package etcdmember

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.etcd.io/etcd/server/v3/etcdserver"
	"golang.org/x/time/rate"
)

// Every change waits for the member that leads, and for the majority that it asks. etcd
// keeps a leader for as long as its signs of life arrive, however slow its network or its
// processors have become, and all rooms are as slow as it is. So a member that leads
// watches how long a majority takes to confirm that it does, which no change can beat. If
// that is long, it compares itself with the others, and has one lead that is much nearer
// to a majority.
//
// What is slow for all, such as a cluster across continents, makes nobody much better than
// the leader, and changes nothing.

const (
	// confirmInterval is how often a leader asks for a confirmation, and slowConfirm how
	// long one may take: several times a round trip within a continent.
	confirmInterval = 250 * time.Millisecond
	slowConfirm     = 250 * time.Millisecond
	// slowFor is for how long no confirmation may have come in time before another member
	// leads: a pause is over by then, and a longer one makes the others elect.
	slowFor = time.Second
	// compareInterval is how often a slow leader compares itself with the others at most.
	compareInterval = 5 * time.Second
	// handOverInterval is how often a member hands over at most, or tries to, handOverBurst
	// times sooner. What is wrong with a comparison, as on machines that are too busy to compare
	// anything, costs so many short pauses, and no more.
	handOverInterval = time.Minute
	handOverBurst    = 3
	// muchFaster is how many times as fast as the leader its successor must be. A change
	// of the leader is a pause of its own, and nearly as fast is not worth one.
	muchFaster = 3
	// handOverTimeout is for one attempt, with one successor. It has to get all changes
	// first, over a network that may be what is slow, and raft gives up after half a
	// second. The next attempt finds others that have got all of them: meanwhile, the
	// leader has accepted no more.
	handOverTimeout  = 550 * time.Millisecond
	handOverAttempts = 3 // with each
)

// standing is a member's place among the others.
type standing struct {
	node string
	id   uint64
	pace time.Duration
}

// successors returns the members of which one should lead instead of a slow leader, best
// first: those that are much faster. A leader whose own place is good is slow for another
// reason, which would go with the leadership.
func successors(own time.Duration, others []standing, slow time.Duration) (better []standing) {
	for _, o := range others {
		if own >= slow && o.pace <= own/muchFaster {
			better = append(better, o)
		}
	}
	slices.SortFunc(better, func(a, b standing) int { return cmp.Compare(a.pace, b.pace) })
	return better
}

// slowness is what a leader knows of its confirmations.
type slowness struct {
	since time.Time // the first late one after the last in time; zero for none
}

// note takes the next confirmation, which was asked for at began.
func (s *slowness) note(began time.Time, inTime bool) {
	switch {
	case inTime:
		s.since = time.Time{}
	case s.since.IsZero():
		s.since = began
	}
}

// long reports whether confirmations have been late for long.
func (s *slowness) long(now time.Time) bool {
	return !s.since.IsZero() && now.Sub(s.since) >= slowFor
}

// leadership is what a member does about its own.
type leadership struct {
	slow     slowness
	better   []standing // who should lead instead
	compared time.Time  // last; zero for never
	bound    *rate.Limiter
}

// keepLeaderFast hands the leadership over while this member has it and is slow, until
// etcd ends.
func (m *Member) keepLeaderFast(e *etcdserver.EtcdServer) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	m.serving.Go(func() {
		<-e.StopNotify()
		cancel()
	})
	tick := time.NewTicker(confirmInterval)
	defer tick.Stop()
	for l := newLeadership(); ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if m.stopped.Load() || e.Leader() != e.MemberID() {
			l.slow, l.better = slowness{}, nil
			continue
		}
		m.checkLeader(ctx, e, l)
	}
}

// checkLeader looks once whether this member, which leads, is slow, and does something
// about it.
func (m *Member) checkLeader(ctx context.Context, e *etcdserver.EtcdServer, l *leadership) {
	began := time.Now()
	inTime := m.confirmed(ctx, e)
	l.slow.note(began, inTime)
	if inTime {
		l.better = nil
		return
	}
	if l.mayCompare(time.Now()) {
		l.better = m.compare(ctx, e)
		l.compared = time.Now()
	}
	if l.slow.long(time.Now()) && len(l.better) > 0 {
		l.bound.Allow() // also if it fails, which is a longer pause
		m.handOver(ctx, e, l.better)
		l.slow, l.better = slowness{}, nil
	}
}

func newLeadership() *leadership {
	return &leadership{bound: rate.NewLimiter(rate.Every(handOverInterval), handOverBurst)}
}

// mayCompare reports whether it is time to look for somebody better, to whom this member
// may hand over.
func (l *leadership) mayCompare(now time.Time) bool {
	return len(l.better) == 0 && now.Sub(l.compared) >= compareInterval && l.bound.TokensAt(now) >= 1
}

// confirmed reports whether a majority confirms in time that this member leads.
func (m *Member) confirmed(ctx context.Context, e *etcdserver.EtcdServer) bool {
	ctx, cancel := context.WithTimeout(ctx, m.conf.slowConfirm())
	defer cancel()
	return e.LinearizableReadNotify(ctx) == nil
}

// handOver has the first of some members that can do so lead instead of this one.
func (m *Member) handOver(ctx context.Context, e *etcdserver.EtcdServer, better []standing) {
	began := time.Now()
	for _, to := range slices.Repeat(better, handOverAttempts) {
		if ctx.Err() != nil { // etcd ends
			return
		}
		if moveLeader(e, to.id, handOverTimeout) {
			m.handedOver.Add(1)
			m.conf.Log.Warn("this node led and was slow, so another one leads now", "node", cmp.Or(m.State().Leader, "not known yet"), "took", time.Since(began))
			return
		}
	}
	m.conf.Log.Warn("this node leads and is slow, and no other one takes over", "tried", len(better), "took", time.Since(began))
}
