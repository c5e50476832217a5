package cluster

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/pokey/cluster/membership"
	"example.com/pokey/store/etcdtest"
)

func send(n *Node, address string) {
	n.conf.System.Root.Send(actor.NewPID(address, "rooms"), wrapperspb.String("x"))
}

// pair is two members.
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
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was received")
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
			t.Fatalf("message %d is %v", i, m)
		}
	}
}

func TestLinkCarriesTheLargestMessages(t *testing.T) {
	a, b := pair(t, nil)
	_, got := registry(t, b)
	large := wrapperspb.Bytes(make([]byte, largestMessage-64))
	target := actor.NewPID(b.Self(), "rooms")
	carries := func() bool {
		losses := a.Stats().LinkLosses
		a.conf.System.Root.Send(target, wrapperspb.Bytes(make([]byte, largestMessage))) // goes nowhere, and breaks nothing
		const many = 4
		for range many {
			a.conf.System.Root.Send(target, large)
		}
		for range many {
			select {
			case m := <-got:
				if m, ok := m.(*wrapperspb.BytesValue); !ok || len(m.Value) != len(large.Value) {
					t.Fatal("a large message was damaged")
				}
			case <-time.After(10 * time.Second):
				return false
			}
		}
		return a.Stats().LinkLosses == losses
	}
	// On a machine that is too busy to answer within patience a link is lost.
	for tries := 5; !carries(); tries-- {
		if tries == 0 {
			t.Fatal("the link does not last")
		}
	}

	full := make([]outgoing, batchMessages)
	for i := range full {
		full[i] = outgoing{target: target, sender: target, typeName: "google.protobuf.BytesValue", data: make([]byte, largestMessage)}
	}
	if size := proto.Size(encode(full)); size > largestBatch {
		t.Errorf("a batch of the largest messages has %d bytes, more than %d", size, largestBatch)
	}
}

// TestEndedLinkTakesNothing: a message for a connection that has ended is refused,
// so that the sender can try its successor.
func TestEndedLinkTakesNothing(t *testing.T) {
	a, b := pair(t, nil)
	p := newPeer(a.link, b.View().Records()[1])
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
	root, future := a.conf.System.Root, actor.NewFuture(a.conf.System, 5*time.Second)
	root.Send(there, &actor.MessageEnvelope{Header: map[string]string{"with": "!"}, Message: wrapperspb.String("x"), Sender: future.PID()})
	answer, err := future.Result()
	if m, ok := answer.(*wrapperspb.StringValue); err != nil || !ok || m.Value != "x!" {
		t.Errorf("the answer is %v, %v", answer, err)
	}
	if _, err := root.RequestFuture(actor.NewPID(b.Self(), "nobody"), wrapperspb.String("x"), 5*time.Second).Result(); !errors.Is(err, actor.ErrDeadLetter) {
		t.Errorf("a request to nobody ends with %v", err)
	}
	if _, err := root.RequestFuture(actor.NewPID("127.0.0.1:1", "rooms"), wrapperspb.String("x"), 5*time.Second).Result(); !errors.Is(err, actor.ErrDeadLetter) {
		t.Errorf("a request to no member ends with %v", err)
	}
	if _, err := root.RequestFuture(there, "no protobuf", 5*time.Second).Result(); !errors.Is(err, actor.ErrDeadLetter) {
		t.Errorf("a request that cannot be sent ends with %v", err)
	}
}

func TestDeathWatchAcrossNodes(t *testing.T) {
	a, b := pair(t, nil)
	terminated, heard := make(chan actor.TerminatedReason, 10), make(chan struct{}, 10)
	watcher := a.conf.System.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		switch m := c.Message().(type) {
		case *actor.Terminated:
			terminated <- m.Why
		case *actor.PID:
			c.Watch(m)
			c.Respond("watching")
		}
	}))
	watch := func(who *actor.PID) {
		t.Helper()
		if _, err := a.conf.System.Root.RequestFuture(watcher, who, 5*time.Second).Result(); err != nil {
			t.Fatal(err)
		}
	}
	spawn := func(name string) *actor.PID {
		t.Helper()
		if _, err := b.conf.System.Root.SpawnNamed(actor.PropsFromFunc(func(c actor.Context) {
			if _, ok := c.Message().(*wrapperspb.StringValue); ok {
				heard <- struct{}{}
			}
		}), name); err != nil {
			t.Fatal(err)
		}
		return actor.NewPID(b.Self(), name)
	}
	expect := func(want actor.TerminatedReason) {
		t.Helper()
		select {
		case got := <-terminated:
			if got != want {
				t.Errorf("terminated because %v, not %v", got, want)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("nothing about %v", want)
		}
	}
	first := spawn("first")
	watch(first)
	a.conf.System.Root.Stop(first) // which stays on its node
	a.conf.System.Root.Send(first, wrapperspb.String("x"))
	<-heard // and so has the watch been
	b.conf.System.Root.Stop(actor.NewPID(b.Self(), first.Id))
	expect(actor.TerminatedReason_Stopped)
	watch(actor.NewPID(b.Self(), "nobody"))
	expect(actor.TerminatedReason_NotFound)
	watch(spawn("second"))
	stopServer(b)
	expect(actor.TerminatedReason_AddressTerminated)
	watch(actor.NewPID("127.0.0.1:1", "x"))
	expect(actor.TerminatedReason_AddressTerminated)
}

// stopServer has a node's link end as it never should.
func stopServer(n *Node) {
	n.link.mu.Lock()
	server := n.link.server
	n.link.mu.Unlock()
	server.Stop()
}

// TestLinkComesBack has the link of a node stop listening.
func TestLinkComesBack(t *testing.T) {
	noGoroutinesLeft(t)
	dir := certificates(t)
	a, b := pair(t, func(c *Config) { c.TLS = loadCredentials(t, dir) })
	_, got := registry(t, b)
	send(a, b.Self())
	receive(t, got)
	stopServer(b)
	eventually(t, relisten, "it says so", func() bool { return !b.Linked() })
	eventually(t, 5*time.Second, "it listens again", b.Linked)
	eventually(t, 5*time.Second, "and hears", func() bool {
		send(a, b.Self())
		select {
		case <-got:
			return true
		case <-time.After(20 * time.Millisecond):
			return false
		}
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

// TestFrozenPeer puts a member behind a wire that is cut without a word.
func TestFrozenPeer(t *testing.T) {
	waits(t)
	memory := membership.NewMemory()
	a := startNode(t, memory.Node(), nil)
	address := etcdtest.FreeAddress(t)
	wire := newWire(t, address)
	b := startNode(t, memory.Node(), func(c *Config) { c.Listen, c.Advertise = address, wire.address })
	_, got := registry(t, b)
	join(t, a)
	join(t, b)
	eventually(t, 5*time.Second, "the member is seen", func() bool { return len(a.View().Members()) == 2 })
	send(a, wire.address)
	receive(t, got)
	wire.cut()
	began := time.Now()
	send(a, wire.address)
	eventually(t, silence+patience+7*time.Second, "the link is lost", func() bool { return a.Stats().LinkLosses > 0 })
	t.Logf("lost after %v", time.Since(began))
}

// wire is a connection that can stop carrying anything.
type wire struct {
	address string
	dead    chan struct{}
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{address: l.Addr().String(), dead: make(chan struct{})}
	var ends []net.Conn
	var mu sync.Mutex
	keep := func(c net.Conn) {
		mu.Lock()
		defer mu.Unlock()
		ends = append(ends, c)
	}
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, c := range ends {
			_ = c.Close()
		}
	})
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.DialTimeout("tcp", to, time.Second)
			if err != nil {
				return
			}
			keep(in)
			keep(out)
			go w.carry(in, out)
			go w.carry(out, in)
		}
	}()
	return w
}

func (w *wire) cut() { close(w.dead) }

func (w *wire) carry(from, to net.Conn) {
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		select {
		case <-w.dead:
			return // with both ends open
		default:
		}
		if err != nil {
			_ = to.Close()
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}
