package actors_test

import (
	"slices"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// send sends a message and does not wait for its effects.
func (c *client) send(message string) {
	c.h.t.Helper()
	in, bad := protocol.Decode([]byte(message))
	if bad != nil {
		c.h.t.Fatalf("decode %s: got %+v, want no error", message, bad)
	}
	c.session.Handle(in)
}

// all returns every event that the client was sent.
func (c *client) all() []event {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.inbox)
}

// answers counts the oks that the client got for a request.
func (c *client) answers(id string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.inbox {
		if e.ID == id && e.Event == "ok" {
			n++
		}
	}
	return n
}

// answered fails the test unless the client got exactly one ok for a request.
func (c *client) answered(id string) {
	c.h.t.Helper()
	if n := c.answers(id); n != 1 {
		c.h.t.Fatalf("request %s: got %d oks, want 1, among %v", id, n, c.all())
	}
}

// setCut loses the messages from one node to another, or no longer.
func (m *mesh) setCut(from, to string, yes bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cut[[2]string{from, to}] = yes
}

// isolate cuts a node off from all others.
func (m *mesh) isolate(address string) {
	for _, other := range m.view.members {
		m.setCut(address, other, true)
		m.setCut(other, address, true)
	}
}

// owns reports whether n owns a user by its own view.
func (n *meshNode) owns(user poker.UserID) bool {
	address, _ := n.View().Owner("user", string(user))
	return address == n.address
}

// ownerOf returns the node that owns a user by the newest view.
func (m *mesh) ownerOf(user poker.UserID) string {
	address, _ := m.view.Owner("user", string(user))
	return address
}

// seesTopic fails the test unless the client's newest status has a topic.
func (c *client) seesTopic(want string) {
	c.h.t.Helper()
	if got := c.room().Topic; got != want {
		c.h.t.Errorf("topic: got %q, want %q", got, want)
	}
}

// wantOwnEstimate fails the test unless the client has been sent an estimate as its
// own since the last call of newEvents.
func (c *client) wantOwnEstimate(want string) {
	c.h.t.Helper()
	if got := c.want("ownEstimate").value(); got != want {
		c.h.t.Errorf("own estimate: got %q, want %q", got, want)
	}
}

// stillConnected fails the test if a client was disconnected.
func (m *mesh) stillConnected(clients ...*client) {
	m.t.Helper()
	for _, c := range clients {
		if c.closed != 0 {
			m.t.Errorf("%s: got closed with %d, want connected", c.user, c.closed)
		}
	}
}
