package cluster

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/pokey/cluster/membership"
)

func dialLink(t *testing.T, address string, config *tls.Config) *grpc.ClientConn {
	t.Helper()
	secured := insecure.NewCredentials()
	if config != nil {
		secured = credentials.NewTLS(config)
	}
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(secured))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// dialAs connects to a link as a node would, with all that it can prove.
func dialAs(t *testing.T, peer *Node, address string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(transport(peer)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// talk sends messages on a stream of its own and returns how it ends, or nil if
// it was still open when everything had been received.
func talk(ctx context.Context, conn *grpc.ClientConn, messages ...*remote.RemoteMessage) error {
	stream, err := remote.NewRemotingClient(conn).Receive(ctx)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if stream.Send(m) != nil {
			break // Recv says why
		}
	}
	_ = stream.CloseSend()
	for {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func hello(from string) *remote.RemoteMessage {
	c := &remote.ConnectRequest{ConnectionType: &remote.ConnectRequest_ServerConnection{ServerConnection: &remote.ServerConnection{SystemId: "x", Address: from}}}
	return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: c}}
}

// oneMessage is a batch as Proto.Actor makes it, changed by the test.
func oneMessage(target *actor.PID, m proto.Message, change func(*remote.MessageBatch)) *remote.RemoteMessage {
	data, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	b := &remote.MessageBatch{
		TypeNames: []string{string(proto.MessageName(m))}, Targets: []*actor.PID{target},
		Envelopes: []*remote.MessageEnvelope{{MessageData: data}},
	}
	if change != nil {
		change(b)
	}
	return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: b}}
}

// malformed are batches that end or corrupt a process with Proto.Actor's remote.
func malformed(target *actor.PID) map[string]*remote.RemoteMessage {
	envelope := func(change func(*remote.MessageEnvelope)) *remote.RemoteMessage {
		return oneMessage(target, wrapperspb.String("x"), func(b *remote.MessageBatch) { change(b.Envelopes[0]) })
	}
	batch := func(change func(*remote.MessageBatch)) *remote.RemoteMessage {
		return oneMessage(target, wrapperspb.String("x"), change)
	}
	return map[string]*remote.RemoteMessage{
		"unknown type":        batch(func(b *remote.MessageBatch) { b.TypeNames[0] = "no.Such" }),
		"type index":          envelope(func(e *remote.MessageEnvelope) { e.TypeId = 1 }),
		"negative type index": envelope(func(e *remote.MessageEnvelope) { e.TypeId = -1 }),
		"serializer":          envelope(func(e *remote.MessageEnvelope) { e.SerializerId = 7 }),
		"negative serializer": envelope(func(e *remote.MessageEnvelope) { e.SerializerId = -1 }),
		"json":                envelope(func(e *remote.MessageEnvelope) { e.SerializerId, e.MessageData = 1, []byte(`"x"`) }),
		"target index":        envelope(func(e *remote.MessageEnvelope) { e.Target = 9 }),
		"sender index":        envelope(func(e *remote.MessageEnvelope) { e.Sender = 9 }),
		"negative sender":     envelope(func(e *remote.MessageEnvelope) { e.Sender = -9 }),
		"no targets":          batch(func(b *remote.MessageBatch) { b.Targets = nil }),
		"empty envelope":      batch(func(b *remote.MessageBatch) { b.TypeNames, b.Envelopes[0] = nil, &remote.MessageEnvelope{} }),
		"half a message":      envelope(func(e *remote.MessageEnvelope) { e.MessageData = []byte{0x0a, 0x09, 'x'} }),
		"somebody else's":     batch(func(b *remote.MessageBatch) { b.Targets[0] = actor.NewPID("10.0.0.1:1", target.Id) }),
		"watch by nobody":     oneMessage(target, &actor.Watch{}, nil),
		"watch by another":    oneMessage(target, &actor.Watch{Watcher: actor.NewPID("10.0.0.1:1", "x")}, nil),
		"end of nobody":       oneMessage(target, &actor.Terminated{}, nil),
		"end of our own":      oneMessage(target, &actor.Terminated{Who: target}, nil),
		"a second greeting":   hello("x:1"),
		"stop":                oneMessage(target, &actor.Stop{}, nil),
		"poison pill":         oneMessage(target, &actor.PoisonPill{}, nil),
		"touch of an actor":   oneMessage(target, &actor.Touch{}, nil),
		"a letter to the ear": oneMessage(actor.NewPID(target.Address, earName), wrapperspb.String("x"), nil),
		"from another node": batch(func(b *remote.MessageBatch) {
			b.Senders, b.Envelopes[0].Sender = []*actor.PID{actor.NewPID("10.0.0.1:1", "x")}, 1
		}),
		"nothing": {},
	}
}

// TestStrangersCanDoNothing has each peer that is no node try what would stop an
// actor or the process.
func TestStrangersCanDoNothing(t *testing.T) {
	noGoroutinesLeft(t)
	dir := certificates(t)
	n := startNode(t, membership.NewMemory().Node(), func(c *Config) { c.TLS = loadCredentials(t, dir) })
	join(t, n)
	pid, got := registry(t, n)
	attempts := malformed(pid)
	attempts["poison pill"] = oneMessage(pid, &actor.PoisonPill{}, nil)
	attempts["stop"] = oneMessage(pid, &actor.Stop{}, nil)
	attempts["message"] = oneMessage(pid, wrapperspb.String("x"), nil)
	for _, s := range strangers(t, dir) {
		conn := dialLink(t, n.Self(), s.config)
		for name, m := range attempts {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			if err := talk(ctx, conn, hello("x:1"), m); err == nil {
				t.Errorf("%s: %s was received", s.name, name)
			}
			cancel()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		if _, err := remote.NewRemotingClient(conn).ListProcesses(ctx, &remote.ListProcessesRequest{}); status.Code(err) != codes.Unavailable && status.Code(err) != codes.DeadlineExceeded {
			t.Errorf("%s: ListProcesses: %v", s.name, err)
		}
		cancel()
		_ = conn.Close()
	}
	n.conf.System.Root.Send(pid, wrapperspb.String("alive"))
	if m, ok := receive(t, got).(*wrapperspb.StringValue); !ok || m.Value != "alive" {
		t.Errorf("the actor received %v", m)
	}
	eventually(t, 2*time.Second, "each is counted", func() bool { return n.Stats().RejectedPeers >= uint64(len(strangers(t, dir))) })
	if s := n.Stats(); s.BadStreams != 0 || s.RefusedCalls != 0 {
		t.Errorf("the figures are %+v", s)
	}
}

// TestMalformedMessagesEndTheirStreamOnly has an authenticated peer send what is
// not as it should be.
func TestMalformedMessagesEndTheirStreamOnly(t *testing.T) {
	dir := certificates(t)
	a, n := pair(t, func(c *Config) { c.TLS = loadCredentials(t, dir) })
	pid, got := registry(t, n)
	conn, hello := dialAs(t, a, n.Self()), hello(a.Self())
	before := uint64(0)
	for name, m := range malformed(actor.NewPID(n.Self(), pid.Id)) {
		err := talk(t.Context(), conn, hello, m)
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: the stream ends with %v", name, err)
		}
		if now := n.Stats().BadStreams; now != before+1 {
			t.Errorf("%s: %d bad streams are counted, after %d", name, now, before)
		}
		before = n.Stats().BadStreams
		send(a, n.Self()) // the other node's stream goes on
		receive(t, got)
	}
	if err := talk(t.Context(), conn, oneMessage(pid, wrapperspb.String("x"), nil)); status.Code(err) != codes.InvalidArgument {
		t.Errorf("without a greeting the stream ends with %v", err)
	}
	if err := conn.Invoke(t.Context(), "/remote.Remoting/Receive", hello, &remote.RemoteMessage{}, grpc.ForceCodecV2(oversize{})); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("after too large a message the stream ends with %v", err)
	}
	client := remote.NewRemotingClient(conn)
	if _, err := client.ListProcesses(t.Context(), &remote.ListProcessesRequest{}); status.Code(err) != codes.Unimplemented {
		t.Errorf("ListProcesses: %v", err)
	}
	if _, err := client.GetProcessDiagnostics(t.Context(), &remote.GetProcessDiagnosticsRequest{Pid: pid}); status.Code(err) != codes.Unimplemented {
		t.Errorf("GetProcessDiagnostics: %v", err)
	}
	if _, err := conn.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, "/remote.Remoting/Other"); err != nil {
		t.Error(err) // it is refused when something is read
	}
	if err := talk(t.Context(), conn, hello, oneMessage(actor.NewPID(n.Self(), pid.Id), wrapperspb.String("in order"), nil)); err != nil {
		t.Errorf("what is in order: %v", err)
	}
	if m, ok := receive(t, got).(*wrapperspb.StringValue); !ok || m.Value != "in order" {
		t.Errorf("received %v", m)
	}
	send(a, n.Self())
	receive(t, got)
	if s := a.Stats(); s.LinkLosses != 0 {
		t.Errorf("the other node lost its link %d times", s.LinkLosses)
	}
}

// oversize encodes everything as a message that is one byte too large.
type oversize struct{}

func (oversize) Name() string { return "proto" }

func (oversize) Marshal(any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(make([]byte, largestBatch+1))}, nil
}

func (oversize) Unmarshal(mem.BufferSlice, any) error { return nil }

// TestPanicWhileReceiving sends a process of Proto.Actor's what it panics at.
func TestPanicWhileReceiving(t *testing.T) {
	a, n := pair(t, nil)
	_, got := registry(t, n)
	send(a, n.Self())
	receive(t, got)
	n.conf.System.ProcessRegistry.Add(panicking{}, "panicking")
	conn := dialAs(t, a, n.Self())
	if err := talk(t.Context(), conn, hello(a.Self()), oneMessage(actor.NewPID(n.Self(), "panicking"), wrapperspb.String("x"), nil)); status.Code(err) != codes.Internal {
		t.Errorf("the stream ends with %v", err)
	}
	send(a, n.Self())
	receive(t, got)
	if s := a.Stats(); s.LinkLosses != 0 || n.Stats().BadStreams != 1 {
		t.Errorf("%d losses elsewhere, %d bad streams", s.LinkLosses, n.Stats().BadStreams)
	}
}

type panicking struct{}

func (panicking) SendUserMessage(*actor.PID, any)   { panic("secret") }
func (panicking) SendSystemMessage(*actor.PID, any) { panic("secret") }
func (panicking) Stop(*actor.PID)                   {}

func TestTooManyHandshakes(t *testing.T) {
	dir := certificates(t)
	n := startNode(t, membership.NewMemory().Node(), func(c *Config) { c.TLS = loadCredentials(t, dir) })
	var conns []io.Closer
	for range mostHandshakes + 10 {
		conn, err := net.DialTimeout("tcp", n.Self(), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	eventually(t, 2*time.Second, "those too many are rejected", func() bool { return n.Stats().RejectedPeers >= 10 })
	for _, c := range conns {
		_ = c.Close()
	}
	join(t, n)
	conn := dialAs(t, n, n.Self())
	eventually(t, 5*time.Second, "a node can connect", func() bool { return talk(t.Context(), conn, hello(n.Self())) == nil })
}

// FuzzBatch feeds the decoder what a peer might send.
func FuzzBatch(f *testing.F) {
	target := actor.NewPID("a:1", "rooms")
	for _, m := range malformed(target) {
		b, err := proto.Marshal(m.GetMessageBatch())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	good := encode([]outgoing{{target: target, sender: actor.NewPID("b:1", "x"), header: map[string]string{"a": "b"}, typeName: "actor.PID", data: []byte{0x0a, 1, 'x'}}})
	b, err := proto.Marshal(good.GetMessageBatch())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	system := newSystem()
	l := &link{node: &Node{conf: Config{System: system, Accept: anything, Log: quiet}}, system: system, peers: map[string]*peer{}}
	system.ProcessRegistry.Address = "a:1"
	f.Fuzz(func(t *testing.T, b []byte) {
		var batch remote.MessageBatch
		if proto.Unmarshal(b, &batch) != nil {
			return
		}
		messages, err := decode(&batch, gate{self: "a:1", from: "b:1", accept: anything})
		if (err == nil) != (len(messages) == len(batch.Envelopes)) && len(batch.Envelopes) > 0 {
			t.Fatalf("%d messages of %d, %v", len(messages), len(batch.Envelopes), err)
		}
		for _, m := range messages {
			if m.target.Address != "a:1" || m.message == nil || !passes(anything, m.target.Id, string(proto.MessageName(m.message))) {
				t.Fatalf("decoded as %+v", m)
			}
			l.deliver(m)
		}
	})
}
