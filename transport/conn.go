package transport

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// Conn is one client's connection. Its methods may be called from any
// goroutine, at any time, and never wait for the client; after the connection
// has closed they do nothing.
type Conn struct {
	server       *Server
	user         poker.UserID
	issued       time.Time // when the session was that it came with
	known        bool      // its user had been in a room by then
	addr         netip.Addr
	raw          net.Conn
	counted      *countedConn // what raw counts as at its port; nil for nothing
	ws           *websocket.Conn
	lastReceived atomic.Int64 // when the client last sent anything, on the server's clock

	share share

	// For the read loop only.
	session       Session
	inbound       inbound
	messages      bucket
	refusals      tally
	hadLongAnswer bool // it has asked for a long answer
	errors        tally

	// The rest is for whoever holds mu. It is never held while waiting.
	mu        sync.Mutex
	out       outbox
	direct    *direct            // nil where raw has no way to write without waiting
	writing   bool               // somebody else writes, and will see what is queued
	written   chan struct{}      // closed when that ends; made by whoever waits for it
	inFlight  int                // bytes that another goroutine waits for the socket to take
	answers   bucket             // long ones, in bytes
	waiting   time.Duration      // since when the queue is not empty, for Observe
	code      protocol.CloseCode // what it closes or closed with; zero while it is open
	echo      bool               // the library chose the code, perhaps the client's
	evicted   bool               // it was closed for somebody else, not for what it sent
	timer     *time.Timer        // the next tick
	pingCount uint32             // the payload of the last ping
	pongDue   bool               // it is not answered yet
}

// newConn makes a connection that may be sent to; it is written once it is
// attached.
func newConn(s *Server, session identity.Session, addr netip.Addr) *Conn {
	c := &Conn{server: s, user: user(session), issued: session.Issued, addr: addr, writing: true}
	c.lastReceived.Store(int64(s.now()))
	return c
}

// sendBuffer is what the operating system may keep for a client that does not
// read. Left alone it takes megabytes for each, and they are the process's.
const sendBuffer = 128 << 10

// attach gives the connection its socket, and what the client sent before.
func (c *Conn) attach(raw net.Conn, early []byte) {
	c.inbound.buffered = early
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw = raw
	if socket, ok := raw.(interface{ SetWriteBuffer(int) error }); ok {
		_ = socket.SetWriteBuffer(sendBuffer) // without it there is more than we ask for
	}
	c.direct = newDirect(raw)
	c.timer = time.AfterFunc(pingInterval, c.tick)
	if c.code != 0 {
		c.timer.Reset(closeTimeout)
	}
	c.writing = false
	c.flush()
}

// Issued is when the session was issued that the connection came with.
func (c *Conn) Issued() time.Time { return c.issued }

// Send queues one encoded event. Events are written in order, and before any
// status that is given later. The event is not changed afterwards.
func (c *Conn) Send(event []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(event) >= longAnswer {
		c.chargeAnswer(len(event))
	}
	c.push(opText, event)
}

// SendStatus makes s what the client is told next about its room, in place of
// any older status it has not been sent. It goes out as the patch if the client
// was last sent the version which that starts from, else in full, and not at all
// if the client has that version already; see [Conn.Forget].
func (c *Conn) SendStatus(s *protocol.Status) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code != 0 {
		return
	}
	if c.out.status(s) {
		c.server.counters.superseded.Add(1)
	}
	c.flush()
}

// Forget says that the connection is no longer in the room: a status not sent
// yet is dropped, and the next one, if any, goes out in full.
func (c *Conn) Forget(room poker.RoomID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out.forget(room)
}

// Batch calls do, and writes at once what do has sent.
func (c *Conn) Batch(do func()) {
	c.mu.Lock()
	held := !c.writing
	c.writing = true
	c.mu.Unlock()
	if held {
		defer c.endBatch()
	}
	do()
}

// Close begins to close the connection, after the events that are queued. The
// reason is for people and at most 123 bytes. The client has a moment to answer.
func (c *Conn) Close(code protocol.CloseCode, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.beginClose(code, reason)
}

func (c *Conn) receivedAt() time.Duration { return time.Duration(c.lastReceived.Load()) }

// serve is the connection's goroutine, from the upgrade to the end.
func (c *Conn) serve() {
	err := c.runSession()
	c.finish(websocket.CloseStatus(err) != -1)
	c.server.release(c)
}

// runSession makes the session and passes it what the client says, until there is
// nothing more to read.
func (c *Conn) runSession() (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			c.server.panicked("connection", cause)
			c.Close(protocol.CloseInternal, "internal error")
		}
	}()
	c.session = c.server.cfg.Connect(c.user, c)
	defer c.session.Close()
	for err == nil {
		err = c.readMessage()
	}
	return err
}

// readMessage reads one message and has it handled.
func (c *Conn) readMessage() error {
	kind, r, err := c.ws.Reader(context.Background())
	if err != nil {
		return err
	}
	if kind != websocket.MessageText {
		c.Close(protocol.CloseBinary, "text messages only")
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	data, err := readAll(r, (*buffer)[:0])
	*buffer = data
	switch {
	case err != nil:
		return err
	case c.closing(): // the client may go on until it has seen that
	case !utf8.Valid(data):
		c.Close(protocol.CloseNotUTF8, "not UTF-8")
	default:
		c.handle(data)
	}
	return nil
}

// buffers are for a message or a batch each, for as long as it takes.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, 2<<10)) }}

// readAll appends all of r to b.
func readAll(r io.Reader, b []byte) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}
