package cluster

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// portListener hands out the connections of a [Port] that are for one purpose.
type portListener struct {
	addr   net.Addr
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func newPortListener(addr net.Addr) *portListener {
	return &portListener{addr: addr, conns: make(chan net.Conn), closed: make(chan struct{})}
}

// offer waits until somebody accepts the connection. The error says that nobody will.
func (l *portListener) offer(ctx context.Context, conn net.Conn) error {
	timeout := time.NewTimer(handshakeTimeout)
	defer timeout.Stop()
	select {
	case l.conns <- conn:
		return nil
	case <-l.closed:
	case <-timeout.C:
	case <-ctx.Done():
	}
	return net.ErrClosed
}

// Accept implements [net.Listener].
func (l *portListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (l *portListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements [net.Listener].
func (l *portListener) Addr() net.Addr { return l.addr }

// patience is how long a read or write of a limited connection may take. It is what
// etcd's peers expect of each other: they send something more often.
const patience = 5 * time.Second

// patientConn limits how long each read and write takes, once that is wanted.
type patientConn struct {
	net.Conn
	limited atomic.Bool
}

// Read implements [net.Conn].
func (c *patientConn) Read(b []byte) (int, error) {
	if c.limited.Load() {
		if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(b)
}

// Write implements [net.Conn].
func (c *patientConn) Write(b []byte) (int, error) {
	if c.limited.Load() {
		if err := c.SetWriteDeadline(time.Now().Add(patience)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(b)
}

// prefixedConn is a connection from which something has been read already.
type prefixedConn struct {
	net.Conn
	prefix []byte
}

// Read implements [net.Conn].
func (c *prefixedConn) Read(b []byte) (int, error) {
	if len(c.prefix) > 0 {
		n := copy(b, c.prefix)
		c.prefix = c.prefix[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}

// sharedNetwork is the network of a node link that listens at a [Port].
type sharedNetwork struct{ port *Port }

func (n sharedNetwork) listen(context.Context, string) (net.Listener, error) { return n.port.link, nil }

func (n sharedNetwork) dial(ctx context.Context, address string) (net.Conn, error) {
	conn, err := tcp{}.dial(ctx, address)
	if err != nil || n.port.tls != nil {
		return conn, err
	}
	if _, err := io.WriteString(conn, linkPreface); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}
