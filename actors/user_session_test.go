package actors_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/pokey/actors"
	"example.com/pokey/actors/wire"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// revoked reports whether a session of user that was issued at that time is void.
func (h *harness) revoked(user poker.UserID, issued time.Time) bool {
	h.t.Helper()
	standing, err := h.sys.CheckSession(context.Background(), user, issued)
	if err != nil {
		h.t.Fatal(err)
	}
	return standing.Revoked
}

// stored returns the record of a user, or "".
func (h *harness) stored(user poker.UserID) string {
	h.t.Helper()
	r, err := h.store.Load(context.Background(), "user/"+string(user))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		h.t.Fatal(err)
	}
	return string(r.Data)
}

// cutWith4001 checks that the client was closed with 4001.
func (c *client) cutWith4001(who string) {
	c.h.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed != protocol.CloseSession {
		c.h.t.Errorf("%s: closed with %d, want %d", who, c.closed, protocol.CloseSession)
	}
}

// open checks that the client was not closed.
func (c *client) open(who string) {
	c.h.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed != 0 {
		c.h.t.Errorf("%s: closed with %d, want it open", who, c.closed)
	}
}

// A session is known if its user has to do with a room.
func TestSessionIsKnown(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		bob.ok("setName", "", `,"name":"Bob"`)
		ada.create()
		for c, want := range map[*client]bool{ada: true, bob: false} {
			got, err := h.sys.CheckSession(context.Background(), c.user, c.issued)
			if err != nil || got != (actors.Standing{Known: want}) {
				t.Errorf("got %+v, %v; want known %v", got, err, want)
			}
		}
	})
}

// A store that does not answer causes an error within the time of a commit, never a
// standing. A sign-out that it cannot take is not reported as done.
func TestSessionsFailInTimeWithoutAStore(t *testing.T) {
	inMesh(t, 2, func(m *mesh) {
		n := m.nodes["n1"]
		ada := n.connect("")
		ada.ok("setName", "", `,"name":"Ada"`)
		m.store.set(hanging)
		start := time.Now()
		if got, err := n.sys.CheckSession(context.Background(), ada.user, ada.issued); err == nil || time.Since(start) > time.Second {
			t.Errorf("after %v: got %+v, want an error", time.Since(start), got)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := n.sys.SignOut(ctx, ada.user, ada.issued.Add(time.Minute)); err == nil || errors.Is(err, actors.ErrRevoked) {
			t.Errorf("signing out: got %v, want another error", err)
		}
		m.store.set(nil)
		time.Sleep(5 * time.Second)
		m.settle()
	})
}

// That includes a connection which the message about it does not reach.
func TestSessionsEndOnAllNodes(t *testing.T) {
	for name, end := range map[string]func(*mesh, *client) error{
		"forgetMe": func(_ *mesh, c *client) error { c.ok("forgetMe", "", ""); return nil },
		"sign out": func(m *mesh, c *client) error {
			return m.nodes["n2"].sys.SignOut(context.Background(), c.user, c.issued.Add(time.Minute))
		},
	} {
		inMesh(t, 3, func(m *mesh) {
			bob := m.nodes["n1"].connect("")
			his := bob.create()
			bob.ok("joinRoom", his, "")
			var conns []*client
			user := poker.UserID("")
			for _, n := range []string{"n1", "n2", "n3"} {
				c := m.nodes[n].connect(user)
				c.ok("joinRoom", his, "")
				conns, user = append(conns, c), c.user
			}
			unreached := "n1"
			if m.ownerOf(user) == unreached {
				unreached = "n3"
			}
			lost := 0
			m.mu.Lock()
			m.drops = func(to string, l *wire.Envelope) bool {
				_, disconnect := l.GetBody().(*wire.Envelope_Disconnect)
				if disconnect && to == unreached && lost == 0 {
					lost++
					return true
				}
				return false
			}
			m.mu.Unlock()
			asks := conns[0]
			if unreached == "n1" {
				asks = conns[1]
			}
			if err := end(m, asks); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			time.Sleep(11 * time.Second)
			m.settle()
			for i, c := range conns {
				c.cutWith4001(name + ": the connection on " + []string{"n1", "n2", "n3"}[i])
			}
			if lost != 1 {
				t.Errorf("%s: got %d messages lost, want 1", name, lost)
			}
			bob.settle()
			if there := !bob.member(user).absent; there != (name == "sign out") {
				t.Errorf("%s: member of another user's room: got %v, want %v", name, there, !there)
			}
		})
	}
}
