package client

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"example.com/pokey/cmd/pokey-load/wire"
)

// start joins the rooms again, sends again what is not answered, in its order,
// and lets new requests out.
func (l *connection) start() {
	c := l.client
	c.sending.Lock()
	defer c.sending.Unlock()
	c.mu.Lock()
	again, asked := slices.Clone(c.pending), make(map[string]bool)
	c.mu.Unlock()
	for _, pending := range again {
		asked[pending.join] = true
	}
	for roomID, role := range c.wantedRooms() {
		if !asked[roomID] {
			l.join(roomID, role)
		}
	}
	for _, pending := range again {
		c.send(l.conn, pending)
	}
	c.mu.Lock()
	c.conn = l.conn
	c.mu.Unlock()
}

func (l *connection) stop(err error) {
	c := l.client
	c.mu.Lock()
	c.conn = nil
	c.pending = slices.DeleteFunc(c.pending, func(p *call) bool { return p.reply == nil })
	close(c.changed)
	c.changed = make(chan struct{})
	c.mu.Unlock()
	if c.given.Hooks.Closed != nil {
		c.given.Hooks.Closed(l.conn.Number, err)
	}
}

// join asks for a room without anybody waiting for the answer.
func (l *connection) join(roomID, role string) {
	c := l.client
	c.mu.Lock()
	id := c.newID()
	pending := &call{id: id, join: roomID, msg: JoinRoom(roomID, role).Encode(id)}
	c.pending = append(c.pending, pending)
	c.mu.Unlock()
	c.send(l.conn, pending)
}

func (l *connection) answer(head wire.Head, msg []byte) error {
	c := l.client
	c.mu.Lock()
	i := slices.IndexFunc(c.pending, func(p *call) bool { return p.id == string(head.ID) })
	if i < 0 {
		c.mu.Unlock()
		return nil
	}
	pending := c.pending[i]
	reply := Reply{Sent: pending.sent, Refused: pending.refused, Conns: pending.conns, SentAt: pending.at}
	c.mu.Unlock()
	if err := json.Unmarshal(msg, &reply); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	reply.OK = head.Event == wire.OK
	if !reply.OK && reply.Retryable && (reply.Sent > 1 || pending.reply == nil || c.given.Persistent) {
		l.sendLater(pending)
		return nil
	}
	c.forget(pending)
	if pending.reply != nil {
		pending.reply <- reply
	}
	return nil
}

// retryPause is how long at most a request waits that was refused for the
// moment. The page waits firstRetry, then twice as long and so on; it gives up
// after [PageRetries], which a client does not.
const (
	retryPause = 300 * time.Millisecond
	firstRetry = 500 * time.Millisecond
	// PageRetries is how many refusals for the moment the page takes.
	PageRetries = 3
)

// sendLater sends a request again, if the connection is still the one.
func (l *connection) sendLater(pending *call) {
	c := l.client
	c.mu.Lock()
	wait := upTo(retryPause)
	if c.given.Persistent {
		wait = firstRetry << min(pending.refused, PageRetries-1)
	}
	pending.refused++
	c.mu.Unlock()
	time.AfterFunc(wait, func() {
		c.sending.Lock()
		defer c.sending.Unlock()
		c.mu.Lock()
		still := c.conn == l.conn && slices.Contains(c.pending, pending)
		c.mu.Unlock()
		if still {
			c.send(l.conn, pending)
		}
	})
}
