package transport

import (
	"context"
	"encoding/binary"

	"example.com/pokey/protocol"
)

// tick is the connection's one timer: time for a ping, no time left for its
// pong, or none left for closing.
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

// ping answers a client's ping, for the library.
func (c *Conn) ping(_ context.Context, payload []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.push(opPong, append([]byte(nil), payload...))
	return false
}

// pong takes a client's pong from the library. One that answers no ping of ours
// says nothing.
func (c *Conn) pong(_ context.Context, payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code != 0 || !c.pongDue || len(payload) != 4 || binary.BigEndian.Uint32(payload) != c.pingCount {
		return
	}
	c.pongDue = false
	c.timer.Reset(pingInterval)
}
