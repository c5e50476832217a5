package transport

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	"example.com/pokey/protocol"
)

// frameWeight estimates the bytes of memory that a queued event takes besides its
// payload.
const frameWeight = 64

// shedPause is the time that shedLoad gives cut connections to go.
const shedPause = 10 * time.Millisecond

// budget limits the bytes that wait for all clients together: events, statuses and
// what is being written to slow sockets. What a socket takes at once is never
// counted. As many bytes again may wait for clients that are being closed, so that
// they can be told.
type budget struct {
	limit    int64 // bytes; zero means no limit
	held     atomic.Int64
	leaving  atomic.Int64
	shedding atomic.Bool
}

// exceeded reports whether more bytes wait than the limit allows.
func (b *budget) exceeded() bool {
	return b.limit > 0 && max(b.held.Load(), b.leaving.Load()) > b.limit
}

// halfUsed reports whether more than half of the budget is used. From then on
// clients that do not read their answers get no more of them.
func (b *budget) halfUsed() bool { return b.limit > 0 && b.held.Load() > b.limit/2 }

// share is a client's part of the budget.
type share struct{ held, leaving atomic.Int64 }

// updateBudget accounts for what waits for this client now, and starts shedding
// load if that exceeds the budget. The caller holds mu, and its own caller may hold
// the mu of other connections, so another goroutine sheds.
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

// shedLoad cuts the clients with the largest shares until a quarter of the budget
// is free again.
func (s *Server) shedLoad() {
	defer s.budget.shedding.Store(false)
	for s.budget.exceeded() {
		conns := s.admission.all()
		s.shedFrom(conns, &s.budget.held, func(c *Conn) int64 { return c.share.held.Load() }, (*Conn).shed)
		s.shedFrom(conns, &s.budget.leaving, func(c *Conn) int64 { return c.share.leaving.Load() }, (*Conn).abort)
		<-time.NewTimer(shedPause).C // until those that were cut are gone
	}
}

// shedFrom cuts the clients with the largest parts of a total that is over the
// limit.
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

// shed drops what waits for a client, and closes it as a slow consumer.
func (c *Conn) shed() {
	c.mu.Lock()
	open := c.code == 0
	if open {
		c.server.counters.relieved.Add(1)
		c.beginClose(protocol.CloseSlowConsumer, "too much is waiting")
	}
	c.mu.Unlock()
	if open { // without mu: a log may be slow
		c.server.ObserveSecurity(QueueFull, c.addr)
	}
}

// abort is abortLocked for callers that do not hold mu.
func (c *Conn) abort() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.abortLocked()
}
