package cluster

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/pokey/cluster/membership"
)

// named are credentials with the certificate of a host that is not this machine.
func named(t *testing.T, dir, host string) *Credentials {
	t.Helper()
	if err := NewCertificates(dir, []string{host}); err != nil {
		t.Fatal(err)
	}
	c, err := LoadCredentials(filepath.Join(dir, "ca.pem"), filepath.Join(dir, host+".pem"), filepath.Join(dir, host+"-key.pem"), quiet)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestOnlyMembersWhoKnowTheSecretComeIn has peers that lack one thing each do
// what must not be: speak to an actor, and stop one.
func TestOnlyMembersWhoKnowTheSecretComeIn(t *testing.T) {
	noGoroutinesLeft(t)
	dir, memory := certificates(t), membership.NewMemory()
	good := func(c *Config) { c.TLS = loadCredentials(t, dir) }
	n := startNode(t, memory.Node(), good)
	join(t, n)
	_, got := registry(t, n)
	peers := map[string]*Node{
		"is no member": startNode(t, membership.NewMemory().Node(), good),
		"does not know the secret": startNode(t, memory.Node(), func(c *Config) {
			good(c)
			c.Secret = secret{"y", "z"}
		}),
		"is a member under another name": startNode(t, memory.Node(), func(c *Config) { c.TLS = named(t, dir, "etcd-1") }),
	}
	for _, name := range []string{"does not know the secret", "is a member under another name"} {
		if err := memory.Node().Start(t.Context(), membership.Member{ID: name, Address: peers[name].Self()}, func(membership.Snapshot) {}, nil); err != nil {
			t.Fatal(err)
		}
	}
	for name, p := range peers {
		before := n.Stats().RejectedPeers
		conn := dialAs(t, p, n.Self())
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		if err := talk(ctx, conn, hello(p.Self()), oneMessage(actor.NewPID(n.Self(), "rooms"), wrapperspb.String("evil"), nil)); err == nil {
			t.Errorf("who %s said something", name)
		}
		if err := talk(ctx, conn, hello(p.Self()), oneMessage(actor.NewPID(n.Self(), "rooms"), &actor.Stop{}, nil)); err == nil {
			t.Errorf("who %s stopped something", name)
		}
		cancel()
		_ = conn.Close()
		if now := n.Stats().RejectedPeers; now == before {
			t.Errorf("who %s is not counted", name)
		}
	}
	member := startNode(t, memory.Node(), good)
	join(t, member)
	send(member, n.Self())
	if m, ok := receive(t, got).(*wrapperspb.StringValue); !ok || m.Value != "x" {
		t.Errorf("got %v, want what a member sends and nothing before", m)
	}
	if s := n.Stats(); s.BadStreams != 0 {
		t.Errorf("got %d bad streams, want none: nothing is read", s.BadStreams)
	}
}

// TestWhoAnswersProvesTheSecret has a member's address answered by somebody with
// the right certificate who does not know the secret.
func TestWhoAnswersProvesTheSecret(t *testing.T) {
	dir, memory := certificates(t), membership.NewMemory()
	a := startNode(t, memory.Node(), func(c *Config) { c.TLS = loadCredentials(t, dir) })
	join(t, a)
	l, err := tls.Listen("tcp", here+":0", loadCredentials(t, dir).config())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	said := make(chan string, 100)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
				_, _ = conn.Write(nonce())
				if _, err := read(conn, nonceBytes+2+len(a.Self())); err != nil {
					return
				}
				if _, err := readProofs(conn); err != nil {
					return
				}
				_, _ = conn.Write(appendProofs(nil, secret{"y"}.Prove([]byte("z"))))
				rest, _ := io.ReadAll(conn)
				said <- string(rest)
			}()
		}
	}()
	if err := memory.Node().Start(t.Context(), membership.Member{ID: "x", Address: l.Addr().String()}, func(membership.Snapshot) {}, nil); err != nil {
		t.Fatal(err)
	}
	send(a, l.Addr().String())
	select {
	case rest := <-said:
		if rest != "" {
			t.Errorf("got %d bytes from a node, want nothing", len(rest))
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nobody has connected")
	}
	eventually(t, 5*time.Second, "the link is lost", func() bool { return a.Stats().LinkLosses > 0 })
}

// TestProofsAreOfNoUseElsewhere passes on between two nodes what they say, over
// connections of its own.
func TestProofsAreOfNoUseElsewhere(t *testing.T) {
	dir := certificates(t)
	a, b := pair(t, func(c *Config) { c.TLS = loadCredentials(t, dir) })
	config := loadCredentials(t, dir).config()
	config.ServerName = here
	l, err := tls.Listen("tcp", here+":0", config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := tls.Dial("tcp", b.Self(), config)
			if err != nil {
				_ = in.Close()
				return
			}
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		}
	}()
	before := b.Stats().RejectedPeers
	conn := dialAs(t, a, l.Addr().String())
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := talk(ctx, conn, hello(a.Self())); err == nil {
		t.Error("a proof was good for another connection")
	}
	if b.Stats().RejectedPeers == before {
		t.Error("it is not counted")
	}
}

// TestSecretIsReplacedWhileNodesRun has an old secret replaced by a new one, node
// after node: each step's nodes connect to those of the step before.
func TestSecretIsReplacedWhileNodesRun(t *testing.T) {
	dir, memory := certificates(t), membership.NewMemory()
	node := func(s secret) *Node {
		t.Helper()
		n := startNode(t, memory.Node(), func(c *Config) { c.TLS, c.Secret = loadCredentials(t, dir), s })
		registry(t, n)
		join(t, n)
		return n
	}
	hears := func(a, b *Node) bool {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		conn := dialAs(t, a, b.Self())
		defer func() { _ = conn.Close() }()
		return talk(ctx, conn, hello(a.Self()), oneMessage(actor.NewPID(b.Self(), "rooms"), wrapperspb.String("x"), nil)) == nil
	}
	steps := []*Node{node(secret{"old"}), node(secret{"old", "new"}), node(secret{"new", "old"}), node(secret{"new"})}
	for i, a := range steps {
		for j, b := range steps {
			want := i+j != len(steps)-1 || i != 0 && j != 0 // the first and the last have nothing in common
			if i != j && hears(a, b) != want {
				t.Errorf("step %d to step %d: got %v, want %v", i, j, !want, want)
			}
		}
	}
}

// TestWhoIsGivenUpIsHeardNoMore has a node go on talking that is a member no more.
func TestWhoIsGivenUpIsHeardNoMore(t *testing.T) {
	waits(t)
	memory := membership.NewMemory()
	n, peer := startNode(t, memory.Node(), nil), startNode(t, membership.NewMemory().Node(), nil)
	join(t, n)
	other := memory.Node()
	if err := other.Start(t.Context(), membership.Member{ID: "x", Address: peer.Self()}, func(membership.Snapshot) {}, func() {}); err != nil {
		t.Fatal(err)
	}
	_, got := registry(t, n)
	if err := join2(peer, n); err != nil {
		t.Fatal(err)
	}
	send(peer, n.Self())
	receive(t, got)
	if err := other.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	send(peer, n.Self()) // it says farewell
	receive(t, got)
	time.Sleep(parting + 100*time.Millisecond)
	for len(got) > 0 {
		<-got
	}
	for range 5 {
		send(peer, n.Self())
		time.Sleep(20 * time.Millisecond)
	}
	if len(got) > 0 {
		t.Errorf("got %d messages of who is no member, want none", len(got))
	}
}

// join2 has a node believe that another is a member.
func join2(n, other *Node) error {
	return n.conf.Membership.Start(context.Background(), membership.Member{ID: "y", Address: other.Self()}, n.see, func() {})
}

// securityReport is a call of Config.ObserveSecurity.
type securityReport struct {
	event           SecurityEvent
	address, reason string
}

// TestNeighboursWithoutTheSecret has a process of this machine connect to a link
// without TLS.
func TestNeighboursWithoutTheSecret(t *testing.T) {
	memory := membership.NewMemory()
	seen := make(chan any, 10)
	n := startNode(t, memory.Node(), func(c *Config) {
		c.ObserveSecurity = func(event SecurityEvent, address, reason string) { seen <- securityReport{event, address, reason} }
	})
	join(t, n)
	conn, err := net.Dial("tcp", n.Self())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + strings.Repeat("x", 100))); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.ReadAll(conn); errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the connection: %v", err)
	}
	eventually(t, time.Second, "it is counted", func() bool { return n.Stats().RejectedPeers == 1 })
	if got, _ := receive(t, seen).(securityReport); got.event != NodeRefused || got.address != conn.LocalAddr().String() || got.reason == "" {
		t.Errorf("seen: %+v, want event %d at %s and why", got, NodeRefused, conn.LocalAddr())
	}
	looking, err := net.Dial("tcp", n.Self()) // as nodes do, to see who is dead
	if err != nil {
		t.Fatal(err)
	}
	_ = looking.Close()
	time.Sleep(50 * time.Millisecond)
	if got := n.Stats().RejectedPeers; got != 1 {
		t.Errorf("got %d rejected, want 1: who only looks is not meant", got)
	}
}
