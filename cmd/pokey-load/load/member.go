package load

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/wire"
)

// retryPause is how long a request waits that was refused for the moment.
const retryPause = 50 * time.Millisecond

// connect starts a session and a connection, and reads the welcome.
func connect(ctx context.Context, site *client.Site) (conn *client.Conn, userID string, err error) {
	session, err := site.NewSession(ctx)
	if err != nil {
		return nil, "", err
	}
	if conn, err = dial(ctx, site, session); err != nil {
		return nil, "", err
	}
	msg, err := conn.Read()
	if err != nil {
		conn.Close()
		return nil, "", fmt.Errorf("welcome: %w", err)
	}
	_ = wire.Object(msg, func(key, value []byte) bool {
		if string(key) == "userId" {
			userID, _ = wire.String(value)
		}
		return true
	})
	if userID == "" {
		conn.Close()
		return nil, "", fmt.Errorf("the first message was no welcome: %.100s", msg)
	}
	return conn, userID, nil
}

// patience is how often a set-up asks again that is told to come back later.
const patience = 10

// dial connects, and waits as the page does when the server says that it is too busy.
func dial(ctx context.Context, site *client.Site, session client.Session) (*client.Conn, error) {
	for n := 0; ; n++ {
		conn, err := site.Dial(ctx, session)
		refused := (*client.HandshakeError)(nil)
		if !errors.As(err, &refused) || refused.RetryAfter == 0 || n == patience {
			return conn, err
		}
		select {
		case <-time.After(refused.RetryAfter):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// createRoom asks, by a request with the id, for a room on a connection that nobody else reads yet.
func createRoom(conn *client.Conn, id string) (roomID string, err error) {
	create := client.Request{"request": "createRoom", "deck": "fibonacci"}
	if err := conn.Write(create.Encode(id)); err != nil {
		return "", fmt.Errorf("createRoom: %w", err)
	}
	for {
		msg, err := conn.Read()
		if err != nil {
			return "", fmt.Errorf("createRoom: %w", err)
		}
		head, err := wire.Peek(msg)
		switch {
		case err != nil:
			return "", fmt.Errorf("createRoom: %w", err)
		case head.Event == wire.Error:
			return "", fmt.Errorf("createRoom: %s", head.Code)
		case head.Event == wire.OK && string(head.ID) == id:
			return string(head.RoomID), nil
		}
	}
}

// read reads a member's connection until it ends, and returns the cause.
func (m *member) read() error {
	for {
		msg, err := m.conn.Read()
		if err != nil {
			return err
		}
		now := time.Now()
		head, err := wire.Peek(msg)
		if err != nil {
			return fmt.Errorf("message: %w", err)
		}
		switch head.Event {
		case wire.RoomStatus, wire.RoomPatch:
			if string(head.RoomID) != m.room.id {
				continue
			}
			out, err := m.room.update(m, head, msg, now)
			if err != nil {
				return err
			}
			send(out)
		case wire.OK, wire.Error:
			again := m.room.answered(m, head, head.Event == wire.Error && retryable(msg), now)
			if again != nil {
				time.AfterFunc(retryPause, func() { send(again) })
			}
		case wire.RoomLeft, wire.RoomClosed:
			return fmt.Errorf("out of the room: %.200s", msg)
		}
	}
}

// retryable reports whether an error says so of itself.
func retryable(msg []byte) (is bool) {
	_ = wire.Object(msg, func(key, value []byte) bool {
		is = is || string(key) == "retryable" && wire.True(value)
		return true
	})
	return is
}

// send writes what a room wants sent. A connection that cannot be written to is
// found out by its reader.
func send(out []outgoing) {
	for _, o := range out {
		_ = o.to.conn.Write(o.msg)
	}
}

// losses counts the connections that ended before they should.
type losses struct {
	over  atomic.Bool // from now on connections may end
	count atomic.Int64
	first atomic.Pointer[error]
}

func (l *losses) note(err error) {
	if l.over.Load() {
		return
	}
	l.count.Add(1)
	l.first.CompareAndSwap(nil, &err)
}

func (l *losses) why() string {
	if err := l.first.Load(); err != nil {
		return (*err).Error()
	}
	return ""
}
