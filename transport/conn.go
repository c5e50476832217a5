package transport

import (
	"context"
	"crypto/tls"
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

// Conn is one client's connection. Its methods are safe for concurrent use and
// never wait for the client. After the connection has closed they do nothing.
type Conn struct {
	server       *Server
	user         poker.UserID
	issued       time.Time // when its session was issued
	known        bool      // its user had been in a room before
	addr         netip.Addr
	raw          net.Conn     // what the client sends comes from it
	wire         net.Conn     // what is sealed goes to it: raw, or the socket below TLS
	sealer       *sealer      // nil without TLS
	counted      *countedConn // raw as its port counts it; nil if it does not
	ws           *websocket.Conn
	lastReceived atomic.Int64 // when the client last sent something, on the server's clock

	share share

	// For the read loop only.
	session       Session
	inbound       inbound
	messages      bucket
	refusals      tally
	hadLongAnswer bool // it has asked for a long answer before
	errors        tally

	// mu guards the rest. It is never held while waiting.
	mu        sync.Mutex
	out       outbox
	direct    direct             // writes to wire without waiting
	writing   bool               // another goroutine writes, and will write what is queued
	written   chan struct{}      // closed when it has stopped; made by finish
	inFlight  int                // bytes that wait for the socket to take them
	answers   bucket             // long ones, in bytes
	waiting   time.Duration      // since when something is queued, for Observe
	code      protocol.CloseCode // of closing; zero while it is open
	echo      bool               // the library chose the code, perhaps the client's
	evicted   bool               // it was closed for another client, not for what it sent
	timer     *time.Timer        // the next tick
	pingCount uint32             // the payload of the latest ping
	pongDue   bool               // that ping is not answered yet
}

// newConn returns a connection that queues what is sent to it until it is attached.
func newConn(s *Server, session identity.Session, addr netip.Addr) *Conn {
	c := &Conn{server: s, user: user(session), issued: session.Issued, addr: addr, writing: true}
	c.lastReceived.Store(int64(s.now()))
	return c
}

// sendBuffer limits the bytes that the operating system keeps for a client that
// does not read. By default it keeps megabytes, which count as this process's
// memory.
const sendBuffer = 128 << 10

// attach gives the connection its socket, and the bytes that have been read from
// it.
func (c *Conn) attach(raw net.Conn, early []byte) {
	c.inbound.buffered = early
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw, c.wire = raw, raw
	if t, ok := raw.(*tls.Conn); ok && c.counted != nil {
		c.wire = c.counted.Conn
		c.sealer = &sealer{tls: t, socket: c.wire}
		c.counted.sealer.Store(c.sealer)
	}
	if socket, ok := c.wire.(interface{ SetWriteBuffer(int) error }); ok {
		_ = socket.SetWriteBuffer(sendBuffer) // on failure the buffer is larger
	}
	c.direct.to(c.wire)
	c.timer = time.AfterFunc(pingInterval, c.tick)
	if c.code != 0 {
		c.timer.Reset(closeTimeout)
	}
	c.writing = false
	c.flush()
}

// Issued returns when the session of the connection was issued.
func (c *Conn) Issued() time.Time { return c.issued }

// Origin returns a number that stands for the client's address, which cannot be told
// from it.
func (c *Conn) Origin() uint64 { return c.server.cfg.Keys.Origin(c.addr.String()) }

// Send queues one encoded event. Events are written in order, and before any status
// that is sent later. The caller must not change the event afterwards.
func (c *Conn) Send(event []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(event) >= longAnswer {
		c.chargeAnswer(len(event))
	}
	c.push(opText, event)
}

// SendStatus makes s the next status of its room for this client, in place of an
// older one that is still waiting. It is sent as the patch if the client has the
// version that the patch starts from, else in full, and not at all if the client
// has a version as new; see [Conn.Forget].
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

// Forget says that the connection is no longer in the room. A status that is
// waiting is dropped, and the next one, if any, is sent in full.
func (c *Conn) Forget(room poker.RoomID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out.forget(room)
}

// Batch calls do, and then writes what do has sent in one go.
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
// reason is for people, and at most 123 bytes. The client has closeTimeout to
// answer.
func (c *Conn) Close(code protocol.CloseCode, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.beginClose(code, reason)
}

func (c *Conn) receivedAt() time.Duration { return time.Duration(c.lastReceived.Load()) }

// serve runs on the connection's own goroutine, from the upgrade to the end.
func (c *Conn) serve() {
	err := c.runSession()
	c.finish(websocket.CloseStatus(err) != -1)
	c.server.release(c)
}

// runSession makes the session and passes it the client's requests, until there is
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

// readMessage reads one message and handles it.
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
	case c.closing(): // the client has not seen that yet
	case !utf8.Valid(data):
		c.Close(protocol.CloseNotUTF8, "not UTF-8")
	default:
		c.handle(data)
	}
	return nil
}

// buffers are for one message or one batch each.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, 2<<10)) }}

// readAll appends all that r has to b.
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
