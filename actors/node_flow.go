package actors

import (
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/actors/wire"
)

// flowControl bounds what is under way to each other node, in messages and in bytes,
// from the sender here to the gateway there. It is the only bound on that path:
// Proto.Actor and the node link queue without end for a node that takes nothing.
//
// Every few messages the sender asks the other gateway for an acknowledgement. What
// exceeds the bound is dropped, and nothing is lost for good: the next status
// replaces a dropped one, the caller of a request is refused, and connections send
// the rest again when a link was lost.
type flowControl struct {
	address string // of this node
	send    func(address string, envelope *wire.Envelope)
	flows   sync.Map // address to *flow

	dropped atomic.Int64
}

// flow is what is under way to one incarnation of a node.
type flow struct {
	incarnation string // as this node's view has it

	sent, sentBytes           atomic.Uint64
	acked, ackedBytes         atomic.Uint64 // sent, and arrived
	requested, requestedBytes atomic.Uint64 // sent, at the last request for an ack
	requestedAt               atomic.Int64  // when that was, in nanoseconds since 1970
}

const (
	maxUnackedMessages = 10_000
	maxUnackedBytes    = 16 << 20

	ackEveryMessages = 128
	ackEveryBytes    = 1 << 20
	ackTimeout       = time.Second // after which the request or the ack counts as lost
)

// admit counts a message of about size bytes to the node at address. It reports
// whether the message may be sent.
func (c *flowControl) admit(address string, size int) bool {
	f := c.flow(address)
	if f.sent.Load()-f.acked.Load() >= maxUnackedMessages || f.sentBytes.Load()-f.ackedBytes.Load() >= maxUnackedBytes {
		c.dropped.Add(1)
		if now := time.Now().UnixNano(); now-f.requestedAt.Load() >= int64(ackTimeout) {
			c.requestAck(address, f, f.sent.Load(), f.sentBytes.Load())
		}
		return false
	}
	sent, bytes := f.sent.Add(1), f.sentBytes.Add(uint64(size))
	if sent-f.requested.Load() >= ackEveryMessages || bytes-f.requestedBytes.Load() >= ackEveryBytes {
		c.requestAck(address, f, sent, bytes)
	}
	return true
}

// requestAck asks the other gateway for an ack of everything sent before.
func (c *flowControl) requestAck(address string, f *flow, sent, bytes uint64) {
	f.requested.Store(sent)
	f.requestedBytes.Store(bytes)
	f.requestedAt.Store(time.Now().UnixNano())
	c.send(address, &wire.Envelope{Body: &wire.Envelope_AckRequest{
		AckRequest: &wire.AckRequest{From: c.address, Incarnation: f.incarnation, Sent: sent, Bytes: bytes},
	}})
}

// acknowledge is the ack that the node at address returns for a request.
func acknowledge(address string, m *wire.AckRequest) *wire.Envelope {
	return &wire.Envelope{Body: &wire.Envelope_Ack{
		Ack: &wire.Ack{From: address, Incarnation: m.GetIncarnation(), Sent: m.GetSent(), Bytes: m.GetBytes()},
	}}
}

// acknowledged notes what has arrived. An ack of an earlier incarnation is ignored.
func (c *flowControl) acknowledged(m *wire.Ack) {
	f := c.flow(m.GetFrom())
	if f.incarnation == m.GetIncarnation() && m.GetSent() <= f.sent.Load() {
		f.acked.Store(m.GetSent())
		f.ackedBytes.Store(m.GetBytes())
	}
}

func (c *flowControl) flow(address string) *flow {
	f, ok := c.flows.Load(address)
	if !ok {
		f, _ = c.flows.LoadOrStore(address, &flow{})
	}
	return f.(*flow)
}

// update starts a new flow to each node with a new incarnation, and forgets nodes
// that are no longer members.
func (c *flowControl) update(view View) {
	members := map[string]bool{}
	for _, address := range view.Members() {
		members[address] = true
		if incarnation := view.Incarnation(address); c.flow(address).incarnation != incarnation {
			c.flows.Store(address, &flow{incarnation: incarnation})
		}
	}
	c.flows.Range(func(address, _ any) bool {
		if !members[address.(string)] {
			c.flows.Delete(address)
		}
		return true
	})
}
