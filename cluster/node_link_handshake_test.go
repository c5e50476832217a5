package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/pokey/cluster/membership"
)

// A stranger is a peer without the certificate of a node.
type stranger struct {
	name   string
	config *tls.Config // nil is plaintext
}

func strangers(t *testing.T, dir string) []stranger {
	t.Helper()
	other := certificates(t)
	pool := func(dir string) *x509.CertPool {
		b, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
		if err != nil {
			t.Fatal(err)
		}
		p := x509.NewCertPool()
		p.AppendCertsFromPEM(b)
		return p
	}
	with := func(pair tls.Certificate) *tls.Config {
		return &tls.Config{RootCAs: pool(dir), Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2"}}
	}
	later := time.Now().Add(time.Hour)
	old := with(certificate(t, dir, x509.Certificate{NotAfter: later, ExtKeyUsage: forBoth}))
	old.MaxVersion = tls.VersionTLS12
	return []stranger{
		{"plaintext", nil},
		{"no certificate", &tls.Config{RootCAs: pool(dir), NextProtos: []string{"h2"}}},
		{"another authority", with(certificate(t, other, x509.Certificate{NotAfter: later, ExtKeyUsage: forBoth}))},
		{"expired", with(certificate(t, dir, x509.Certificate{NotAfter: time.Now().Add(-time.Second), ExtKeyUsage: forBoth}))},
		{"not yet valid", with(certificate(t, dir, x509.Certificate{NotBefore: later, NotAfter: later.Add(time.Hour), ExtKeyUsage: forBoth}))},
		{"a mere client", with(certificate(t, dir, x509.Certificate{NotAfter: later, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}))},
		{"a mere server", with(certificate(t, dir, x509.Certificate{NotAfter: later, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}))},
		{"for anything", with(certificate(t, dir, x509.Certificate{NotAfter: later, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}))},
		{"TLS 1.2", old},
	}
}

// Each stranger tries messages that would stop an actor or the process.
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
			ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
			if err := talk(ctx, conn, hello("x:1"), m); err == nil {
				t.Errorf("%s: %s: got no error, want a refused connection", s.name, name)
			}
			cancel()
		}
		ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
		if _, err := remote.NewRemotingClient(conn).ListProcesses(ctx, &remote.ListProcessesRequest{}); status.Code(err) != codes.Unavailable && status.Code(err) != codes.DeadlineExceeded {
			t.Errorf("%s: ListProcesses: got %v, want a refused connection", s.name, err)
		}
		cancel()
		_ = conn.Close()
	}
	n.conf.System.Root.Send(pid, wrapperspb.String("alive"))
	if m, ok := receive(t, got).(*wrapperspb.StringValue); !ok || m.Value != "alive" {
		t.Errorf("received: got %v, want only this node's own message", m)
	}
	eventually(t, waitLimit, "each stranger is counted", func() bool { return n.Stats().RejectedPeers >= uint64(len(strangers(t, dir))) })
	if s := n.Stats(); s.BadStreams != 0 || s.RefusedCalls != 0 {
		t.Errorf("got %d bad streams and %d refused calls, want none", s.BadStreams, s.RefusedCalls)
	}
}

func TestTooManyHandshakes(t *testing.T) {
	dir := certificates(t)
	n := startNode(t, membership.NewMemory().Node(), func(c *Config) { c.TLS = loadCredentials(t, dir) })
	var conns []io.Closer
	for range maxHandshakes + 10 {
		conn, err := net.DialTimeout("tcp", n.Self(), waitLimit)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	eventually(t, waitLimit, "the excess connections are rejected", func() bool { return n.Stats().RejectedPeers >= 10 })
	join(t, n)
	conn := dialAs(t, n, n.Self())
	eventually(t, waitLimit, "a node can connect", func() bool { return talk(t.Context(), conn, hello(n.Self())) == nil })
	for _, c := range conns {
		_ = c.Close()
	}
}

// Strangers who open connections and say nothing keep no node out, neither from the link
// nor from what needs no certificate.
func TestSilentStrangersKeepNobodyOut(t *testing.T) {
	const protocol = "pokey-test/1"
	credentials := loadCredentials(t, certificates(t))
	port, err := OpenPort(here+":0", credentials, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = port.Close() }()
	served := make(chan *tls.Conn)
	port.Handle(protocol, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{credentials.Certificate()}}, func(conn *tls.Conn) {
		defer func() { _ = conn.Close() }()
		if b, err := read(conn, 1); err == nil && b[0] == 'x' {
			served <- conn
		}
	})
	stranger := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13, NextProtos: []string{protocol}} //nolint:gosec // it is nobody
	waited := func() time.Duration {
		for i := range 3 * maxHandshakes {
			conn, err := net.DialTimeout("tcp", port.Addr().String(), waitLimit)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if i%2 == 0 { // the others do not even begin
				_ = tls.Client(conn, stranger).HandshakeContext(t.Context()) // on a busy machine it may be cut meanwhile
			}
		}
		began := time.Now()
		conn, err := tls.Dial("tcp", port.Addr().String(), stranger)
		if err != nil {
			t.Fatalf("one more: got %v, want that it is served", err)
		}
		defer func() { _ = conn.Close() }()
		if _, err := conn.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		select {
		case <-served:
		case <-time.After(waitLimit):
			t.Fatal("one more is not served")
		}
		return time.Since(began)
	}
	for tries := 1; ; tries++ {
		took := waited()
		if took < handshakeTimeout {
			return
		}
		if tries == 5 { // so it was not chance
			t.Fatalf("it waited %v, as long as the others take to be cut", took)
		}
	}
}

// A stranger answers at a member's address.
func TestNodeTalksToNodesOnly(t *testing.T) {
	dir := certificates(t)
	for _, s := range strangers(t, dir) {
		if s.config == nil || len(s.config.Certificates) == 0 {
			continue // a server has one
		}
		l, err := tls.Listen("tcp", here+":0", s.config)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					_ = conn.(*tls.Conn).HandshakeContext(context.Background()) // as far as it goes
					b := make([]byte, 1000)
					n, _ := conn.Read(b)
					if strings.Contains(string(b[:n]), "PRI * HTTP") {
						t.Errorf("%s: got HTTP/2 from a node, want nothing", s.name)
					}
					_ = conn.Close()
				}()
			}
		}()
		memory := membership.NewMemory()
		a := startNode(t, memory.Node(), func(c *Config) { c.TLS = loadCredentials(t, dir) })
		join(t, a)
		if err := memory.Node().Join(t.Context(), membership.Member{ID: "x", Address: l.Addr().String()}, func(membership.Snapshot) {}, nil); err != nil {
			t.Fatal(err)
		}
		send(a, l.Addr().String())
		eventually(t, waitLimit, s.name+": the link is lost", func() bool { return a.Stats().LinkLosses > 0 })
		_ = l.Close()
	}
}

// securityReport is a call of Config.ObserveSecurity.
type securityReport struct {
	event           SecurityEvent
	address, reason string
}

// A process of the same machine may connect to a link without TLS.
func TestLocalProcessWithoutTheSecretIsRefused(t *testing.T) {
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
	_ = conn.SetDeadline(time.Now().Add(waitLimit))
	if _, err := io.ReadAll(conn); errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the connection: got %v, want it closed", err)
	}
	eventually(t, waitLimit, "the connection is counted", func() bool { return n.Stats().RejectedPeers == 1 })
	if got, _ := receive(t, seen).(securityReport); got.event != NodeRefused || got.address != conn.LocalAddr().String() || got.reason == "" {
		t.Errorf("security event: got %+v, want event %d at %s and a reason", got, NodeRefused, conn.LocalAddr())
	}
	check, err := net.Dial("tcp", n.Self()) // as nodes do to see whether the port is open
	if err != nil {
		t.Fatal(err)
	}
	_ = check.Close()
	time.Sleep(50 * time.Millisecond)
	if got := n.Stats().RejectedPeers; got != 1 {
		t.Errorf("rejected after a port check: got %d, want 1 as before", got)
	}
}
