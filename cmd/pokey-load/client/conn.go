package client

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Limits of one connection.
const (
	writeTimeout = 10 * time.Second
	maxMessage   = 64 << 20 // from the server: more than any room can need
)

// CodeAbnormal stands in for the close code of a connection that ended without
// a close frame.
const CodeAbnormal = 1006

// CloseError is the end of a connection, by whichever side.
type CloseError struct {
	Code   int // the close code, [CodeAbnormal] if there was none
	Reason string
	Err    error // the network error, if there was no close frame
}

func (e *CloseError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("connection lost: %v", e.Err)
	}
	return fmt.Sprintf("connection closed with code %d %s", e.Code, e.Reason)
}

// Unwrap returns the network error.
func (e *CloseError) Unwrap() error { return e.Err }

// Conn is one WebSocket connection. One goroutine reads; any may write. While
// it reads it also answers the server's pings.
type Conn struct {
	// Number tells the connections of a [Site] apart.
	Number int

	ws      *websocket.Conn
	in      []byte
	writing sync.Mutex
}

func newConn(ws *websocket.Conn, number int) *Conn {
	ws.SetReadLimit(maxMessage)
	return &Conn{Number: number, ws: ws}
}

// Read waits for the next message. The bytes are the caller's until the next
// Read. The error is a [*CloseError].
func (c *Conn) Read() ([]byte, error) {
	_, r, err := c.ws.NextReader()
	if err != nil {
		return nil, closeError(err)
	}
	c.in = c.in[:0]
	for {
		if len(c.in) == cap(c.in) {
			c.in = slices.Grow(c.in, max(512, len(c.in)))
		}
		n, err := r.Read(c.in[len(c.in):cap(c.in)])
		c.in = c.in[:len(c.in)+n]
		if errors.Is(err, io.EOF) {
			return c.in, nil
		}
		if err != nil {
			return nil, closeError(err)
		}
	}
}

func closeError(err error) error {
	var ce *websocket.CloseError
	if errors.As(err, &ce) && ce.Code != websocket.CloseAbnormalClosure {
		return &CloseError{Code: ce.Code, Reason: ce.Text}
	}
	return &CloseError{Code: CodeAbnormal, Err: err}
}

// Write sends a text message. An error does not end the connection for the
// reader; whoever cares closes it.
func (c *Conn) Write(msg []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
	return c.ws.WriteMessage(websocket.TextMessage, msg)
}

// Ping sends a WebSocket ping.
func (c *Conn) Ping() error {
	return c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout))
}

// IgnorePings makes Read leave the server's pings unanswered, as a machine does
// that is no longer there.
func (c *Conn) IgnorePings() { c.ws.SetPingHandler(func(string) error { return nil }) }

// socket returns what is below the connection, and below its TLS; nil if that is no
// TCP.
func (c *Conn) socket() *net.TCPConn {
	conn := c.ws.NetConn()
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	tcp, _ := conn.(*net.TCPConn)
	return tcp
}

// SetReceiveBuffer limits how many unread bytes the kernel holds for this connection.
func (c *Conn) SetReceiveBuffer(bytes int) {
	if tcp := c.socket(); tcp != nil {
		_ = tcp.SetReadBuffer(bytes)
	}
}

// SetReadDeadline makes a Read that waits beyond t fail, and every later one.
func (c *Conn) SetReadDeadline(t time.Time) { _ = c.ws.SetReadDeadline(t) }

// Close says goodbye and closes at once, without waiting for the answer.
func (c *Conn) Close() {
	c.SayGoodbye()
	_ = c.ws.Close()
}

// CloseGracefully says goodbye, reads until the server has answered or the
// patience is over, and closes. It returns nil if the server answered. Only the
// reading goroutine may call it.
func (c *Conn) CloseGracefully(patience time.Duration) error {
	c.SetReadDeadline(time.Now().Add(patience))
	c.SayGoodbye()
	defer func() { _ = c.ws.Close() }()
	for {
		_, err := c.Read()
		var ce *CloseError
		switch {
		case err == nil:
		case errors.As(err, &ce) && ce.Code == websocket.CloseNormalClosure:
			return nil
		default:
			return err
		}
	}
}

// SayGoodbye sends a close frame and leaves the rest to the server.
func (c *Conn) SayGoodbye() {
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(writeTimeout))
}

// Reset breaks the connection off with a TCP reset, as a crashing machine does.
func (c *Conn) Reset() {
	if tcp := c.socket(); tcp != nil {
		_ = tcp.SetLinger(0)
	}
	_ = c.ws.Close()
}
