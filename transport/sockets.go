package transport

import (
	"container/list"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
)

// SocketLimits bound the TCP connections that a port has at a time, whatever is
// or is not sent on them. Zero is no limit.
type SocketLimits struct {
	Total      int
	PerAddress int            // an IPv6 /64 counts as one address
	Proxies    []netip.Prefix // addresses that PerAddress does not hold for
	// Local is how many connections beyond Total are accepted from 127.0.0.1 and
	// ::1, so that a health check on this machine gets through when it is full.
	Local int
}

// Sockets keeps a port's TCP connections within limits, before anything is read
// from them. When there is no room for a new one it closes the connection that
// has waited longest for its next request: an idle keep-alive connection, or one
// that has never sent a whole request. Only where all are in use is the new one
// refused, by closing it.
//
// Wrap the listener with [Sockets.Listen] and give [Sockets.ConnState] to the
// http.Server.
type Sockets struct {
	limits  SocketLimits
	refuses func(from netip.Addr) // is told of each that is refused; nil for nobody

	mu        sync.Mutex
	total     int
	refused   uint64
	evicted   uint64
	addresses map[netip.Addr]*addressSockets
	waiting   list.List // of *accepted, the longest waiting first
}

// addressSockets are the connections of one address.
type addressSockets struct{ open, waiting int }

// countedConn is a connection that counts.
type countedConn struct {
	net.Conn
	sockets   *Sockets
	addr      netip.Addr
	waitingAt *list.Element // in sockets.waiting; nil while a request is under way
	uncounted bool          // it no longer counts
}

// NewSockets makes the count of one port.
func NewSockets(limits SocketLimits) *Sockets {
	return &Sockets{limits: limits, addresses: map[netip.Addr]*addressSockets{}}
}

// SocketStats is what became of a port's TCP connections.
type SocketStats struct {
	Open    int
	Refused uint64 // closed at once, because all others were in use
	Evicted uint64 // closed while they waited, in favour of new ones
}

// Stats reads the counters.
func (s *Sockets) Stats() SocketStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return SocketStats{Open: s.total, Refused: s.refused, Evicted: s.evicted}
}

// Listen is l with the limits.
func (s *Sockets) Listen(l net.Listener) net.Listener { return &socketListener{l, s} }

type socketListener struct {
	net.Listener
	sockets *Sockets
}

// Accept is net.Listener's. Connections over the limit are closed in passing.
func (l *socketListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if a := l.sockets.admit(c); a != nil {
			return a, nil
		}
		_ = c.Close() // it has been refused
	}
}

// admit counts the connection, or returns nil if there is no room for it.
func (s *Sockets) admit(c net.Conn) *countedConn {
	peer, _ := parseAddr(c.RemoteAddr().String())
	a := &countedConn{Conn: c, sockets: s, addr: network(peer)}
	s.mu.Lock()
	victim, ok := s.victimFor(a.addr, peer)
	if !ok {
		s.refused++
		s.mu.Unlock()
		if s.refuses != nil {
			s.refuses(a.addr)
		}
		return nil
	}
	if victim != nil {
		s.evicted++
		s.release(victim)
	}
	near := s.addresses[a.addr]
	if near == nil {
		near = &addressSockets{}
		s.addresses[a.addr] = near
	}
	near.open++
	s.total++
	s.wait(a)
	s.mu.Unlock()
	if victim != nil {
		_ = victim.Close() // closed is closed
	}
	return a
}

// victimFor finds a connection to close for one of addr, nil if there is room
// without that, and false if nothing can be closed.
func (s *Sockets) victimFor(addr, peer netip.Addr) (victim *countedConn, ok bool) {
	if near := s.addresses[addr]; near != nil && s.limits.PerAddress > 0 && near.open >= s.limits.PerAddress && !s.proxy(peer) {
		if near.waiting == 0 {
			return nil, false
		}
		return s.longestWaiting(func(a *countedConn) bool { return a.addr == addr }), true
	}
	if s.limits.Total == 0 || s.total < s.limits.Total {
		return nil, true
	}
	if victim = s.longestWaiting(func(*countedConn) bool { return true }); victim != nil {
		return victim, true
	}
	local := peer == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || peer == netip.IPv6Loopback()
	return nil, local && s.total < s.limits.Total+s.limits.Local
}

func (s *Sockets) proxy(peer netip.Addr) bool {
	return slices.ContainsFunc(s.limits.Proxies, func(p netip.Prefix) bool { return p.Contains(peer) })
}

func (s *Sockets) longestWaiting(is func(*countedConn) bool) *countedConn {
	for e := s.waiting.Front(); e != nil; e = e.Next() {
		if a := e.Value.(*countedConn); is(a) {
			return a
		}
	}
	return nil
}

// ConnState follows what net/http does with a connection. One that has been
// hijacked counts until [accepted.release].
func (s *Sockets) ConnState(c net.Conn, state http.ConnState) {
	a, ok := c.(*countedConn)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew: // it waits since it was accepted
	case http.StateIdle:
		s.wait(a)
	case http.StateActive, http.StateHijacked:
		s.busy(a)
	case http.StateClosed:
		s.release(a)
	}
}

// wait says that the connection waits for a request; here and below the caller
// holds the lock.
func (s *Sockets) wait(a *countedConn) {
	if a.uncounted || a.waitingAt != nil {
		return
	}
	a.waitingAt = s.waiting.PushBack(a)
	s.addresses[a.addr].waiting++
}

func (s *Sockets) busy(a *countedConn) {
	if a.waitingAt == nil {
		return
	}
	s.waiting.Remove(a.waitingAt)
	a.waitingAt = nil
	s.addresses[a.addr].waiting--
}

func (s *Sockets) release(a *countedConn) {
	if a.uncounted {
		return
	}
	s.busy(a)
	a.uncounted = true
	s.total--
	near := s.addresses[a.addr]
	if near.open--; near.open == 0 {
		delete(s.addresses, a.addr)
	}
}

// release no longer counts a connection that was hijacked; nil is none.
func (a *countedConn) release() {
	if a == nil {
		return
	}
	a.sockets.mu.Lock()
	defer a.sockets.mu.Unlock()
	a.sockets.release(a)
}

// unwrap is the connection itself and how it is counted, nil if it is not.
func unwrap(c net.Conn) (net.Conn, *countedConn) {
	if a, ok := c.(*countedConn); ok {
		return a.Conn, a
	}
	return c, nil
}
