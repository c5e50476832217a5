package transport

import (
	"container/list"
	"crypto/tls"
	"net"
	"net/netip"
	"sync/atomic"
)

// countedConn is an accepted connection that counts towards the limits.
type countedConn struct {
	net.Conn
	sockets   *Sockets
	addr      netip.Addr
	waitingAt *list.Element // in sockets.waiting; nil during a request
	uncounted bool          // it counts no longer

	sealer atomic.Pointer[sealer] // gets what TLS writes, once there is a WebSocket
}

// release ends the counting of a hijacked connection. A nil connection is not
// counted.
func (a *countedConn) release() {
	if a == nil {
		return
	}
	a.sockets.mu.Lock()
	defer a.sockets.mu.Unlock()
	a.sockets.release(a)
}

// Close closes the connection. The last words of TLS are sent first.
func (a *countedConn) Close() error {
	if s := a.sealer.Load(); s != nil {
		s.sendRest()
	}
	return a.Conn.Close()
}

// unwrap returns the connection itself, which may be TLS, and how it is counted, nil
// if it is not.
func unwrap(c net.Conn) (net.Conn, *countedConn) {
	switch c := c.(type) {
	case *countedConn:
		return c.Conn, c
	case *tls.Conn:
		a, _ := c.NetConn().(*countedConn)
		return c, a
	default:
		return c, nil
	}
}
