package actors_test

import (
	"encoding/json"
	"slices"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// send says something without waiting for what comes of it.
func (c *client) send(message string) {
	c.h.t.Helper()
	in, bad := protocol.Decode([]byte(message))
	if bad != nil {
		c.h.t.Fatalf("%s: %+v", message, bad)
	}
	c.session.Handle(in)
}

// all is everything the client has been sent.
func (c *client) all() []event {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.inbox)
}

// answered wants exactly one ok for the request.
func (c *client) answered(id string) {
	c.h.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	count := 0
	for _, e := range c.inbox {
		if e.ID == id && e.Event == "ok" {
			count++
		}
	}
	if count != 1 {
		data, _ := json.Marshal(c.inbox)
		c.h.t.Fatalf("request %s was answered %d times: %s", id, count, data)
	}
}

func (m *mesh) setCut(from, to string, yes bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cut[[2]string{from, to}] = yes
}

// cutOff isolates a node from all others.
func (m *mesh) cutOff(address string) {
	for _, other := range m.view.members {
		m.setCut(address, other, true)
		m.setCut(other, address, true)
	}
}

// owns says whether a user lives on n by what it knows itself.
func (n *meshNode) owns(user poker.UserID) bool {
	address, _ := n.View().Owner("user", string(user))
	return address == n.address
}

func (m *mesh) ownerOf(user poker.UserID) string {
	address, _ := m.view.Owner("user", string(user))
	return address
}
