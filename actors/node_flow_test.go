package actors

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/actors/wire"
)

// peerGateway stands for the gateway of another node: it acknowledges when told to.
type peerGateway struct{ requests []*wire.AckRequest }

func (g *peerGateway) acknowledge(c *flowControl) {
	for _, r := range g.requests {
		c.acknowledged(acknowledge("n2", r).GetAck())
	}
	g.requests = nil
}

func newTestFlow() (*flowControl, *peerGateway) {
	g := &peerGateway{}
	c := &flowControl{address: "n1", send: func(_ string, e *wire.Envelope) { g.requests = append(g.requests, e.GetAckRequest()) }}
	return c, g
}

// However large messages are: a node that acknowledges gets all of them, and one that
// does not gets no more than the bound, until it acknowledges again.
func TestFlowControlBoundsMessagesAndBytes(t *testing.T) {
	for _, size := range []int{100, 150 << 10, 4 << 20} {
		t.Run(fmt.Sprint(size, " bytes"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testFlowControl(t, size) })
		})
	}
}

func testFlowControl(t *testing.T, size int) {
	c, peer := newTestFlow()
	for i := range 20_000 {
		if !c.admit("n2", size) {
			t.Fatalf("message %d to a node that acknowledges: got dropped, want admitted", i)
		}
		peer.acknowledge(c)
	}
	admitted := 0
	for c.admit("n2", size) {
		admitted++
	}
	if most := maxUnackedMessages + ackEveryMessages; admitted > most {
		t.Errorf("to a node that does not acknowledge: got %d messages, want at most %d", admitted, most)
	}
	if most := maxUnackedBytes + ackEveryBytes + size; admitted*size > most {
		t.Errorf("to a node that does not acknowledge: got %d bytes, want at most %d", admitted*size, most)
	}
	if got := c.dropped.Load(); got != 1 {
		t.Errorf("got %d dropped, want 1", got)
	}

	peer.requests = nil // they are lost
	time.Sleep(ackTimeout)
	if c.admit("n2", size) {
		t.Error("after the ack timeout, without an ack: got admitted, want dropped")
	}
	peer.acknowledge(c) // of the request that came with the drop
	if !c.admit("n2", size) {
		t.Error("after an ack: got dropped, want admitted")
	}
}

// An ack counts for the incarnation that it was requested from.
func TestFlowControlIgnoresAcksOfAnEarlierIncarnation(t *testing.T) {
	c, peer := newTestFlow()
	view := &incarnations{members: []string{"n2"}, of: map[string]string{"n2": "first"}}
	c.update(view)
	for c.admit("n2", maxUnackedBytes/4) {
	}
	view.of["n2"] = "second"
	c.update(view)
	for c.admit("n2", maxUnackedBytes) {
	}
	earlier := peer.requests[0]
	if got := earlier.GetIncarnation(); got != "first" {
		t.Fatalf("the first request: got incarnation %q, want first", got)
	}
	c.acknowledged(&wire.Ack{From: "n2", Incarnation: "first", Sent: 1, Bytes: maxUnackedBytes})
	if c.admit("n2", 1) {
		t.Error("after an ack of the first incarnation: got admitted, want dropped")
	}
	peer.acknowledge(c)
	if !c.admit("n2", 1) {
		t.Error("after an ack of the second incarnation: got dropped, want admitted")
	}
	view.members = nil
	c.update(view)
	if _, kept := c.flows.Load("n2"); kept {
		t.Error("a node that is no member: its flow is kept, want it forgotten")
	}
}

// incarnations is a view of members with given incarnations.
type incarnations struct {
	View
	members []string
	of      map[string]string
}

func (v *incarnations) Members() []string                 { return v.members }
func (v *incarnations) Incarnation(address string) string { return v.of[address] }
