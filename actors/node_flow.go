package actors

import (
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/actors/wire"
)

// links bounds what is on its way to each other node. Proto.Actor queues for a
// node that does not take anything, without end; so every few letters the other
// gateway is asked to say that it has come so far, and what goes beyond the
// bounds is dropped. Everything that is dropped heals: a status by the next one,
// a request by being refused, the rest by what connections do when a link was
// lost.
type flowControl struct {
	address string // this node's address
	send    func(address string, letter *wire.Envelope)
	flows   sync.Map // address to *link

	dropped atomic.Int64
}

// link is one life of the way to a node.
type flow struct {
	incarnation string // the incarnation of the node as this one sees it

	sent, sentBytes   atomic.Uint64
	acked, ackedBytes atomic.Uint64 // has arrived
	asked, askedBytes atomic.Uint64 // sent, when the other side was last asked
	askedAt           atomic.Int64  // when that was, in nanoseconds since 1970
}

// Bounds of what is on its way to one node.
const (
	maxUnackedMessages = 10_000
	maxUnackedBytes    = 16 << 20
	ackEveryMessages   = 128
	ackEveryBytes      = 1 << 20
	ackTimeout         = time.Second // after which a question may have been lost
)

// take counts a letter of about size bytes to the node at address. It reports
// whether the letter may be sent.
func (l *flowControl) admit(address string, size int) bool {
	p := l.flow(address)
	if p.sent.Load()-p.acked.Load() >= maxUnackedMessages || p.sentBytes.Load()-p.ackedBytes.Load() >= maxUnackedBytes {
		l.dropped.Add(1)
		if now := time.Now().UnixNano(); now-p.askedAt.Load() >= int64(ackTimeout) {
			l.requestAck(address, p, p.sent.Load(), p.sentBytes.Load())
		}
		return false
	}
	sent, bytes := p.sent.Add(1), p.sentBytes.Add(uint64(size))
	if sent-p.asked.Load() >= ackEveryMessages || bytes-p.askedBytes.Load() >= ackEveryBytes {
		l.requestAck(address, p, sent, bytes)
	}
	return true
}

// ask asks the other side whether it has come so far.
func (l *flowControl) requestAck(address string, p *flow, sent, bytes uint64) {
	p.asked.Store(sent)
	p.askedBytes.Store(bytes)
	p.askedAt.Store(time.Now().UnixNano())
	l.send(address, &wire.Envelope{Body: &wire.Envelope_AckRequest{
		AckRequest: &wire.AckRequest{From: l.address, Link: p.incarnation, Sent: sent, Bytes: bytes},
	}})
}

func (l *flowControl) flow(address string) *flow {
	p, ok := l.flows.Load(address)
	if !ok {
		p, _ = l.flows.LoadOrStore(address, &flow{})
	}
	return p.(*flow)
}

// heard takes in how far the other side has come.
func (l *flowControl) acknowledged(m *wire.Ack) {
	p := l.flow(m.GetFrom())
	if p.incarnation == m.GetLink() && m.GetSent() <= p.sent.Load() {
		p.acked.Store(m.GetSent())
		p.ackedBytes.Store(m.GetBytes())
	}
}

// renew begins the link to a node anew whose incarnation has changed, and
// forgets those that are no members any more.
func (l *flowControl) reset(view View) {
	members := map[string]bool{}
	for _, address := range view.Members() {
		members[address] = true
		if life := view.Incarnation(address); l.flow(address).incarnation != life {
			l.flows.Store(address, &flow{incarnation: life})
		}
	}
	l.flows.Range(func(address, _ any) bool {
		if !members[address.(string)] {
			l.flows.Delete(address)
		}
		return true
	})
}
