package transport

import (
	"encoding/binary"
	"io"
	"time"
	"unicode/utf8"

	"example.com/pokey/protocol"
)

// lingerBytes is how much is read of a client that has been told to go.
const lingerBytes = 1 << 20

// closing says whether the connection is closing or closed.
func (c *Conn) closing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code != 0
}

// flooded says whether the connection was closed for what the client sent.
func (c *Conn) flooded() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code == protocol.CloseRateLimited && !c.evicted || c.code == protocol.CloseTooManyErrors
}

// evict closes the connection in favour of somebody else's behind the same
// address, who had none.
func (c *Conn) evict() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.evicted = c.code == 0
	c.beginClose(protocol.CloseRateLimited, "others behind this address have none")
}

// beginClose begins to close the connection, unless that has begun. The caller holds
// mu, here and up to breakOff.
func (c *Conn) beginClose(code protocol.CloseCode, reason string) {
	if c.code != 0 {
		return
	}
	if code == protocol.CloseSlowConsumer {
		c.out.clear() // it would not be read
	}
	c.beginCloseWith(append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...))
}

// beginCloseWith is shut for the payload of a close frame. A reason that is not UTF-8
// can only be an echo, and is not repeated.
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

// abortLocked ends the connection at once, when there is nothing more to say or
// nobody to hear it.
func (c *Conn) abortLocked() {
	if c.code == 0 {
		c.code = ClosedAbruptly
	}
	c.out.clear()
	c.updateBudget()
	if c.raw != nil {
		_ = c.raw.Close() // closed is closed
	}
}

// libraryClosed takes a close frame from the library: its answer to the
// client's, or to a frame it does not accept.
func (c *Conn) libraryClosed(payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code == 0 {
		c.echo = true
		c.beginCloseWith(payload)
	}
}

// finish ends the connection after reading has ended. If it was not the client
// that closed it, then the client is told why and given the time to hear it:
// closing a socket with unread bytes would take back what was written last.
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
	_ = c.ws.CloseNow() // frees what the library holds
	c.timer.Stop()
	c.server.counters.closed(code)
}

// linger reads on until the client has closed too. The timer ends it if nothing
// else does.
func (c *Conn) linger() {
	_ = c.raw.SetReadDeadline(time.Time{})
	if half, ok := c.raw.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_, _ = io.CopyN(io.Discard, c.raw, lingerBytes)
}
