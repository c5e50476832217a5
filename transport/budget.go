package transport

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	"example.com/pokey/protocol"
)

// frameWeight is about what a queued event takes besides its bytes.
const frameWeight = 64

// reliefPause is how long relief waits for what it has cut to be gone.
const reliefPause = 10 * time.Millisecond

// budget is how much may wait for all clients together: events, statuses and
// what is being written to sockets that do not take it. What a socket takes at
// once is never counted. As much again may be under way to clients that have been
// told to go, so that they can hear that.
type budget struct {
	limit     int64 // bytes; zero is no limit
	held      atomic.Int64
	leaving   atomic.Int64
	relieving atomic.Bool
}

// over says that more waits than may.
func (b *budget) over() bool {
	return b.limit > 0 && max(b.held.Load(), b.leaving.Load()) > b.limit
}

// tight says that half of it is used up, from where on clients that do not read
// what they have asked for get no more answers.
func (b *budget) tight() bool { return b.limit > 0 && b.held.Load() > b.limit/2 }

// share is what waits for one client, as the budget has it.
type share struct{ held, leaving atomic.Int64 }

// account brings the budget up to what waits for this client, and has somebody cut
// if that is too much. The caller holds mu, and so does whoever called it for a
// room's other members, so the cutting is for another goroutine.
func (c *Conn) account() {
	b := &c.server.budget
	held, leaving := int64(c.flying+c.out.weight()), int64(0)
	if c.code != 0 {
		held, leaving = 0, held
	}
	more := held - c.share.held.Swap(held)
	moreLeaving := leaving - c.share.leaving.Swap(leaving)
	if more != 0 {
		b.held.Add(more)
	}
	if moreLeaving != 0 {
		b.leaving.Add(moreLeaving)
	}
	if max(more, moreLeaving) > 0 && b.over() && b.relieving.CompareAndSwap(false, true) {
		go c.server.relieve()
	}
}

// relieve cuts clients, those first for whom most waits, until a quarter of the
// budget is free again.
func (s *Server) relieve() {
	defer s.budget.relieving.Store(false)
	for s.budget.over() {
		conns := s.admission.all()
		s.relieveOf(conns, &s.budget.held, func(c *Conn) int64 { return c.share.held.Load() }, (*Conn).giveWay)
		s.relieveOf(conns, &s.budget.leaving, func(c *Conn) int64 { return c.share.leaving.Load() }, (*Conn).breakAway)
		<-time.NewTimer(reliefPause).C // for what was cut to be gone
	}
}

// relieveOf cuts those with the largest parts of a total that is over the limit.
func (s *Server) relieveOf(conns []*Conn, total *atomic.Int64, part func(*Conn) int64, cut func(*Conn)) {
	excess := total.Load() - s.budget.limit
	if excess <= 0 {
		return
	}
	excess += s.budget.limit / 4
	slices.SortFunc(conns, func(a, b *Conn) int { return cmp.Compare(part(b), part(a)) })
	for _, c := range conns {
		freed := part(c)
		if excess <= 0 || freed == 0 {
			return
		}
		cut(c)
		excess -= freed
	}
}

// giveWay drops what waits for a client that there is no room for, and tells it
// so.
func (c *Conn) giveWay() {
	c.mu.Lock()
	open := c.code == 0
	if open {
		c.server.counters.relieved.Add(1)
		c.shut(protocol.CloseSlowConsumer, "too much is waiting")
	}
	c.mu.Unlock()
	if open { // a log may be slow, and mu is for those who are not
		c.server.ObserveSecurity(QueueFull, c.addr)
	}
}

// breakAway is breakOff for whoever does not hold mu.
func (c *Conn) breakAway() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.breakOff()
}
