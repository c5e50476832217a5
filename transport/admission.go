package transport

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// silentAfter is the time without any sign of life after which a connection gives
// way to a newer one of its session: a ping has gone unanswered for longer than any
// round trip takes.
const silentAfter = pingInterval + 5*time.Second

// floodCost is the number of handshakes that a connection counts for if it was
// closed for flooding. A client that reconnects at once to go on is soon told to
// wait, for floodWait at most. Others behind the same address wait with it.
const (
	floodCost = 16
	floodWait = 15 * time.Second
)

// admission decides which connections are let in, and keeps a list of them.
type admission struct {
	connections, perAddress, perSession int // limits; zero means no limit
	handshakes, mints, rooms, tls       rate
	full                                func() bool // a further limit; may be nil

	mu         sync.Mutex
	draining   bool // permanently
	turnedAway bool // until it is taken back
	total      int
	sessions   map[poker.UserID][]*Conn
	addresses  map[netip.Addr]*address
	visitors   map[poker.UserID]*visitor
	codes      bucket // wrong codes, of all addresses
	sweepAt    int    // sweep when there are so many addresses
}

func newAdmission(cfg *Config) admission {
	return admission{
		connections: cfg.MaxConnections,
		perAddress:  cfg.MaxConnectionsPerIP,
		perSession:  cfg.MaxConnectionsPerSession,
		full:        cfg.Full,
		handshakes:  rate{cfg.HandshakeRate, float64(max(1, cfg.HandshakeBurst))},
		mints:       rate{cfg.MintRate, float64(max(1, cfg.MintBurst))},
		rooms:       rate{cfg.RoomRate, float64(max(1, cfg.RoomBurst))},
		tls:         rate{4 * cfg.HandshakeRate, float64(4 * max(1, cfg.HandshakeBurst))}, // browsers open several connections to load a page
		visitors:    map[poker.UserID]*visitor{},
		sessions:    map[poker.UserID][]*Conn{},
		addresses:   map[netip.Addr]*address{},
	}
}

// admit lets the connection in, or says why not.
func (a *admission) admit(c *Conn, now time.Duration) *refusal {
	a.mu.Lock()
	gone, why := a.admitLocked(c, now)
	a.mu.Unlock()
	switch {
	case gone == nil:
	case gone.user == c.user:
		gone.Close(protocol.CloseReplaced, "replaced by a newer connection")
	default:
		gone.evict()
	}
	return why
}

// admitLocked is admit for callers that hold the lock. It returns the connection to
// close in favour of c, if there is one.
//
// A session with all the connections it may have gets another one in place of a
// silent one, which the network has cut without anybody noticing. If the address
// has all it may have, a known session without a connection gets one in place of
// somebody's who has several.
func (a *admission) admitLocked(c *Conn, now time.Duration) (gone *Conn, why *refusal) {
	from := a.address(c.addr, now)
	own := len(a.sessions[c.user])
	if a.perAddress > 0 && from.connections >= a.perAddress {
		if c.known && own == 0 {
			gone = a.connectionToEvict(c.addr)
		}
		if gone == nil {
			return nil, &refuseAddress
		}
	}
	if a.perSession > 0 && own >= a.perSession {
		if gone = longestSilent(a.sessions[c.user], now); gone == nil {
			return nil, &refuseAddress
		}
	}
	switch {
	case a.draining, a.turnedAway:
		return nil, &refuseDraining
	case a.connections > 0 && a.total >= a.connections, a.full != nil && a.full():
		return nil, &refuseFull
	}
	if gone != nil {
		a.removeFromSession(gone)
	}
	from.connections++
	a.total++
	a.sessions[c.user] = append(a.sessions[c.user], c)
	c.server.open.Add(1)
	return gone, nil
}

func longestSilent(conns []*Conn, now time.Duration) *Conn {
	c := slices.MinFunc(conns, func(a, b *Conn) int { return int(a.receivedAt() - b.receivedAt()) })
	if now-c.receivedAt() <= silentAfter {
		return nil
	}
	return c
}

// release removes a connection that was admitted.
func (s *Server) release(c *Conn) {
	c.counted.release()
	flooded := c.flooded()
	if flooded {
		s.ObserveSecurity(Flooded, c.addr)
	}
	a := &s.admission
	a.mu.Lock()
	a.total--
	from := a.address(c.addr, s.now())
	from.connections--
	if flooded {
		from.handshakes.charge(a.handshakes, floodCost-1, floodWait, s.now()) // it has paid for one
	}
	a.removeFromSession(c)
	a.mu.Unlock()
	s.open.Done()
}

func (a *admission) removeFromSession(c *Conn) {
	conns := a.sessions[c.user]
	i := slices.Index(conns, c)
	switch {
	case i < 0: // it was replaced
	case len(conns) == 1:
		delete(a.sessions, c.user)
	default:
		a.sessions[c.user] = slices.Delete(conns, i, i+1)
	}
}

// all returns every connection there is.
func (a *admission) all() []*Conn {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := make([]*Conn, 0, a.total)
	for _, conns := range a.sessions {
		all = append(all, conns...)
	}
	return all
}
