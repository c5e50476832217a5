package cluster

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/pokey/cluster/membership"
)

const here = "127.0.0.1"

// certificates makes an authority and a certificate for this machine.
func certificates(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := NewCertificates(dir, []string{here}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func loadCredentials(t *testing.T, dir string) *Credentials {
	t.Helper()
	c, err := LoadCredentials(filepath.Join(dir, "ca.pem"), filepath.Join(dir, here+".pem"), filepath.Join(dir, here+"-key.pem"), quiet)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// certificate is one of dir's authority, from a template of the test's.
func certificate(t *testing.T, dir string, template x509.Certificate) tls.Certificate {
	t.Helper()
	authority, err := tls.LoadX509KeyPair(filepath.Join(dir, "ca.pem"), filepath.Join(dir, "ca-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, template.Subject, template.IPAddresses = big.NewInt(1), pkix.Name{CommonName: "test"}, []net.IP{net.ParseIP(here)}
	der, err := x509.CreateCertificate(rand.Reader, &template, authority.Leaf, &key.PublicKey, authority.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

var forBoth = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}

// install writes a pair where NewCertificates would.
func install(t *testing.T, dir, name string, pair tls.Certificate) {
	t.Helper()
	secret, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{name + ".pem": {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, name + "-key.pem": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := replaceFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNewCertificates(t *testing.T) {
	dir := t.TempDir()
	if err := NewCertificates(dir, []string{"10.0.0.1", "pokey-1.pokey"}); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	authority, first := read("ca.pem"), read("10.0.0.1.pem")
	if err := NewCertificates(dir, []string{"pokey-1.pokey", "::1"}); err != nil {
		t.Fatal(err)
	}
	if read("ca.pem") != authority || read("10.0.0.1.pem") != first {
		t.Error("another run replaced what it should not")
	}
	for _, name := range []string{"ca-key.pem", "::1-key.pem"} {
		if f, err := os.Stat(filepath.Join(dir, name)); err != nil || f.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, f.Mode(), err)
		}
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(authority))
	for _, host := range []string{"10.0.0.1", "pokey-1.pokey", "::1"} {
		block, _ := pem.Decode([]byte(read(host + ".pem")))
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cert.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
		if err := forNodes(cert); err != nil {
			t.Errorf("%s: %v", host, err)
		}
		if d := time.Until(cert.NotAfter); d < 300*24*time.Hour || d > 400*24*time.Hour {
			t.Errorf("%s lasts %v", host, d)
		}
	}
	for _, bad := range []string{"", "..", "../x", "a/b", "ca", "a b", "-x"} {
		if err := NewCertificates(dir, []string{bad}); err == nil {
			t.Errorf("a certificate for %q", bad)
		}
	}
	if err := os.Remove(filepath.Join(dir, "ca-key.pem")); err != nil {
		t.Fatal(err)
	}
	if err := NewCertificates(dir, nil); err == nil || read("ca.pem") != authority {
		t.Errorf("an authority without its key: %v", err)
	}
}

// TestAuthoritiesApart makes certificates for nodes and for etcd as they are to
// be made: their keys stay apart, and none is good for the other.
func TestAuthoritiesApart(t *testing.T) {
	root := t.TempDir()
	issued := func(c Certificates) string {
		t.Helper()
		c.Dir, c.Authority = filepath.Join(root, c.Dir), filepath.Join(root, c.Authority)
		if err := c.Make(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(c.Dir, "ca-key.pem")); err == nil {
			t.Errorf("%s has the authority's key", c.Dir)
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
		t.Error("a client's certificate is good for a node")
	}
	if node.SharesAuthority(client) || !server.SharesAuthority(client) {
		t.Errorf("nodes and etcd share an authority: %v; etcd and its clients: %v", node.SharesAuthority(client), server.SharesAuthority(client))
	}
	handshake := func(dialer, listener *tls.Config) error {
		l, err := tls.Listen("tcp", here+":0", listener)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		ended := aside(func() error {
			conn, err := l.Accept()
			if err != nil {
				return err
			}
			defer func() { _ = conn.Close() }()
			return conn.(*tls.Conn).HandshakeContext(t.Context())
		})
		conn, err := tls.Dial("tcp", l.Addr().String(), dialer)
		if err == nil {
			defer func() { _ = conn.Close() }()
		}
		return errors.Join(err, <-ended)
	}
	asEtcd := &tls.Config{Certificates: []tls.Certificate{server.pair}, ClientCAs: server.roots, ClientAuth: tls.RequireAndVerifyClientCert}
	if err := handshake(client.ClientConfig(), asEtcd); err != nil {
		t.Errorf("a node is not known to etcd: %v", err)
	}
	if handshake(client.ClientConfig(), node.config()) == nil || handshake(server.config(), node.config()) == nil {
		t.Error("a certificate for etcd is good on the node port")
	}
	if handshake(node.config(), asEtcd) == nil {
		t.Error("a certificate for nodes is good for etcd")
	}
}

// aside runs f aside.
func aside(f func() error) <-chan error {
	ended := make(chan error, 1)
	go func() { ended <- f() }()
	return ended
}

func TestCredentialsFollowTheirFiles(t *testing.T) {
	dir := certificates(t)
	c := loadCredentials(t, dir)
	first := c.Expires()
	install(t, dir, here, certificate(t, dir, x509.Certificate{NotAfter: first.Add(time.Hour), ExtKeyUsage: forBoth}))
	if got := c.Expires(); !got.Equal(first.Add(time.Hour)) {
		t.Errorf("expires %v after a renewal, not %v", got, first.Add(time.Hour))
	}
	if err := os.WriteFile(filepath.Join(dir, here+".pem"), []byte("half a certif"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := c.Expires(); !got.Equal(first.Add(time.Hour)) {
		t.Errorf("expires %v after a broken renewal", got)
	}
	if len(c.config().Certificates[0].Certificate) == 0 {
		t.Error("no certificate after a broken renewal")
	}
	for name, broken := range map[string][3]string{
		"no authority": {"nowhere.pem", here + ".pem", here + "-key.pem"},
		"empty":        {here + "-key.pem", here + ".pem", here + "-key.pem"},
		"no key":       {"ca.pem", here + ".pem", "nowhere.pem"},
		"no node":      {"ca.pem", "ca.pem", "ca-key.pem"},
	} {
		if _, err := LoadCredentials(filepath.Join(dir, broken[0]), filepath.Join(dir, broken[1]), filepath.Join(dir, broken[2]), quiet); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}

// TestRotation changes the authority and all certificates under running nodes.
func TestRotation(t *testing.T) {
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
	send(a, b.Self()) // what is connected stays so
	receive(t, got)
	a.link.existing(b.Self()).cut()
	eventually(t, 5*time.Second, "another connection, with the new certificates", func() bool {
		send(a, b.Self())
		select {
		case <-got:
			return true
		case <-time.After(50 * time.Millisecond):
			return false
		}
	})
	if b.Stats().RejectedPeers != 0 {
		t.Errorf("%d connections were rejected", b.Stats().RejectedPeers)
	}

	install(t, dir, here, certificate(t, other, x509.Certificate{NotAfter: time.Now().Add(-time.Minute), ExtKeyUsage: forBoth}))
	last := a.link.existing(b.Self())
	last.cut()
	<-last.ended // nothing more is sent over it
	losses := a.Stats().LinkLosses
	eventually(t, 5*time.Second, "attempts fail, for an expired certificate", func() bool {
		a.conf.System.Root.Send(actor.NewPID(b.Self(), "rooms"), wrapperspb.String("too late"))
		return a.Stats().LinkLosses >= losses+3
	})
	for len(got) > 0 { // of what was sent before
		if m, ok := (<-got).(*wrapperspb.StringValue); ok && m.Value == "too late" {
			t.Error("received over a connection with an expired certificate")
		}
	}
	if !a.Stats().Certificate.Before(time.Now()) {
		t.Errorf("the certificate expires %v", a.Stats().Certificate)
	}
}

// stranger is what some peer without the right certificate would use.
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

// TestWeTalkToNodesOnly has a member's address answered by somebody else.
func TestWeTalkToNodesOnly(t *testing.T) {
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
						t.Errorf("%s: a node talked to it", s.name)
					}
					_ = conn.Close()
				}()
			}
		}()
		memory := membership.NewMemory()
		a := startNode(t, memory.Node(), func(c *Config) { c.TLS = loadCredentials(t, dir) })
		join(t, a)
		if err := memory.Node().Start(t.Context(), membership.Member{ID: "x", Address: l.Addr().String()}, func(membership.Snapshot) {}, nil); err != nil {
			t.Fatal(err)
		}
		send(a, l.Addr().String())
		eventually(t, 5*time.Second, s.name+": the link is lost", func() bool { return a.Stats().LinkLosses > 0 })
		_ = l.Close()
	}
}
