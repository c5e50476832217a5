package cluster

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/pokey/cluster/membership"
)

func send(n *Node, address string) {
	n.conf.System.Root.Send(actor.NewPID(address, "rooms"), wrapperspb.String("x"))
}

// pair starts two members.
func pair(t *testing.T, change func(*Config)) (a, b *Node) {
	t.Helper()
	memory := membership.NewMemory()
	a, b = startNode(t, memory.Node(), change), startNode(t, memory.Node(), change)
	join(t, a)
	join(t, b)
	return a, b
}

func receive(t *testing.T, from <-chan any) any {
	t.Helper()
	select {
	case m := <-from:
		return m
	case <-time.After(waitLimit):
		t.Fatal("got no message within a minute")
		return nil
	}
}

func TestLinkKeepsOrderAndBoundaries(t *testing.T) {
	noGoroutinesLeft(t)
	a, b := pair(t, nil)
	_, got := registry(t, b)
	const many = 5000
	for i := range many {
		a.conf.System.Root.Send(actor.NewPID(b.Self(), "rooms"), wrapperspb.String(strconv.Itoa(i)))
	}
	for i := range many {
		if m, ok := receive(t, got).(*wrapperspb.StringValue); !ok || m.Value != strconv.Itoa(i) {
			t.Fatalf("message %d: got %v", i, m)
		}
	}
}

func TestLinkCarriesTheLargestMessages(t *testing.T) {
	a, b := pair(t, nil)
	_, got := registry(t, b)
	large := wrapperspb.Bytes(make([]byte, maxMessageBytes-64))
	target := actor.NewPID(b.Self(), "rooms")
	carried := func() bool {
		losses := a.Stats().LinkLosses
		a.conf.System.Root.Send(target, wrapperspb.Bytes(make([]byte, maxMessageBytes))) // too large: it is dropped and breaks nothing
		const many = 4
		for range many {
			a.conf.System.Root.Send(target, large)
		}
		for range many {
			select {
			case m := <-got:
				if m, ok := m.(*wrapperspb.BytesValue); !ok || len(m.Value) != len(large.Value) {
					t.Fatal("got a damaged message")
				}
			case <-time.After(waitLimit):
				return false
			}
		}
		return a.Stats().LinkLosses == losses
	}
	// On a busy machine a keepalive may time out, which ends the link.
	for tries := 5; !carried(); tries-- {
		if tries == 0 {
			t.Fatal("got a lost link five times, want the messages")
		}
	}

	full := make([]outgoing, batchMessages)
	for i := range full {
		full[i] = outgoing{target: target, sender: target, typeName: "google.protobuf.BytesValue", data: make([]byte, maxMessageBytes)}
	}
	if size := proto.Size(encode(full)); size > maxBatchBytes {
		t.Errorf("batch of the largest messages: got %d bytes, want at most %d", size, maxBatchBytes)
	}
}

// TestEndedLinkTakesNothing: a message for a connection that has ended is refused,
// so that the sender can try its successor.
func TestEndedLinkTakesNothing(t *testing.T) {
	a, b := pair(t, nil)
	p := newPeer(a.conf.System, b.View().Records()[1], a.link.dial)
	message := outgoing{target: actor.NewPID(b.Self(), "rooms")}
	if !p.push(message) {
		t.Error("before the end: got refused, want taken")
	}
	p.release()
	if p.push(message) {
		t.Error("after the end: got taken, want refused")
	}
}

func TestRequestAcrossNodes(t *testing.T) {
	a, b := pair(t, nil)
	echo, err := b.conf.System.Root.SpawnNamed(actor.PropsFromFunc(func(c actor.Context) {
		if m, ok := c.Message().(*wrapperspb.StringValue); ok {
			c.Respond(wrapperspb.String(m.Value + c.MessageHeader().Get("with")))
		}
	}), "echo")
	if err != nil {
		t.Fatal(err)
	}
	there := actor.NewPID(b.Self(), echo.Id)
	root, future := a.conf.System.Root, actor.NewFuture(a.conf.System, waitLimit)
	root.Send(there, &actor.MessageEnvelope{Header: map[string]string{"with": "!"}, Message: wrapperspb.String("x"), Sender: future.PID()})
	answer, err := future.Result()
	if m, ok := answer.(*wrapperspb.StringValue); err != nil || !ok || m.Value != "x!" {
		t.Errorf("answer: got %v and error %v, want x!", answer, err)
	}
	if _, err := root.RequestFuture(actor.NewPID(b.Self(), "nobody"), wrapperspb.String("x"), waitLimit).Result(); !errors.Is(err, actor.ErrDeadLetter) {
		t.Errorf("request to no actor: got %v, want %v", err, actor.ErrDeadLetter)
	}
	if _, err := root.RequestFuture(actor.NewPID("127.0.0.1:1", "rooms"), wrapperspb.String("x"), waitLimit).Result(); !errors.Is(err, actor.ErrDeadLetter) {
		t.Errorf("request to no member: got %v, want %v", err, actor.ErrDeadLetter)
	}
	if _, err := root.RequestFuture(there, "no protobuf", waitLimit).Result(); !errors.Is(err, actor.ErrDeadLetter) {
		t.Errorf("request that cannot be encoded: got %v, want %v", err, actor.ErrDeadLetter)
	}
}

// stopServer ends the server of a link as a fault does.
func stopServer(n *Node) { n.link.server.stop() }

func TestLinkListensAgain(t *testing.T) {
	noGoroutinesLeft(t)
	dir := certificates(t)
	a, b := pair(t, func(c *Config) { c.TLS = loadCredentials(t, dir) })
	_, got := registry(t, b)
	send(a, b.Self())
	receive(t, got)
	unlinked := func() bool { // it lasts for so long, in which a busy machine may not look
		stopServer(b)
		for end := time.Now().Add(listenRetryInterval); time.Now().Before(end); time.Sleep(time.Millisecond) {
			if !b.Linked() {
				return true
			}
		}
		eventually(t, waitLimit, "the node is linked again", b.Linked)
		return false
	}
	for tries := 1; !unlinked(); tries++ {
		if tries == 10 {
			t.Fatal("the node never says that it is not linked")
		}
	}
	eventually(t, waitLimit, "the node is linked again", b.Linked)
	eventually(t, waitLimit, "messages arrive again", func() bool {
		send(a, b.Self())
		select {
		case <-got:
			return true
		case <-time.After(20 * time.Millisecond):
			return false
		}
	})
}

// A peer may fall silent without closing its connection.
func TestFrozenPeerLosesItsLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startPartitionable(t, 2, 0)
		a, b := p.nodes[0], p.nodes[1]
		_, got := registry(t, b)
		send(a, b.Self())
		receive(t, got)
		p.cut(a.Self(), b.Self())
		send(a, b.Self())
		eventually(t, keepaliveTime+keepaliveTimeout, "the link is lost", func() bool { return a.Stats().LinkLosses > 0 })
		p.heal()
	})
}

func BenchmarkLink(b *testing.B) {
	memory := membership.NewMemory()
	start := func() *Node {
		n, err := Start(Config{System: newSystem(), Listen: "127.0.0.1:0", Membership: memory.Node(), Secret: secret{"x"}, Accept: anything, Log: quiet})
		if err != nil {
			b.Fatal(err)
		}
		if err := n.Join(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = n.Leave(b.Context()) })
		return n
	}
	from, to := start(), start()
	got := make(chan struct{}, 1<<20)
	if _, err := to.conf.System.Root.SpawnNamed(actor.PropsFromFunc(func(c actor.Context) {
		if _, ok := c.Message().(*wrapperspb.StringValue); ok {
			got <- struct{}{}
		}
	}), "sink"); err != nil {
		b.Fatal(err)
	}
	m, target := wrapperspb.String(strings.Repeat("x", 200)), actor.NewPID(to.Self(), "sink")
	b.ReportAllocs()
	inFlight := 0
	for b.Loop() {
		from.conf.System.Root.Send(target, m)
		if inFlight++; inFlight > 1000 {
			<-got
			inFlight--
		}
	}
	for ; inFlight > 0; inFlight-- {
		<-got
	}
}
