package transport

import (
	"context"
	"net/netip"
	"time"

	"example.com/pokey/protocol"
)

// A room's short code has 30 bits, so it is the number of guesses that protects it.
// Codes that no room has are limited for an address and for the whole server; a right
// one costs nothing, so a whole office can enter theirs.
//
// With 1 440 guesses a day, an address finds a given room in a thousand years on
// average, and one of a hundred rooms in twenty. Any number of addresses together, with
// 43 200 guesses a day, need 34 years, and eight months. Meanwhile they keep others from
// entering codes, but not from following links.
var (
	wrongCodes    = rate{perSecond: 1.0 / 60, burst: 20} // of an address
	wrongCodesAll = rate{perSecond: 0.5, burst: 300}
)

// resolveTimeout limits how long a connection waits for the store.
const resolveTimeout = 2 * time.Second

// resolveCode answers with the room that has the code.
func (c *Conn) resolveCode(in protocol.Incoming, code string) {
	s := c.server
	if s.cfg.ResolveCode == nil {
		c.refuse(refusalOf(protocol.Unavailable, in))
		return
	}
	if !s.admission.takeCode(c.addr, s.now()) {
		s.ObserveSecurity(LimitedCodes, c.addr)
		c.refuse(refusalOf(protocol.RateLimited, in))
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), resolveTimeout)
	defer cancel()
	room, found, err := s.cfg.ResolveCode(ctx, code)
	if err != nil || found {
		s.admission.giveCodeBack(c.addr, s.now())
	}
	switch {
	case err != nil:
		s.cfg.Log.Warn("finding a room by its code failed", "err", err)
		c.refuse(refusalOf(protocol.Unavailable, in))
	case !found:
		c.refuse(refusalOf(protocol.RoomNotFound, in))
	case in.ID != "":
		c.Send(protocol.Encode(protocol.OK{ID: in.ID, RoomID: room}))
	}
}

// takeCode takes one code that may be wrong, and reports whether the address may try
// it. It is taken before the code is looked up, so that many connections cannot try
// more at once.
func (a *admission) takeCode(addr netip.Addr, now time.Duration) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	from := a.address(addr, now)
	if !from.codes.take(wrongCodes, 1, now) {
		return false
	}
	if !a.codes.take(wrongCodesAll, 1, now) {
		from.codes.giveBack(1)
		return false
	}
	return true
}

// giveCodeBack takes back [admission.takeCode], since the code was right.
func (a *admission) giveCodeBack(addr netip.Addr, now time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.address(addr, now).codes.giveBack(1)
	a.codes.giveBack(1)
}
