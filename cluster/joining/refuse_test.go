package joining

import (
	"crypto/rand"
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"
)

// Nobody gets a certificate that is valid for several hosts, or for the host of another
// node in another form, whatever the token.
func TestJoinAsSomebodyElse(t *testing.T) {
	h := start(t)
	token := h.invite(1, time.Minute)
	_, port, _ := net.SplitHostPort(h.address)
	for _, node := range []string{"*:7000", "*.example.com:7000", "NODE-1:7000", "node-1.:7000", "[::ffff:127.0.0.1]:" + port, "[0:0:0:0:0:0:0:1]:7000", "bogus!:7000", "node-2:0", "node-2:http", "node-2"} {
		if j, err := Join(t.Context(), token, node); err == nil || !strings.Contains(err.Error(), "is not a node") || len(j.Certificate) > 0 {
			t.Errorf("%s: got %v and %d bytes of certificate, want that it is not a node", node, err, len(j.Certificate))
		}
	}
	if _, err := Join(t.Context(), token, "node-2:7000"); err != nil {
		t.Errorf("after that, the token: got %v, want that it works", err)
	}
}

// A node that has been removed knows the secret, and has a certificate that is valid still.
// It does not invite itself again.
func TestRemovedNodeInvitesNobody(t *testing.T) {
	h, other := start(t), start(t)
	a, err := h.Authority(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, key, err := a.IssueOwn("removed")
	if err != nil {
		t.Fatal(err)
	}
	removed, err := tls.X509KeyPair(text, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, cert := range map[string]tls.Certificate{"removed": removed, "none": {}, "of another cluster": other.credentials.Load().Certificate()} {
		o := h.operator(h.keys)
		o.Certificate = cert
		if token, err := o.Invite(t.Context(), 1, time.Minute); err == nil || token != "" || !strings.Contains(err.Error(), "only a node of the cluster invites") {
			t.Errorf("certificate %s, invite: got %v, want that only nodes invite", name, err)
		}
		if _, err := o.Revoke(t.Context()); err == nil || !strings.Contains(err.Error(), "only a node of the cluster invites") {
			t.Errorf("certificate %s, revoke: got %v, want that only nodes do", name, err)
		}
	}
	h.invite(1, time.Minute)
}

// A token is not spent when the cluster cannot take a node now.
func TestJoinLater(t *testing.T) {
	h := start(t)
	token := h.invite(1, time.Minute)
	h.busy.Store(true)
	wrong := token
	_, _ = rand.Read(wrong.secret[:])
	if _, err := Join(t.Context(), token, "node-2:7000"); err == nil || !strings.Contains(err.Error(), errBusy.Error()) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v, want one line with %v", err, errBusy)
	}
	if _, err := Join(t.Context(), wrong, "node-2:7000"); err == nil || strings.Contains(err.Error(), errBusy.Error()) {
		t.Errorf("a stranger: got %v, want to be told nothing of the cluster", err)
	}
	h.busy.Store(false)
	if _, err := Join(t.Context(), token, "node-2:7000"); err != nil {
		t.Errorf("later: got %v, want that the token works", err)
	}
}

// A machine whose attempt was interrupted after it was added joins with another token.
func TestJoinAgain(t *testing.T) {
	h := start(t)
	h.busy.Store(true) // which does not matter, since nothing is added
	j, err := Join(t.Context(), h.invite(1, time.Minute), "waiting:7000")
	if err != nil || h.added.Load() != 0 || len(j.Certificate) == 0 {
		t.Errorf("got %v, %d nodes added and %d bytes of certificate, want none added and a certificate", err, h.added.Load(), len(j.Certificate))
	}
}

// Strangers who ask all the time do not keep the operator from inviting.
func TestInviteDespiteStrangers(t *testing.T) {
	h := start(t)
	token := h.invite(1, time.Minute)
	_, _ = rand.Read(token.secret[:])
	h.exhausted(token)
	h.invite(1, time.Minute)
}
