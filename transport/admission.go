package transport

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// silence is after how long without any sign of life a connection of a session
// gives way to a newer one: a ping went unanswered for longer than any round
// trip takes.
const silence = pingInterval + 5*time.Second

// maxAddresses is how many addresses are remembered without good reason. Only
// those with something to remember are kept, so this takes a flood to reach.
const maxAddresses = 1 << 16

// floodCost is how many handshakes a connection counts for that was cut for what
// it sent, so that who comes back at once to go on is soon told to wait, for
// floodWait at most. An office behind one address bears some of that.
const (
	floodCost = 16
	floodWait = 15 * time.Second
)

// admission decides who may connect, and knows who is connected.
type admission struct {
	connections, perAddress, perSession int // the limits; zero is none
	handshakes, mints, rooms            rate
	full                                func() bool // besides the limits; may be nil

	mu        sync.Mutex
	draining  bool // for ever
	away      bool // for now
	total     int
	sessions  map[poker.UserID][]*Conn
	addresses map[netip.Addr]*address
	visitors  map[poker.UserID]*visitor
	sweepAt   int // the number of addresses at which to forget idle ones
}

// address is what is known about one client address.
type address struct {
	connections int
	handshakes  bucket
	mints       bucket
	rooms       bucket // new ones
	ahead       bucket // handshakes of those who go ahead
	ends        bucket // of sessions and users
	answers     bucket // long ones, in bytes
	looks       bucket // at how it stands with the session of who loads a document
}

// unused says that nothing of what the address may do has been used lately.
func (k *address) unused(a *admission, now time.Duration) bool {
	k.handshakes.settle(a.handshakes, now)
	k.ahead.settle(a.handshakes, now)
	k.mints.settle(a.mints, now)
	k.looks.settle(a.mints, now)
	k.rooms.settle(a.rooms, now)
	k.ends.settle(endings, now)
	k.answers.settle(rate{addressRate, addressBurst}, now)
	return max(k.handshakes.used, k.ahead.used, k.mints.used, k.looks.used, k.rooms.used, k.ends.used, k.answers.used) == 0
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
		visitors:    map[poker.UserID]*visitor{},
		sessions:    map[poker.UserID][]*Conn{},
		addresses:   map[netip.Addr]*address{},
	}
}

// mint takes one new session for the address, or says how long to wait for it.
func (a *admission) mint(addr netip.Addr, now time.Duration) time.Duration {
	if a.mints.unlimited() {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	from := a.address(addr, now)
	if from.mints.take(a.mints, 1, now) {
		return 0
	}
	return max(1, from.mints.wait(a.mints, now))
}

// look takes one look at a session, for which there is the same rate as for new
// ones, and reports whether the address may have it.
func (a *admission) look(addr netip.Addr, now time.Duration) bool {
	if a.mints.unlimited() {
		return true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.address(addr, now).looks.take(a.mints, 1, now)
}

// handshake takes one handshake for the address, or says how long to wait for it.
func (a *admission) handshake(addr netip.Addr, now time.Duration) *refusal {
	a.mu.Lock()
	defer a.mu.Unlock()
	from := a.address(addr, now)
	if from.handshakes.take(a.handshakes, 1, now) {
		return nil
	}
	return &refusal{refuseAddress.status, "rate_limited", max(1, from.handshakes.wait(a.handshakes, now))}
}

// endings is how often an address may have sessions or users ended: each leaves a
// record behind for as long as a session can live.
var endings = rate{perSecond: 1.0 / 60, burst: 30}

// end takes one end of a session or a user, or says how long to wait for it.
func (a *admission) end(addr netip.Addr, now time.Duration) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	from := a.address(addr, now)
	if from.ends.take(endings, 1, now) {
		return 0
	}
	return max(1, from.ends.wait(endings, now))
}

// newRoom takes one new room for the address and says whether it may have it.
func (a *admission) newRoom(addr netip.Addr, now time.Duration) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.address(addr, now).rooms.take(a.rooms, 1, now)
}

// answered counts a long answer to somebody at the address.
func (a *admission) answered(addr netip.Addr, r rate, bytes int, now time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.address(addr, now).answers.charge(r, float64(bytes), addressDebt, now)
}

// overdrawn says that the address has been answered more than its rate allows.
func (a *admission) overdrawn(addr netip.Addr, r rate, now time.Duration) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	from := a.address(addr, now)
	from.answers.settle(r, now)
	return from.answers.used > r.burst
}

// admit takes the connection in, or says why not.
func (a *admission) admit(c *Conn, now time.Duration) *refusal {
	a.mu.Lock()
	gone, why := a.enter(c, now)
	a.mu.Unlock()
	switch {
	case gone == nil:
	case gone.user == c.user:
		gone.Close(protocol.CloseReplaced, "replaced by a newer connection")
	default:
		gone.makeWay()
	}
	return why
}

// enter is admit under the lock, and says which connection goes for this one. A
// session that has all its connections gets another one only in place of one that
// has fallen silent: the network took that one away and nobody has noticed yet.
// Where the address has all it may have, a known session without any gets one in
// place of somebody's who has several.
func (a *admission) enter(c *Conn, now time.Duration) (gone *Conn, why *refusal) {
	from := a.address(c.addr, now)
	own := len(a.sessions[c.user])
	if a.perAddress > 0 && from.connections >= a.perAddress {
		if c.known && own == 0 {
			gone = a.inTheWay(c.addr)
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
	case a.draining, a.away:
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
	c := slices.MinFunc(conns, func(a, b *Conn) int { return int(a.lastHeard() - b.lastHeard()) })
	if now-c.lastHeard() <= silence {
		return nil
	}
	return c
}

// release forgets a connection that was admitted.
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
		from.handshakes.charge(a.handshakes, floodCost-1, floodWait, s.now()) // one it has paid for
	}
	a.removeFromSession(c)
	a.mu.Unlock()
	s.open.Done()
}

func (a *admission) removeFromSession(c *Conn) {
	conns := a.sessions[c.user]
	i := slices.Index(conns, c)
	switch {
	case i < 0: // replaced before
	case len(conns) == 1:
		delete(a.sessions, c.user)
	default:
		a.sessions[c.user] = slices.Delete(conns, i, i+1)
	}
}

// address finds what is known about an address. What it returns is not kept
// beyond the lock.
func (a *admission) address(addr netip.Addr, now time.Duration) *address {
	if known, ok := a.addresses[addr]; ok {
		return known
	}
	if len(a.addresses) >= a.sweepAt {
		a.sweep(now)
	}
	fresh := &address{}
	a.addresses[addr] = fresh
	return fresh
}

// sweep forgets addresses that are as good as new. When that is not enough it
// also forgets what some used up, rather than to grow for ever.
func (a *admission) sweep(now time.Duration) {
	crowded := false
	for range 2 {
		for addr, known := range a.addresses {
			unused := known.unused(a, now)
			if known.connections == 0 && (unused || crowded) {
				delete(a.addresses, addr)
			}
		}
		if crowded = len(a.addresses) >= maxAddresses; !crowded {
			break
		}
	}
	a.sweepAt = max(1024, 2*len(a.addresses))
}

// all is every connection there is.
func (a *admission) all() []*Conn {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := make([]*Conn, 0, a.total)
	for _, conns := range a.sessions {
		all = append(all, conns...)
	}
	return all
}
