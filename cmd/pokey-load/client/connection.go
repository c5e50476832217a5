package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.com/pokey/cmd/pokey-load/wire"
)

// connection is one life of a client's connection, used by Run's goroutine only.
type connection struct {
	client  *Client
	conn    *Conn
	rooms   map[string]*replica
	atLeast time.Duration // the server's wish before the next connection; -1 for none
	moving  *moving       // nil unless another server is ready
	silence *silence      // nil if nobody minds
}

var errNoWelcome = errors.New("the first message was no welcome")

// ending is how a connection ended.
type ending struct {
	worked  bool          // whether it came about
	atLeast time.Duration // how long the server wants the next one to wait; -1 for its not having said
	next    *opened       // the next one, if it is there already
	err     error
}

// opened is a connection and its first message, if that was read already.
type opened struct {
	conn  *Conn
	first []byte
}

func (c *Client) dial(ctx context.Context) (*Conn, error) {
	if c.given.Dial != nil {
		return c.given.Dial(ctx)
	}
	return c.given.Site.Dial(ctx, c.given.Session)
}

// connect lives through one connection, a new one if none is given.
func (c *Client) connect(ctx context.Context, given *opened) ending {
	if given == nil {
		conn, err := c.dial(ctx)
		if err != nil {
			return ending{atLeast: -1, err: err}
		}
		given = &opened{conn: conn}
	}
	conn := given.conn
	stop := context.AfterFunc(ctx, conn.Close)
	defer stop()
	defer conn.Close()

	life := connection{client: c, conn: conn, rooms: make(map[string]*replica), atLeast: -1}
	defer life.stay()
	if given := c.given; given.Silence > 0 && given.Patience > 0 {
		life.silence = newSilence(given.Silence, given.Patience, life.ping, conn.Reset)
		defer life.silence.end()
	}
	if err := life.welcome(given.first); err != nil {
		return ending{atLeast: life.atLeast, err: err}
	}
	life.start()
	var err error
	for err == nil {
		err = life.step(ctx)
	}
	life.stop(err)
	return ending{true, life.atLeast, life.next(), err}
}

// ping asks whether the server is still there; any message is an answer.
func (l *connection) ping() {
	c := l.client
	c.mu.Lock()
	id := c.newID()
	c.mu.Unlock()
	_ = l.conn.Write(Request{"request": "ping"}.Encode(id)) // if it fails, giving up is next
}

func (l *connection) read() ([]byte, error) {
	msg, err := l.conn.Read()
	if err == nil {
		l.heard(msg)
	}
	return msg, err
}

func (l *connection) heard(msg []byte) {
	if l.silence != nil {
		l.silence.broken()
	}
	if hook := l.client.given.Hooks.Message; hook != nil {
		hook(l.conn.Number, msg)
	}
}

// welcome takes the first message, which may have been read already.
func (l *connection) welcome(msg []byte) error {
	if msg != nil {
		l.heard(msg)
	} else {
		var err error
		if msg, err = l.read(); err != nil {
			return err
		}
	}
	var first struct{ Event, UserID string }
	if err := json.Unmarshal(msg, &first); err != nil || first.Event != wire.Welcome {
		l.closing(msg)
		return errNoWelcome
	}
	c := l.client
	c.mu.Lock()
	c.userID = first.UserID
	c.connects++
	c.mu.Unlock()
	if c.given.Hooks.Opened != nil {
		c.given.Hooks.Opened(l.conn.Number, first.UserID)
	}
	return nil
}

// step handles one message.
func (l *connection) step(ctx context.Context) error {
	msg, err := l.read()
	if err != nil {
		return err
	}
	head, err := wire.Peek(msg)
	if err != nil {
		return fmt.Errorf("message: %w", err)
	}
	switch head.Event {
	case wire.OK, wire.Error:
		return l.answer(head, msg)
	case wire.RoomStatus, wire.RoomPatch:
		return l.status(head, msg)
	case wire.OwnEstimate:
		return l.ownEstimate(msg)
	case wire.RoomLeft, wire.RoomClosed:
		l.forget(string(head.RoomID))
	case wire.Closing:
		l.closing(msg)
		if l.atLeast == 0 && l.moving == nil {
			l.moving = l.moveOn(ctx)
		}
	}
	return nil
}

func (l *connection) status(head wire.Head, msg []byte) error {
	var event struct {
		RoomID string
		Room   map[string]any
		Patch  map[string]any
	}
	if err := json.Unmarshal(msg, &event); err != nil {
		return fmt.Errorf("status: %w", err)
	}
	copied := l.rooms[event.RoomID]
	if head.Event == wire.RoomStatus {
		copied = &replica{doc: event.Room}
		l.rooms[event.RoomID] = copied
	} else {
		if copied == nil || copied.version != head.Since {
			return l.resync(event.RoomID)
		}
		merge(copied.doc, event.Patch)
	}
	copied.version = head.Version
	room, err := copied.room(event.RoomID)
	if err != nil {
		return fmt.Errorf("room: %w", err)
	}
	if hook := l.client.given.Hooks.Status; hook != nil {
		hook(l.conn.Number, room)
	}
	l.publish(func(rooms map[string]Room) { rooms[event.RoomID] = room })
	return nil
}

// resync asks for the whole room, once for all patches until it comes.
func (l *connection) resync(roomID string) error {
	role, wanted := l.client.wantedRooms()[roomID]
	if !wanted || l.rooms[roomID] == nil {
		return nil
	}
	delete(l.rooms, roomID)
	l.join(roomID, role)
	l.client.mu.Lock()
	defer l.client.mu.Unlock()
	l.client.resyncs++
	return nil
}

func (l *connection) forget(roomID string) {
	delete(l.rooms, roomID)
	l.publish(func(rooms map[string]Room) { delete(rooms, roomID) })
}

func (l *connection) publish(change func(map[string]Room)) {
	c := l.client
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c.rooms)
	close(c.changed)
	c.changed = make(chan struct{})
}

func (l *connection) ownEstimate(msg []byte) error {
	var event struct {
		RoomID  string
		Round   int
		Value   *string
		Comment string
	}
	if err := json.Unmarshal(msg, &event); err != nil {
		return fmt.Errorf("ownEstimate: %w", err)
	}
	own := OwnEstimate{RoomID: event.RoomID, Round: event.Round, Comment: event.Comment}
	if event.Value != nil {
		own.Given, own.Value = true, *event.Value
	}
	if hook := l.client.given.Hooks.OwnEstimate; hook != nil {
		hook(l.conn.Number, own)
	}
	return nil
}

func (l *connection) closing(msg []byte) {
	var event struct {
		Event        string
		RetryAfterMS int64
	}
	if json.Unmarshal(msg, &event) == nil && event.Event == wire.Closing && event.RetryAfterMS >= 0 {
		l.atLeast = min(time.Duration(event.RetryAfterMS)*time.Millisecond, time.Minute)
	}
}
