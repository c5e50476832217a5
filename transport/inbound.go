package transport

import (
	"errors"
	"net"
	"os"
	"time"

	"example.com/pokey/protocol"
)

// errRefused ends the library's reading. inbound.fault has the reason.
var errRefused = errors.New("transport: the client sent what is not allowed")

// inbound checks what a client sends as it comes from the network. Only the read
// loop uses it.
type inbound struct {
	buffered   []byte // that net/http has read
	frames     frames
	overhead   bucket
	bytes      bucket
	timed      bool   // a read deadline is set
	unitsEnded uint32 // frames.ended at that time

	fault  protocol.CloseCode // the code reading has ended with; zero if it has not
	reason string
}

// socket is the network connection that the library sees.
type socket struct {
	net.Conn
	c *Conn
}

func (s *socket) Read(p []byte) (int, error) { return s.c.read(p) }

// Write gets close frames from the library, each whole: messages, pings and pongs
// are written without it.
func (s *socket) Write(p []byte) (int, error) {
	if p[0]&0x0f == opClose {
		s.c.libraryClosed(append([]byte(nil), p[2:]...))
	}
	return len(p), nil
}

// Close does nothing: the connection closes the socket when it has written what is
// queued.
func (s *socket) Close() error { return nil }

// read reads from the network and passes on what is acceptable.
func (c *Conn) read(p []byte) (int, error) {
	in := &c.inbound
	if in.fault != 0 {
		return 0, errRefused
	}
	n, err := c.receive(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		in.fault, in.reason = protocol.CloseProtocol, "message not finished in time"
	}
	if n == 0 {
		return 0, err
	}
	now := c.server.now()
	c.lastReceived.Store(int64(now))
	c.server.counters.bytesIn.Add(uint64(n))
	good, overhead, fault := in.frames.scan(p[:n])
	limits := &c.server.limits
	switch {
	case !in.overhead.take(limits.overhead, float64(overhead), now),
		!in.bytes.take(limits.bytes, float64(n), now):
		in.fault, in.reason = protocol.CloseRateLimited, "flood"
		return 0, errRefused
	case fault != 0:
		// What came before it is still handled.
		in.fault, in.reason = fault, "malformed frame"
		if fault == protocol.CloseTooBig {
			in.reason = "message too big"
		}
		if good == 0 {
			return 0, errRefused
		}
	default:
		c.watchMessage()
	}
	return good, err
}

func (c *Conn) receive(p []byte) (int, error) {
	if early := c.inbound.buffered; len(early) > 0 {
		n := copy(p, early)
		c.inbound.buffered = early[n:]
		if n == len(early) {
			c.inbound.buffered = nil
		}
		return n, nil
	}
	return c.raw.Read(p)
}

// watchMessage sets a deadline for the rest of a message that has begun. Most
// messages arrive whole and need none.
func (c *Conn) watchMessage() {
	in := &c.inbound
	var deadline time.Time
	switch {
	case in.frames.midway() && (!in.timed || in.unitsEnded != in.frames.ended):
		deadline = time.Now().Add(messageTimeout)
	case in.frames.midway() || !in.timed:
		return
	}
	in.timed, in.unitsEnded = in.frames.midway(), in.frames.ended
	_ = c.raw.SetReadDeadline(deadline) // if it fails, reading fails too
}
