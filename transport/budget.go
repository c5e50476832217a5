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

// shedPause is how long relief waits for what it has cut to be gone.
const shedPause = 10 * time.Millisecond

// budget is how much may wait for all clients together: events, statuses and
// what is being written to sockets that do not take it. What a socket takes at
// once is never counted. As much again may be under way to clients that have been
// told to go, so that they can hear that.
type budget struct {
	limit    int64 // bytes; zero is no limit
	held     atomic.Int64
	leaving  atomic.Int64
	shedding atomic.Bool
}

// exceeded says that more waits than may.
func (b *budget) exceeded() bool {
	return b.limit > 0 && max(b.held.Load(), b.leaving.Load()) > b.limit
}

// halfUsed says that half of it is used up, from where on clients that do not read
// what they have asked for get no more answers.
func (b *budget) halfUsed() bool { return b.limit > 0 && b.held.Load() > b.limit/2 }

// share is what waits for one client, as the budget has it.
type share struct{ held, leaving atomic.Int64 }

// updateBudget brings the budget up to what waits for this client, and has somebody cut
// if that is too much. The caller holds mu, and so does whoever called it for a
// room's other members, so the cutting is for another goroutine.
func (c *Conn) updateBudget() {
	b := &c.server.budget
	held, leaving := int64(c.inFlight+c.out.weight()), int64(0)
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
	if max(more, moreLeaving) > 0 && b.exceeded() && b.shedding.CompareAndSwap(false, true) {
		go c.server.shedLoad()
	}
}

// shedLoad cuts clients, those first for whom most waits, until a quarter of the
// budget is free again.
func (s *Server) shedLoad() {
	defer s.budget.shedding.Store(false)
	for s.budget.exceeded() {
		conns := s.admission.all()
		s.shedFrom(conns, &s.budget.held, func(c *Conn) int64 { return c.share.held.Load() }, (*Conn).shed)
		s.shedFrom(conns, &s.budget.leaving, func(c *Conn) int64 { return c.share.leaving.Load() }, (*Conn).abort)
		<-time.NewTimer(shedPause).C // for what was cut to be gone
	}
}

// shedFrom cuts those with the largest parts of a total that is over the limit.
func (s *Server) shedFrom(conns []*Conn, total *atomic.Int64, part func(*Conn) int64, cut func(*Conn)) {
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

// shed drops what waits for a client that there is no room for, and tells it
// so.
func (c *Conn) shed() {
	c.mu.Lock()
	open := c.code == 0
	if open {
		c.server.counters.relieved.Add(1)
		c.beginClose(protocol.CloseSlowConsumer, "too much is waiting")
	}
	c.mu.Unlock()
	if open { // a log may be slow, and mu is for those who are not
		c.server.ObserveSecurity(QueueFull, c.addr)
	}
}

// abort is breakOff for whoever does not hold mu.
func (c *Conn) abort() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.abortLocked()
}
