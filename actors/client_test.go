package actors_test

import (
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"example.com/pokey/actors"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// client is a client that records everything it is sent.
type client struct {
	h       *harness
	user    poker.UserID
	issued  time.Time
	origin  uint64 // zero for all but a few
	session *actors.Session

	slow atomic.Int64 // how long it takes to receive a status, in nanoseconds

	mu     sync.Mutex
	inbox  []event
	raw    [][]byte
	closed protocol.CloseCode
	last   map[poker.RoomID]uint64
	next   int
}

// connect opens a connection of user, or of a new one.
func (h *harness) connect(user poker.UserID) *client { return h.connectWith(user, time.Now()) }

// connectWith opens one with a session that was issued at the given time.
func (h *harness) connectWith(user poker.UserID, issued time.Time) *client {
	return h.prepare(user, issued).begin()
}

// prepare returns a client that has not begun.
func (h *harness) prepare(user poker.UserID, issued time.Time) *client {
	if user == "" {
		user = poker.UserID(h.keys.NewUserID())
	}
	return &client{h: h, user: user, issued: issued, last: map[poker.RoomID]uint64{}}
}

// begin opens its connection.
func (c *client) begin() *client {
	h, user := c.h, c.user
	session := h.sys.Connect(user, c.issued, c.origin, c)
	c.mu.Lock()
	c.session = session
	closed := c.closed != 0 // by now
	c.mu.Unlock()
	if closed {
		session.Close()
	}
	h.opened = append(h.opened, c)
	synctest.Wait()
	return c
}

func (c *client) Send(e []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	decoded, err := decodeEvent(e)
	if err != nil {
		c.h.t.Errorf("not JSON: %s", e)
	}
	c.inbox, c.raw = append(c.inbox, decoded), append(c.raw, e)
}

func (c *client) SendStatus(s *protocol.Status) {
	time.Sleep(time.Duration(c.slow.Load()))
	c.mu.Lock()
	stale := s.Version <= c.last[s.RoomID]
	c.last[s.RoomID] = max(c.last[s.RoomID], s.Version)
	c.mu.Unlock()
	if !stale {
		c.Send(s.Full())
	}
}

func (c *client) Forget(room poker.RoomID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.last, room)
}

func (c *client) Batch(do func()) { do() }

func (c *client) Close(code protocol.CloseCode, _ string) {
	c.mu.Lock()
	c.closed = code
	session := c.session // nil while it is still being opened
	c.mu.Unlock()
	if session != nil {
		session.Close()
	}
}

// drop loses the connection.
func (c *client) drop() {
	c.session.Close()
	synctest.Wait()
}

// sendAndSettle sends a message as the transport would, and waits until nothing happens any more.
func (c *client) sendAndSettle(message string) {
	c.h.t.Helper()
	in, bad := protocol.Decode([]byte(message))
	if bad != nil {
		c.h.t.Fatalf("%s: %+v", message, bad)
	}
	c.session.Handle(in)
	c.settle()
}

// settle waits until nothing happens any more, including a room's pause after a broadcast.
func (c *client) settle() {
	synctest.Wait()
	time.Sleep(60 * time.Millisecond)
	synctest.Wait()
}

// newEvents returns the events since its last call.
func (c *client) newEvents() []event {
	c.mu.Lock()
	defer c.mu.Unlock()
	got := c.inbox[c.next:]
	c.next = len(c.inbox)
	return got
}

// count returns how many of the events are of the kind.
func count(events []event, kind string) (n int) {
	for _, e := range events {
		if e.Event == kind {
			n++
		}
	}
	return n
}

// want takes the events and returns the last of the kind. There must be one.
func (c *client) want(kind string) event {
	c.h.t.Helper()
	got := c.newEvents()
	for _, e := range slices.Backward(got) {
		if e.Event == kind {
			return e
		}
	}
	c.h.t.Fatalf("got %v, want a %s among them", got, kind)
	return event{}
}

// wantNone fails the test if an event of the kind came since the last call of newEvents.
func (c *client) wantNone(kind string) {
	c.h.t.Helper()
	for _, e := range c.newEvents() {
		if e.Event == kind {
			c.h.t.Fatalf("got %v, want no %s", e, kind)
		}
	}
}

// ask sends a request about a room, or none, and returns the ok or error.
func (c *client) ask(request string, room poker.RoomID, more string) event {
	c.h.t.Helper()
	c.h.asked++
	id := "r" + strconv.Itoa(c.h.asked)
	c.newEvents()
	c.sendAndSettle(`{"request":"` + request + `","id":"` + id + `","roomId":"` + string(room) + `"` + more + `}`)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.inbox[c.next:] {
		if e.ID == id {
			return e
		}
	}
	c.h.t.Fatalf("%s: got %v, want an answer among them", request, c.inbox[c.next:])
	return event{}
}

// ok sends a request that must be accepted.
func (c *client) ok(request string, room poker.RoomID, more string) event {
	c.h.t.Helper()
	e := c.ask(request, room, more)
	if e.Event != "ok" {
		c.h.t.Fatalf("%s: got %v, want ok", request, e)
	}
	return e
}

// refused sends a request that must be refused with the code.
func (c *client) refused(code, request string, room poker.RoomID, more string) {
	c.h.t.Helper()
	if e := c.ask(request, room, more); e.Event != "error" || e.Code != code {
		c.h.t.Fatalf("%s: got %v, want %s", request, e, code)
	}
}

// create creates a room, which nobody joins.
func (c *client) create() poker.RoomID {
	c.h.t.Helper()
	c.sendAndSettle(`{"request":"createRoom"}`)
	return c.want("roomCreated").RoomID
}

// room is the newest status the client has of a room.
func (c *client) room() roomView {
	c.h.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range slices.Backward(c.inbox) {
		if e.Event == "roomStatus" {
			return *e.Room
		}
	}
	c.h.t.Fatal("got no status at all")
	return roomView{}
}

// member is how the newest status shows a user; absent is set if it does not.
func (c *client) member(user poker.UserID) memberView {
	c.h.t.Helper()
	if m := c.room().Members[user]; m != nil {
		return *m
	}
	return memberView{absent: true}
}
