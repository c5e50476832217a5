package etcdmember

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/pokey/cluster"
	"example.com/pokey/store/etcdtest"
)

// secret is one that a node knows.
type secret string

func (s secret) Prove(what []byte) [][]byte {
	h := hmac.New(sha256.New, []byte(s))
	h.Write(what)
	return [][]byte{h.Sum(nil)}
}

func (s secret) Proves(what, proof []byte) bool { return hmac.Equal(s.Prove(what)[0], proof) }

func credentials(t *testing.T, dir, host string) *cluster.Credentials {
	t.Helper()
	file := func(name string) string { return filepath.Join(dir, name) }
	c, err := cluster.LoadCredentials(file("ca.pem"), file(host+".pem"), file(host+"-key.pem"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// start starts the only member of a cluster, and returns a directory with
// certificates for its host and for elsewhere.
func start(t *testing.T) (m *Member, self, certs string) {
	t.Helper()
	return startWith(t, Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
}

func startWith(t *testing.T, c Config) (m *Member, self, certs string) {
	t.Helper()
	self, certs = etcdtest.FreeAddress(t), t.TempDir()
	if err := cluster.NewCertificates(certs, []string{"127.0.0.1", "elsewhere"}); err != nil {
		t.Fatal(err)
	}
	return startAgain(t, c, self, certs), self, certs
}

// startAgain starts a member with the name and the certificates of an earlier one.
func startAgain(t *testing.T, c Config, self, certs string) *Member {
	t.Helper()
	mine := credentials(t, certs, "127.0.0.1")
	port, err := cluster.OpenPort(self, mine, c.Log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = port.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c.Self, c.First, c.Port, c.TLS, c.Secret = self, []string{self}, port, mine, secret("ours")
	m, err := Start(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Stop)
	return m
}

// Nobody gets an answer without the secret, and only hosts of members that know the
// cluster's ID are peers of etcd.
func TestStrangers(t *testing.T) {
	m, self, certs := start(t)
	if _, err := m.Client().Put(t.Context(), "a", "b"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		client Client
		want   string // in the error; empty for none
	}{
		"a node":            {client: Client{TLS: credentials(t, certs, "127.0.0.1"), Secret: secret("ours")}},
		"not a member yet":  {client: Client{TLS: credentials(t, certs, "elsewhere"), Secret: secret("ours")}},
		"another secret":    {client: Client{TLS: credentials(t, certs, "127.0.0.1"), Secret: secret("theirs")}, want: "secret"},
		"no certificate":    {client: Client{Secret: secret("ours")}, want: self},
		"another authority": {client: Client{TLS: others(t), Secret: secret("ours")}, want: "certificate"},
	} {
		s, err := c.client.State(t.Context(), self)
		if c.want == "" && (err != nil || s.Self != self || len(s.Members) != 1 || s.Leader != self) {
			t.Errorf("%s: got %+v, %v, want the state", name, s, err)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %+v, %v, want an error with %q", name, s, err, c.want)
		}
	}
	id := m.running().Cluster().ID().String()
	for _, c := range []struct {
		host, id, path string
		want           int
	}{
		{"127.0.0.1", id, "/raft/probing", http.StatusOK},
		{"127.0.0.1", id, "/members", http.StatusOK},
		{"elsewhere", id, "/members", http.StatusForbidden},
		{"elsewhere", id, "/raft", http.StatusForbidden},
		{"127.0.0.1", "0", "/raft", http.StatusForbidden},
		{"127.0.0.1", "", "/raft/stream/message/1", http.StatusForbidden},
		{"127.0.0.1", id, "/pokey/nothing", http.StatusNotFound},
	} {
		config := credentials(t, certs, c.host).PeerConfig("127.0.0.1")
		client := http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}, Timeout: time.Minute}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+self+c.path, bytes.NewReader(nil))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Etcd-Cluster-ID", c.id)
		response, err := client.Do(request)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		_ = response.Body.Close()
		if response.StatusCode != c.want {
			t.Errorf("%+v: got %s", c, response.Status)
		}
		if got := response.Header.Get("X-Etcd-Cluster-ID"); got != "" && c.want == http.StatusForbidden {
			t.Errorf("%+v: the refusal tells the ID of the cluster", c)
		}
	}
}

// others returns credentials of another authority.
func others(t *testing.T) *cluster.Credentials {
	t.Helper()
	dir := t.TempDir()
	if err := cluster.NewCertificates(dir, []string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	return credentials(t, dir, "127.0.0.1")
}

// A proof is worth nothing for anything else than it was made for.
func TestProofs(t *testing.T) {
	ours := secret("ours")
	for name, other := range map[string][]byte{
		"another path": mustCover(t, question, "/b", "body"), "another body": mustCover(t, question, "/a", "b"), "the other side": mustCover(t, answer, "/a", "body"),
	} {
		if proves(ours, other, prove(ours, mustCover(t, question, "/a", "body"))) {
			t.Errorf("a proof is valid for %s", name)
		}
	}
	if !proves(ours, mustCover(t, question, "/a", "body"), "x,"+prove(ours, mustCover(t, question, "/a", "body"))) {
		t.Error("a valid proof among others is refused")
	}
}

func mustCover(t *testing.T, side, path, body string) []byte {
	t.Helper()
	b, err := covered(side, nil, path, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
