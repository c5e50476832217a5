package transport

import (
	"errors"
	"net"
	"os"
	"time"

	"example.com/pokey/protocol"
)

// errRefused ends the library's reading; why is in inbound.fault.
var errRefused = errors.New("transport: the client broke the rules")

// inbound watches what a client sends, as it comes from the network. Only the
// read loop uses it.
type inbound struct {
	buffered   []byte // read by net/http already
	frames     frames
	overhead   bucket
	bytes      bucket
	timed      bool   // a read deadline is set
	unitsEnded uint32 // frames.ended when it was

	fault  protocol.CloseCode // why reading has ended; zero if it has not
	reason string
}

// socket is a connection's network side as the library sees it.
type socket struct {
	net.Conn
	c *Conn
}

func (s *socket) Read(p []byte) (int, error) { return s.c.read(p) }

// Write gets whole frames, close frames all of them: messages, pings and pongs
// are written without the library.
func (s *socket) Write(p []byte) (int, error) {
	if p[0]&0x0f == opClose {
		s.c.libraryClosed(append([]byte(nil), p[2:]...))
	}
	return len(p), nil
}

// Close is left to the connection, which has yet to write what is queued.
func (s *socket) Close() error { return nil }

// read reads from the network and lets through what is acceptable.
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
		// What came before is still to be handled.
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

// watchMessage bounds the time for the rest of a message that has begun. Most
// arrive whole and need no deadline.
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
	_ = c.raw.SetReadDeadline(deadline) // fails when it is closed, and then reading does too
}
