package client

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// ErrEnded is returned by [Client.Do] when the client ended for good before the
// answer came. Whether the request took effect is unknown.
var ErrEnded = errors.New("client ended")

// Client is a user with one connection at a time. Make one with [New] and let
// [Client.Run] run in a goroutine. Its methods are safe for concurrent use.
type Client struct {
	given  Config
	prefix string // of request ids: two clients of one session have different ones

	sending sync.Mutex // keeps the order of requests on the wire that of pending

	mu       sync.Mutex
	conn     *Conn // nil while there is none
	userID   string
	nextID   int
	pending  []*call // in the order they were asked
	joined   map[string]string
	rooms    map[string]Room
	changed  chan struct{} // closed and replaced with every change of rooms
	ended    chan struct{}
	connects int
	resyncs  int
}

// call is a request that waits for its answer.
type call struct {
	id    string
	join  string // the room's id, for joinRoom
	msg   []byte
	reply chan Reply // holds one; nil if nobody waits

	sent    int
	refused int       // for the moment
	conn    int       // that it was last sent over
	conns   int       // how many it was sent over
	at      time.Time // first sent over that one
}

// New makes a client. It does nothing until it runs.
func New(c Config) *Client {
	if c.Backoff == (Backoff{}) {
		c.Backoff = DefaultBackoff
	}
	return &Client{
		given: c, prefix: rand.Text()[:8] + "-",
		joined: make(map[string]string), rooms: make(map[string]Room),
		changed: make(chan struct{}), ended: make(chan struct{}),
	}
}

// Run connects, and connects again whenever the connection is lost, until ctx
// ends, in which case it returns nil, or until the server tells it not to come back,
// in which case it returns the reason. It is called once.
func (c *Client) Run(ctx context.Context) error {
	defer close(c.ended)
	var next *opened
	for attempt := 0; ; attempt++ {
		end := c.connect(ctx, next)
		if ctx.Err() != nil {
			if end.next != nil {
				end.next.conn.Close()
			}
			return nil
		}
		if end.worked {
			attempt = 0
		}
		if next = end.next; next != nil {
			continue
		}
		wait, again := c.given.Backoff.After(end.err, attempt)
		if !again {
			return fmt.Errorf("told not to come back: %w", end.err)
		}
		if end.atLeast >= 0 {
			wait = end.atLeast + c.given.Backoff.atOnce()
		}
		if Pause(ctx, wait) != nil {
			return nil
		}
	}
}

// Do sends the request with an id and waits for its answer, over as many
// connections as it takes. If a request that was sent before is refused for the
// moment, the first attempt may still have succeeded, so it is sent again. The error
// is ctx's or [ErrEnded]; the request may then have taken effect or not, or may do so
// later.
func (c *Client) Do(ctx context.Context, r Request) (Reply, error) {
	pending := c.ask(r)
	select {
	case reply := <-pending.reply:
		return reply, nil
	case <-c.ended:
		select {
		case reply := <-pending.reply: // it came before the end
			return reply, nil
		default:
			return Reply{}, ErrEnded
		}
	case <-ctx.Done():
		c.forget(pending)
		return Reply{}, ctx.Err()
	}
}

// ask sends the request if there is a connection, and remembers it for the next
// one until it is answered.
func (c *Client) ask(r Request) *call {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.mu.Lock()
	id := c.newID()
	pending := &call{id: id, msg: r.Encode(id), reply: make(chan Reply, 1)}
	if r["request"] == "joinRoom" {
		pending.join, _ = r["roomId"].(string)
		c.joined[pending.join], _ = r["role"].(string)
	}
	if r["request"] == "leaveRoom" {
		room, _ := r["roomId"].(string)
		delete(c.joined, room)
	}
	c.pending = append(c.pending, pending)
	conn := c.conn
	c.mu.Unlock()
	if conn != nil {
		c.send(conn, pending)
	}
	return pending
}

// newID is called with mu held.
func (c *Client) newID() string {
	c.nextID++
	return c.prefix + strconv.Itoa(c.nextID)
}

// send writes a request. If that fails the reader finds the connection gone,
// and the request goes out with the next one.
func (c *Client) send(conn *Conn, pending *call) {
	if pending.join != "" && c.given.Hooks.Joining != nil {
		c.given.Hooks.Joining(conn.Number, pending.join)
	}
	c.mu.Lock()
	pending.sent++
	if pending.conn != conn.Number {
		pending.conn, pending.at = conn.Number, time.Now()
		pending.conns++
	}
	c.mu.Unlock()
	if conn.Write(pending.msg) != nil {
		conn.Reset()
	}
}

// forget gives up a pending request.
func (c *Client) forget(pending *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = slices.DeleteFunc(c.pending, func(p *call) bool { return p == pending })
}

// Room returns the newest known state of a room, whether there is one, and a
// channel that is closed when any room changes or the connection is lost.
func (c *Client) Room(roomID string) (room Room, known bool, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	room, known = c.rooms[roomID]
	return room, known, c.changed
}

// UserID is the user's id, empty before the first welcome.
func (c *Client) UserID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.userID
}

// Counts returns how many connections there have been and how many patches did
// not fit, so that the room had to be asked for again.
func (c *Client) Counts() (connects, resyncs int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.connects, c.resyncs
}

// Drop resets the connection, if there is one; the client reconnects.
func (c *Client) Drop() {
	c.mu.Lock()
	conn := c.conn
	c.mu.Unlock()
	if conn != nil {
		conn.Reset()
	}
}

// wantedRooms is a copy of the rooms to be joined, by id, with their roles.
func (c *Client) wantedRooms() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.joined)
}
