package joining

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/cluster"
	"example.com/pokey/identity"
	"example.com/pokey/store"
)

// host is a node that lets others join.
type host struct {
	*Server
	t       *testing.T
	keys    *identity.Keys
	ca      []byte
	address string
	added   atomic.Int64
	refused atomic.Int64
	busy    atomic.Bool
}

var errBusy = errors.New("node-9 does not answer")

func start(t *testing.T) *host {
	t.Helper()
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	a, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, ca: a.Certificate()}
	cert, key, err := a.IssueOwn("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"ca.pem": h.ca, "cert.pem": cert, "key.pem": key} {
		if err := os.WriteFile(file(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	credentials, err := cluster.LoadCredentials(file("ca.pem"), file("cert.pem"), file("key.pem"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if h.keys, err = identity.Open(file("secret.key"), true); err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.address = l.Addr().String()
	h.Server, err = NewServer(t.Context(), Config{
		Store: store.NewMemory(), Secret: h.keys, SecretFile: file("secret.key"), Self: h.address, Log: slog.New(slog.DiscardHandler),
		Nodes:    func() []string { return []string{"127.0.0.1:1", h.address} }, // nobody listens at the first one
		Expected: func(node string) bool { return node == "waiting:7000" },
		Ready: func(context.Context, string) error {
			if h.busy.Load() {
				return errBusy
			}
			return nil
		},
		Add:     func(context.Context, string) error { h.added.Add(1); return nil },
		Refused: func(string, string) { h.refused.Add(1) },
	}, a)
	if err != nil {
		t.Fatal(err)
	}
	config := h.TLS(credentials)
	config.NextProtos = []string{Protocol}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { h.Serve(tls.Server(conn, config)) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); serving.Wait() })
	return h
}

// operator asks the host with the certificate of a node, and that secret.
func (h *host) operator(secret cluster.Secret) Operator {
	h.t.Helper()
	return Operator{Node: h.address, Secret: secret, CA: h.ca, Certificate: h.credentials.Load().Certificate()}
}

func (h *host) invite(uses int, life time.Duration) Token {
	h.t.Helper()
	text, err := h.operator(h.keys).Invite(h.t.Context(), uses, life)
	if err != nil {
		h.t.Fatal(err)
	}
	t, err := ParseToken(text)
	if err != nil {
		h.t.Fatal(err)
	}
	return t
}

// A token gives a certificate for the host that asked, by any node that answers, and
// as often as it says, however many ask at once.
func TestJoin(t *testing.T) {
	h := start(t)
	token := h.invite(3, time.Minute)
	var joined atomic.Int64
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			j, err := Join(t.Context(), token, net.JoinHostPort("node-"+hex.EncodeToString([]byte{byte(i)}), "7000"))
			if err != nil {
				if !strings.Contains(err.Error(), errToken.Error()) {
					t.Errorf("got %v, want %v", err, errToken)
				}
				return
			}
			joined.Add(1)
			pair, err := tls.X509KeyPair(j.Certificate, j.Key)
			if err != nil {
				t.Error(err)
				return
			}
			roots := x509.NewCertPool()
			roots.AppendCertsFromPEM(j.CA)
			if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "node-" + hex.EncodeToString([]byte{byte(i)})}); err != nil {
				t.Error(err)
			}
			if len(pair.Leaf.DNSNames) != 1 || pair.Leaf.IsCA || len(j.Secret) == 0 || len(j.Nodes) != 3 {
				t.Errorf("got names %v, authority %v, %d bytes of secret and nodes %v", pair.Leaf.DNSNames, pair.Leaf.IsCA, len(j.Secret), j.Nodes)
			}
		})
	}
	all.Wait()
	if joined.Load() != 3 || h.added.Load() != 3 {
		t.Errorf("got %d that joined and %d that were added, want 3", joined.Load(), h.added.Load())
	}
}

// Nothing is given to whoever has not all of a token, nor is a token given to whoever
// stands between.
func TestJoinOfStrangers(t *testing.T) {
	h, other := start(t), start(t)
	token := h.invite(1, time.Minute)
	wrong := token
	_, _ = rand.Read(wrong.secret[:])
	unknown := token
	_, _ = rand.Read(unknown.id[:])
	between := token
	between.nodes = []string{other.address}
	for name, c := range map[string]struct {
		token Token
		node  string
		says  string
	}{
		"another secret":  {wrong, "node-2:7000", errToken.Error()},
		"unknown":         {unknown, "node-2:7000", errToken.Error()},
		"a man between":   {between, "node-2:7000", "not of the cluster that made the token"},
		"no node":         {token, "node-2", "is not a node"},
		"another's name":  {token, h.address, "is a node already"},
		"nobody to reach": {Token{nodes: []string{"127.0.0.1:1"}}, "node-2:7000", "no answer"},
	} {
		if j, err := Join(t.Context(), c.token, c.node); err == nil || !strings.Contains(err.Error(), c.says) || len(j.Secret) > 0 {
			t.Errorf("%s: got %v and %d bytes of secret, want an error with %q", name, err, len(j.Secret), c.says)
		}
	}
	if h.added.Load() != 0 || h.refused.Load() < 4 {
		t.Errorf("got %d nodes and %d refusals, want none and at least 4", h.added.Load(), h.refused.Load())
	}
	if _, err := Join(t.Context(), token, "node-2:7000"); err != nil {
		t.Errorf("after that, the token: got %v, want that it works", err)
	}
	if _, err := h.operator(other.keys).Invite(t.Context(), 1, time.Minute); err == nil || !strings.Contains(err.Error(), "master secret") {
		t.Errorf("an invitation with another secret: got %v", err)
	}
}

// exhausted asks with a token that is none until the host has had enough questions.
// Each second it bears one more.
func (h *host) exhausted(wrong Token) {
	h.t.Helper()
	began, asked := time.Now(), 0
	for ; time.Since(began) < time.Minute; asked++ {
		if _, err := Join(h.t.Context(), wrong, "node-2:7000"); err != nil && strings.Contains(err.Error(), errTooMany.Error()) {
			break
		}
	}
	if most := questionBurst + questionRate*(int(time.Since(began)/time.Second)+1); asked > most {
		h.t.Errorf("got answers to %d questions in %v, want at most %d and then to be told to wait", asked, time.Since(began), most)
	}
}

// Whoever guesses is told to wait soon; whoever sends garbage or nothing is cut.
func TestJoinIsBounded(t *testing.T) {
	h := start(t)
	token := h.invite(1, time.Minute)
	_, _ = rand.Read(token.secret[:])
	h.exhausted(token)
	for name, sent := range map[string][]byte{
		"endless": binary.BigEndian.AppendUint32(nil, 1<<31),
		"silent":  nil,
	} {
		conn, err := tls.Dial("tcp", h.address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{Protocol}, MinVersion: tls.VersionTLS13}) //nolint:gosec // it is nobody
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, _ = conn.Write(sent)
		_ = conn.SetDeadline(time.Now().Add(time.Minute)) // or later than after askTimeout, on a busy machine
		if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: not cut after %v", name, time.Since(began))
		}
		_ = conn.Close()
	}
}

// There are only so many tokens, and those that have expired make room.
func TestTokensAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := book{store.NewMemory()}
		add := func() error {
			return b.add(t.Context(), newToken([32]byte{}, []string{"a:1"}), time.Now().Add(time.Minute), 1)
		}
		for range maxTokens {
			if err := add(); err != nil {
				t.Fatal(err)
			}
		}
		if err := add(); err == nil {
			t.Error("one token too many is made")
		}
		time.Sleep(time.Minute)
		if err := add(); err != nil {
			t.Errorf("after all others have expired: %v", err)
		}
		if parts, _, err := b.read(t.Context()); err != nil || len(parts) != 1 {
			t.Errorf("got %d tokens, %v, want only the new one", len(parts), err)
		}
	})
}

func FuzzParseToken(f *testing.F) {
	f.Add(newToken([32]byte{1}, []string{"node-1:7000", "node-2:7000"}).text())
	f.Add(tokenPrefix)
	f.Add(tokenPrefix + "AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		token, err := ParseToken(text)
		if err == nil && token.text() != strings.TrimSpace(text) {
			t.Errorf("got %q from %q", token.text(), text)
		}
	})
}
