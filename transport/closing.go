package transport

import (
	"encoding/binary"
	"io"
	"time"
	"unicode/utf8"

	"example.com/pokey/protocol"
)

// lingerBytes limits how much is read of a client that has been told to go.
const lingerBytes = 1 << 20

// closing reports whether the connection is closing or closed.
func (c *Conn) closing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code != 0
}

// flooded reports whether the connection was closed for what the client sent.
func (c *Conn) flooded() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code == protocol.CloseRateLimited && !c.evicted || c.code == protocol.CloseTooManyErrors
}

// evict closes the connection in favour of another client behind the same address
// that has none.
func (c *Conn) evict() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.evicted = c.code == 0
	c.beginClose(protocol.CloseRateLimited, "others behind this address have none")
}

// beginClose begins to close the connection, unless it is closing already. The
// caller holds mu, here and down to abortLocked.
func (c *Conn) beginClose(code protocol.CloseCode, reason string) {
	if c.code != 0 {
		return
	}
	if code == protocol.CloseSlowConsumer {
		c.out.clear() // the client does not read
	}
	c.beginCloseWith(append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...))
}

// beginCloseWith is beginClose with the payload of a close frame. A reason that is
// not UTF-8 can only be the client's own, and is not sent back.
func (c *Conn) beginCloseWith(payload []byte) {
	c.code = ClosedByClient
	if len(payload) >= 2 {
		c.code = protocol.CloseCode(binary.BigEndian.Uint16(payload))
		if !utf8.Valid(payload[2:]) {
			c.code = protocol.CloseNotUTF8
			payload = binary.BigEndian.AppendUint16(nil, uint16(c.code))
		}
	}
	c.out.rooms = nil
	c.out.pushLast(opClose, payload)
	c.flush()
	if c.timer != nil {
		c.timer.Reset(closeTimeout)
	}
}

// abortLocked ends the connection at once, without a close frame.
func (c *Conn) abortLocked() {
	if c.code == 0 {
		c.code = ClosedAbruptly
	}
	c.out.clear()
	c.updateBudget()
	if c.raw != nil {
		_ = c.raw.Close() // it may be closed already
	}
}

// libraryClosed handles a close frame that the library wants to send: its answer to
// the client's, or to a frame that it does not accept.
func (c *Conn) libraryClosed(payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code == 0 {
		c.echo = true
		c.beginCloseWith(payload)
	}
}

// finish ends the connection after reading has ended. Unless the client closed it,
// the client is told why and gets the time to read that: closing a socket with
// unread input would discard what was written last.
func (c *Conn) finish(byClient bool) {
	c.mu.Lock()
	if c.inbound.fault != 0 {
		c.beginClose(c.inbound.fault, c.inbound.reason)
	}
	if c.code == 0 {
		c.abortLocked()
	}
	code := c.code
	if byClient && c.echo {
		code = ClosedByClient
	}
	if c.writing {
		c.written = make(chan struct{})
	}
	written := c.written
	c.mu.Unlock()

	if written != nil {
		<-written
	}
	if !byClient {
		c.linger()
	}
	c.mu.Lock()
	c.out = outbox{}
	c.updateBudget()
	c.mu.Unlock()
	_ = c.raw.Close()
	_ = c.ws.CloseNow() // frees the library's resources
	c.timer.Stop()
	c.server.counters.closed(code)
}

// linger reads and discards until the client has closed too, or the timer ends it.
func (c *Conn) linger() {
	_ = c.raw.SetReadDeadline(time.Time{})
	if c.sealer != nil {
		c.sealer.closeWrite()
	} else if half, ok := c.raw.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_, _ = io.CopyN(io.Discard, c.raw, lingerBytes)
}
