package chaos

import (
	"context"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/history"
	"example.com/pokey/cmd/pokey-load/wire"
)

// The page's patience with a silent server.
const (
	silence  = 20 * time.Second
	patience = 8 * time.Second
)

// member is a member of a room, with a client that behaves like the page.
type member struct {
	*client.Client
	home int // index of the node that the balancer prefers for them
	room *room

	mu        sync.Mutex
	node      int // index of the one that they were last connected to
	conn      *client.Conn
	sightings []sighting
	outages   []outage
	refused   map[string]int // refusals for the moment, by code
	lost      int            // connections
	received  []receivedMessage
}

// room is a room with its members, the owner first, and what is changed in it.
type room struct {
	id      string
	members []*member

	mu      sync.Mutex
	changes []change
	answers []answer
}

// answer is the outcome of a request.
type answer struct {
	by    *member
	asked time.Time
	took  time.Duration
	reply client.Reply
	err   error // never answered
}

// newMember prepares a client that is measured and recorded.
func newMember(home int, session client.Session, b *balancer, h *history.History) (*member, client.Config) {
	m := &member{home: home, node: home, refused: make(map[string]int)}
	hooks := h.Hooks()
	closed, message, status := hooks.Closed, hooks.Message, hooks.Status
	hooks.Closed = func(conn int, err error) {
		closed(conn, err)
		m.onClosed(err)
	}
	hooks.Message = func(conn int, msg []byte) {
		message(conn, msg)
		m.onMessage(msg)
	}
	hooks.Status = func(conn int, r client.Room) {
		status(conn, r)
		m.onStatus(r)
	}
	return m, client.Config{
		Session: session, Hooks: hooks, Silence: silence, Patience: patience, Persistent: true,
		Dial: func(ctx context.Context) (*client.Conn, error) { return m.dial(ctx, b, session) },
	}
}

func (m *member) dial(ctx context.Context, b *balancer, session client.Session) (*client.Conn, error) {
	m.mu.Lock()
	former, at := m.conn, m.node
	m.conn = nil
	m.mu.Unlock()
	if former != nil {
		b.ended(former, at)
	}
	conn, node, err := b.dial(ctx, session, m.home)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.conn, m.node = conn, node
	return conn, nil
}

func (m *member) onClosed(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lost++
	m.received = append(m.received, receivedMessage{time.Now(), err.Error()})
	if n := len(m.outages); n > 0 && m.outages[n-1].to.IsZero() {
		return // still
	}
	m.outages = append(m.outages, outage{from: time.Now()})
}

func (m *member) onStatus(r client.Room) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.outages); n > 0 && m.outages[n-1].to.IsZero() {
		m.outages[n-1].to = now
	}
	number := topicNumber(r.Topic)
	if n := len(m.sightings); n == 0 || m.sightings[n-1].number < number {
		m.sightings = append(m.sightings, sighting{number, now})
	}
}

// onMessage records a message, and counts it if it is a refusal.
func (m *member) onMessage(msg []byte) {
	head, err := wire.Peek(msg)
	if err != nil {
		return
	}
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.record(now, head)
	if head.Event == wire.Error {
		m.refused[string(head.Code)]++
	}
}

// at is the index of the node that the member is, or was last, connected to.
func (m *member) at() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.node
}

// resetWatching forgets what was recorded, except an outage that still lasts.
func (m *member) resetWatching() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sightings = m.sightings[max(len(m.sightings)-1, 0):]
	if n := len(m.outages); n > 0 && m.outages[n-1].to.IsZero() {
		m.outages = m.outages[n-1:]
	} else {
		m.outages = nil
	}
	m.lost, m.received = 0, nil
	clear(m.refused)
}

// gaps returns what is needed to judge the member's status gaps.
func (m *member) gaps(end time.Time) gaps {
	m.room.mu.Lock()
	changes := append([]change(nil), m.room.changes...)
	m.room.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	return gaps{
		owner: m == m.room.members[0], changes: changes, end: end,
		sightings: append([]sighting(nil), m.sightings...), outages: append([]outage(nil), m.outages...),
	}
}
