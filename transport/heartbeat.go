package transport

import (
	"context"
	"encoding/binary"

	"example.com/pokey/protocol"
)

// tick is the connection's one timer: it sends a ping, or closes because the pong
// or the answer to a close is overdue.
func (c *Conn) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.code != 0:
		_ = c.raw.Close()
	case c.pongDue:
		c.beginClose(protocol.CloseNoPong, "no pong")
	default:
		c.pingCount++
		c.pongDue = true
		c.timer.Reset(pongTimeout)
		c.push(opPing, binary.BigEndian.AppendUint32(nil, c.pingCount))
	}
}

// ping answers a client's ping in place of the library.
func (c *Conn) ping(_ context.Context, payload []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.push(opPong, append([]byte(nil), payload...))
	return false
}

// pong handles a client's pong. A pong that answers no ping of ours is ignored.
func (c *Conn) pong(_ context.Context, payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code != 0 || !c.pongDue || len(payload) != 4 || binary.BigEndian.Uint32(payload) != c.pingCount {
		return
	}
	c.pongDue = false
	c.timer.Reset(pingInterval)
}
