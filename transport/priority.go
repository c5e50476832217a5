package transport

import (
	"context"
	"net/netip"
	"time"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
)

// Sessions that have been in a room have priority over new ones. New sessions cost
// nothing, so a client could use up all that its address may have, and keep others
// behind that address out.
const (
	// strangerFor is the time for which a session counts as new without being
	// checked again.
	strangerFor = 10 * time.Second
	// maxVisitors limits the sessions that are remembered.
	maxVisitors = 1 << 14
)

// returning limits how often one session may have priority.
var returning = rate{perSecond: 0.2, burst: 4}

// visitor is a session that came when its address had no handshakes left.
type visitor struct {
	strangerUntil time.Duration // it counts as new until then
	priority      bucket
}

// priority decides about a connection whose address has no handshakes left. It
// returns why, the refusal for that, or nil for a session that has been in a room.
func (s *Server) priority(ctx context.Context, session identity.Session, addr netip.Addr, why *refusal) (Standing, *refusal) {
	if !s.admission.takePriority(user(session), addr, s.now()) {
		return Standing{}, why
	}
	standing, err := s.standing(ctx, session)
	switch {
	case err != nil:
		return standing, why
	case standing.Revoked:
		return standing, &refuseSession
	case !standing.Known:
		s.admission.markStranger(user(session), s.now())
		return standing, why
	default:
		return standing, nil
	}
}

// takePriority takes one of the address's priority handshakes and one of the
// session's, and reports whether both had one left.
func (a *admission) takePriority(user poker.UserID, addr netip.Addr, now time.Duration) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	v := a.visitor(user, now)
	return v.strangerUntil <= now && v.priority.take(returning, 1, now) && a.address(addr, now).priority.take(a.handshakes, 1, now)
}

func (a *admission) markStranger(user poker.UserID, now time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	*a.visitor(user, now) = visitor{strangerUntil: now + strangerFor}
}

func (a *admission) visitor(user poker.UserID, now time.Duration) *visitor {
	if v := a.visitors[user]; v != nil {
		return v
	}
	if len(a.visitors) >= maxVisitors {
		for user, v := range a.visitors {
			if v.priority.settle(returning, now); v.priority.used == 0 && v.strangerUntil <= now {
				delete(a.visitors, user)
			}
		}
		if len(a.visitors) >= maxVisitors/2 {
			clear(a.visitors) // a flood: all are checked once more
		}
	}
	v := &visitor{}
	a.visitors[user] = v
	return v
}

// connectionToEvict returns a connection to close in favour of a known session
// without any, if their address has all it may have: the newest connection of the
// session with the most there. No session loses its only one. The caller holds the
// lock.
func (a *admission) connectionToEvict(addr netip.Addr) (victim *Conn) {
	most := 1
	for _, conns := range a.sessions {
		n, last := 0, (*Conn)(nil)
		for _, c := range conns {
			if c.addr == addr {
				n, last = n+1, c
			}
		}
		if n > most {
			most, victim = n, last
		}
	}
	return victim
}
