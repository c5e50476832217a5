package transport

import (
	"container/list"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"time"
)

// SocketLimits limits the open TCP connections of a port, whether or not anything
// is sent on them. Zero means no limit.
type SocketLimits struct {
	Total      int
	PerAddress int            // an IPv6 /64 counts as one address
	Proxies    []netip.Prefix // addresses that PerAddress does not apply to
	// Local is the number of connections beyond Total that are accepted from
	// 127.0.0.1 and ::1, so that a health check on this machine gets through when
	// the port is full.
	Local int
}

// Sockets keeps the TCP connections of a port within limits, before anything is
// read from them. If the port is full, it closes the connection that has waited
// longest for its next request: an idle keep-alive connection, or one that has
// never sent a whole request. If all are in use, it closes the new one.
//
// Wrap the listener with [Sockets.Listen], and give [Sockets.ConnState] to the
// http.Server.
type Sockets struct {
	limits  SocketLimits
	refuses func(from netip.Addr) // is called for each that is refused; may be nil

	mu        sync.Mutex
	total     int
	refused   uint64
	evicted   uint64
	addresses map[netip.Addr]*addressSockets
	waiting   list.List // of *countedConn, the longest waiting first
}

// addressSockets counts the connections of one address.
type addressSockets struct{ open, waiting int }

// NewSockets returns the limits for one port.
func NewSockets(limits SocketLimits) *Sockets {
	return &Sockets{limits: limits, addresses: map[netip.Addr]*addressSockets{}}
}

// SocketStats counts the TCP connections of a port.
type SocketStats struct {
	Open    int
	Refused uint64 // closed at once, since all others were in use
	Evicted uint64 // closed while they waited, in favour of new ones
}

// Stats returns the counters.
func (s *Sockets) Stats() SocketStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return SocketStats{Open: s.total, Refused: s.refused, Evicted: s.evicted}
}

// Listen returns l with the limits.
func (s *Sockets) Listen(l net.Listener) net.Listener { return &socketListener{l, s} }

type socketListener struct {
	net.Listener
	sockets *Sockets
}

// Accept implements net.Listener. It closes connections over the limit and goes on.
func (l *socketListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if a := l.sockets.admit(c); a != nil {
			giveWay()
			return a, nil
		}
		_ = c.Close() // refused
	}
}

// giveWay lets everything else go first that is ready to run, and as much time again for
// what becomes ready meanwhile, if that takes noticeably long: else thousands who connect
// at once would keep a busy process from everything else.
func giveWay() {
	began := time.Now()
	runtime.Gosched()
	if took := time.Since(began); took > noticeable {
		time.Sleep(min(took, mostGivenWay)) //nolint:forbidigo // it is short
	}
}

const (
	noticeable   = 5 * time.Millisecond
	mostGivenWay = 20 * time.Millisecond
)

// admit counts the connection, or returns nil if there is no place for it.
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

// victimFor returns a connection to close for a new one of addr, nil if there is a
// place without that. It returns false if there is neither.
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

// ConnState follows the state of a connection in net/http. A hijacked connection
// counts until [countedConn.release].
func (s *Sockets) ConnState(c net.Conn, state http.ConnState) {
	_, a := unwrap(c)
	if a == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew: // it has been waiting since it was accepted
	case http.StateIdle:
		s.wait(a)
	case http.StateActive, http.StateHijacked:
		s.busy(a)
	case http.StateClosed:
		s.release(a)
	}
}

// wait notes that the connection waits for a request. The caller holds the lock,
// here and below.
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
