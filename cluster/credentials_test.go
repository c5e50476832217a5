package cluster

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Certificates made as the documentation says: the keys of nodes and etcd are
// separate, and no certificate of the one is valid for the other.
func TestAuthoritiesOfNodesAndEtcdAreSeparate(t *testing.T) {
	root := t.TempDir()
	issued := func(c Certificates) string {
		t.Helper()
		c.Dir, c.Authority = filepath.Join(root, c.Dir), filepath.Join(root, c.Authority)
		if err := c.Make(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(c.Dir, "ca-key.pem")); err == nil {
			t.Errorf("%s: got the authority's key, want it elsewhere only", c.Dir)
		}
		return c.Dir
	}
	nodes := issued(Certificates{Dir: "nodes", Authority: "of-nodes", Hosts: []string{here}})
	etcd := issued(Certificates{Dir: "etcd", Authority: "of-etcd", Hosts: []string{here}})
	clients := issued(Certificates{Dir: "clients", Authority: "of-etcd", Hosts: []string{here}, Client: true})
	load := func(dir string, with func(ca, cert, key string, log *slog.Logger) (*Credentials, error)) (*Credentials, error) {
		return with(filepath.Join(dir, "ca.pem"), filepath.Join(dir, here+".pem"), filepath.Join(dir, here+"-key.pem"), quiet)
	}
	node, err := load(nodes, LoadCredentials)
	if err != nil {
		t.Fatal(err)
	}
	client, err := load(clients, LoadClientCredentials)
	if err != nil {
		t.Fatal(err)
	}
	server, err := load(etcd, LoadCredentials)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load(clients, LoadCredentials); err == nil {
		t.Error("credentials of a node from a client's certificate: got no error")
	}
	if node.SharesAuthority(client) || !server.SharesAuthority(client) {
		t.Errorf("shared authority of nodes and etcd: got %t, want false; of etcd and its clients: got %t, want true", node.SharesAuthority(client), server.SharesAuthority(client))
	}
	asEtcd := &tls.Config{Certificates: []tls.Certificate{server.pair}, ClientCAs: server.roots, ClientAuth: tls.RequireAndVerifyClientCert}
	if err := handshake(t, client.ClientConfig(), asEtcd); err != nil {
		t.Errorf("a node's client certificate at etcd: got %v, want no error", err)
	}
	if handshake(t, client.ClientConfig(), node.config()) == nil || handshake(t, server.config(), node.config()) == nil {
		t.Error("a certificate for etcd at the node port: got no error")
	}
	if handshake(t, node.config(), asEtcd) == nil {
		t.Error("a certificate for nodes at etcd: got no error")
	}
}

// handshake connects a client to a server and returns the errors of both.
func handshake(t *testing.T, client, server *tls.Config) error {
	t.Helper()
	l, err := tls.Listen("tcp", here+":0", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	served := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			served <- err
			return
		}
		defer func() { _ = conn.Close() }()
		served <- conn.(*tls.Conn).HandshakeContext(t.Context())
	}()
	conn, err := tls.Dial("tcp", l.Addr().String(), client)
	if err == nil {
		defer func() { _ = conn.Close() }()
	}
	return errors.Join(err, <-served)
}

func TestCredentialsFollowTheirFiles(t *testing.T) {
	dir := certificates(t)
	c := loadCredentials(t, dir)
	first := c.Expires()
	install(t, dir, here, certificate(t, dir, x509.Certificate{NotAfter: first.Add(time.Hour), ExtKeyUsage: forBoth}))
	if got := c.Expires(); !got.Equal(first.Add(time.Hour)) {
		t.Errorf("expiry after a renewal: got %v, want %v", got, first.Add(time.Hour))
	}
	if err := os.WriteFile(filepath.Join(dir, here+".pem"), []byte("half a certif"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := c.Expires(); !got.Equal(first.Add(time.Hour)) {
		t.Errorf("expiry after a broken renewal: got %v, want %v as before", got, first.Add(time.Hour))
	}
	if len(c.config().Certificates[0].Certificate) == 0 {
		t.Error("after a broken renewal: got no certificate, want the last one")
	}
	for name, broken := range map[string][3]string{
		"no authority": {"nowhere.pem", here + ".pem", here + "-key.pem"},
		"empty":        {here + "-key.pem", here + ".pem", here + "-key.pem"},
		"no key":       {"ca.pem", here + ".pem", "nowhere.pem"},
		"no node":      {"ca.pem", "ca.pem", "ca-key.pem"},
	} {
		if _, err := LoadCredentials(filepath.Join(dir, broken[0]), filepath.Join(dir, broken[1]), filepath.Join(dir, broken[2]), quiet); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

// The authority and all certificates are replaced while nodes run.
func TestCertificateRotation(t *testing.T) {
	dir := certificates(t)
	a, b := pair(t, func(c *Config) { c.TLS = loadCredentials(t, dir) })
	_, got := registry(t, b)
	send(a, b.Self())
	receive(t, got)

	other := certificates(t) // another authority, another certificate
	for _, name := range []string{"ca.pem", here + ".pem", here + "-key.pem"} {
		content, err := os.ReadFile(filepath.Join(other, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := replaceFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	send(a, b.Self()) // the connection stays
	receive(t, got)
	a.link.existing(b.Self()).cut()
	eventually(t, waitLimit, "a new connection uses the new certificates", func() bool {
		send(a, b.Self())
		select {
		case <-got:
			return true
		case <-time.After(50 * time.Millisecond):
			return false
		}
	})
	if b.Stats().RejectedPeers != 0 {
		t.Errorf("rejected connections: got %d, want 0", b.Stats().RejectedPeers)
	}

	install(t, dir, here, certificate(t, other, x509.Certificate{NotAfter: time.Now().Add(-time.Minute), ExtKeyUsage: forBoth}))
	last := a.link.existing(b.Self())
	last.cut()
	<-last.ended // nothing more is sent over it
	losses := a.Stats().LinkLosses
	eventually(t, waitLimit, "attempts with an expired certificate fail", func() bool {
		a.conf.System.Root.Send(actor.NewPID(b.Self(), "rooms"), wrapperspb.String("too late"))
		return a.Stats().LinkLosses >= losses+3
	})
	for len(got) > 0 { // messages sent before
		if m, ok := (<-got).(*wrapperspb.StringValue); ok && m.Value == "too late" {
			t.Error("got a message over a connection with an expired certificate")
		}
	}
	if !a.Stats().Certificate.Before(time.Now()) {
		t.Errorf("expiry of the certificate: got %v, want a time in the past", a.Stats().Certificate)
	}
}
