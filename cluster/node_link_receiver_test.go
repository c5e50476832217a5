package cluster

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/pokey/cluster/membership"
)

// The malformed messages come from an authenticated peer.
func TestMalformedMessagesEndTheirStreamOnly(t *testing.T) {
	dir := certificates(t)
	a, n := pair(t, func(c *Config) { c.TLS = loadCredentials(t, dir) })
	pid, got := registry(t, n)
	conn, hello := dialAs(t, a, n.Self()), hello(a.Self())
	before := uint64(0)
	for name, m := range malformed(actor.NewPID(n.Self(), pid.Id)) {
		err := talk(t.Context(), conn, hello, m)
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: got %v, want the stream to end with InvalidArgument", name, err)
		}
		if now := n.Stats().BadStreams; now != before+1 {
			t.Errorf("%s: bad streams: got %d, want %d", name, now, before+1)
		}
		before = n.Stats().BadStreams
		send(a, n.Self()) // the other node's stream goes on
		receive(t, got)
	}
	if err := talk(t.Context(), conn, oneMessage(pid, wrapperspb.String("x"), nil)); status.Code(err) != codes.InvalidArgument {
		t.Errorf("without a connect request: got %v, want InvalidArgument", err)
	}
	if err := conn.Invoke(t.Context(), "/remote.Remoting/Receive", hello, &remote.RemoteMessage{}, grpc.ForceCodecV2(oversize{})); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("too large a message: got %v, want ResourceExhausted", err)
	}
	client := remote.NewRemotingClient(conn)
	if _, err := client.ListProcesses(t.Context(), &remote.ListProcessesRequest{}); status.Code(err) != codes.Unimplemented {
		t.Errorf("ListProcesses: got %v, want Unimplemented", err)
	}
	if _, err := client.GetProcessDiagnostics(t.Context(), &remote.GetProcessDiagnosticsRequest{Pid: pid}); status.Code(err) != codes.Unimplemented {
		t.Errorf("GetProcessDiagnostics: got %v, want Unimplemented", err)
	}
	if _, err := conn.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, "/remote.Remoting/Other"); err != nil {
		t.Error(err) // it is refused at the first read
	}
	if err := talk(t.Context(), conn, hello, oneMessage(actor.NewPID(n.Self(), pid.Id), wrapperspb.String("valid"), nil)); err != nil {
		t.Errorf("a valid message: got %v, want no error", err)
	}
	if m, ok := receive(t, got).(*wrapperspb.StringValue); !ok || m.Value != "valid" {
		t.Errorf("received: got %v, want the valid message", m)
	}
	send(a, n.Self())
	receive(t, got)
	if s := a.Stats(); s.LinkLosses != 0 {
		t.Errorf("link losses of the other node: got %d, want 0", s.LinkLosses)
	}
}

// oversize encodes everything as a message that is one byte too large.
type oversize struct{}

func (oversize) Name() string { return "proto" }

func (oversize) Marshal(any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(make([]byte, maxBatchBytes+1))}, nil
}

func (oversize) Unmarshal(mem.BufferSlice, any) error { return nil }

// A process of Proto.Actor may panic at a message.
func TestPanicWhileReceiving(t *testing.T) {
	a, n := pair(t, nil)
	_, got := registry(t, n)
	send(a, n.Self())
	receive(t, got)
	n.conf.System.ProcessRegistry.Add(panicking{}, "panicking")
	conn := dialAs(t, a, n.Self())
	if err := talk(t.Context(), conn, hello(a.Self()), oneMessage(actor.NewPID(n.Self(), "panicking"), wrapperspb.String("x"), nil)); status.Code(err) != codes.Internal {
		t.Errorf("got %v, want the stream to end with Internal", err)
	}
	send(a, n.Self())
	receive(t, got)
	if s := a.Stats(); s.LinkLosses != 0 || n.Stats().BadStreams != 1 {
		t.Errorf("got %d link losses and %d bad streams, want 0 and 1", s.LinkLosses, n.Stats().BadStreams)
	}
}

type panicking struct{}

func (panicking) SendUserMessage(*actor.PID, any)   { panic("secret") }
func (panicking) SendSystemMessage(*actor.PID, any) { panic("secret") }
func (panicking) Stop(*actor.PID)                   {}

// A node may go on sending after it was removed.
func TestFormerMemberIsNoLongerReceived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network, memory := newLossyNetwork(), membership.NewMemory()
		start := func(m Membership, address string) *Node {
			return startNode(t, m, func(c *Config) { c.Listen, c.network = address, &host{lossyNetwork: network} })
		}
		n, peer := start(memory.Node(), "127.0.0.1:1"), start(membership.NewMemory().Node(), "127.0.0.1:2")
		join(t, n)
		other := memory.Node()
		if err := other.Join(t.Context(), membership.Member{ID: "x", Address: peer.Self()}, func(membership.Snapshot) {}, func() {}); err != nil {
			t.Fatal(err)
		}
		_, got := registry(t, n)
		if err := pretendMember(peer, n); err != nil {
			t.Fatal(err)
		}
		send(peer, n.Self())
		receive(t, got)
		if err := other.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		send(peer, n.Self()) // as a node does while it leaves
		receive(t, got)
		time.Sleep(formerMemberTimeout + time.Millisecond)
		for range 5 {
			send(peer, n.Self())
			time.Sleep(20 * time.Millisecond)
		}
		if len(got) > 0 {
			t.Errorf("got %d messages of a former member, want none", len(got))
		}
	})
}

// pretendMember has a node believe that another is a member.
func pretendMember(n, other *Node) error {
	return n.conf.Membership.Join(context.Background(), membership.Member{ID: "y", Address: other.Self()}, n.setSnapshot, func() {})
}
