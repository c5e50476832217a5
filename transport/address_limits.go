package transport

import (
	"net/netip"
	"time"
)

// maxAddresses is the number of addresses from which on the server also forgets
// those that still have something to remember. It takes a flood to reach it.
const maxAddresses = 1 << 16

// address has the connections of one client address, and what it has used of its
// rates.
type address struct {
	connections int
	handshakes  bucket
	mints       bucket
	rooms       bucket // new rooms
	priority    bucket // handshakes that have priority
	ends        bucket // ended sessions and users
	answers     bucket // long answers, in bytes
	checks      bucket // of the session of a page load
	codes       bucket // wrong codes
	tls         bucket // TLS handshakes
}

// idle reports whether the address has used nothing lately.
func (k *address) idle(a *admission, now time.Duration) bool {
	k.handshakes.settle(a.handshakes, now)
	k.priority.settle(a.handshakes, now)
	k.mints.settle(a.mints, now)
	k.checks.settle(a.mints, now)
	k.rooms.settle(a.rooms, now)
	k.tls.settle(a.tls, now)
	k.ends.settle(endings, now)
	k.codes.settle(wrongCodes, now)
	k.answers.settle(rate{addressRate, addressBurst}, now)
	return max(k.handshakes.used, k.priority.used, k.mints.used, k.checks.used, k.rooms.used, k.ends.used, k.codes.used, k.answers.used, k.tls.used) == 0
}

// take takes one of what the address may have at a rate, in the bucket for it, or
// returns how long to wait for it.
func (a *admission) take(addr netip.Addr, r rate, of func(*address) *bucket, now time.Duration) time.Duration {
	if r.unlimited() {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b := of(a.address(addr, now))
	if b.take(r, 1, now) {
		return 0
	}
	return max(1, b.wait(r, now))
}

// takeMint takes one new session for the address, or returns how long to wait for
// it.
func (a *admission) takeMint(addr netip.Addr, now time.Duration) time.Duration {
	return a.take(addr, a.mints, func(k *address) *bucket { return &k.mints }, now)
}

// takeCheck takes one check of a session, at the rate of new sessions, and reports
// whether the address may have it.
func (a *admission) takeCheck(addr netip.Addr, now time.Duration) bool {
	return a.take(addr, a.mints, func(k *address) *bucket { return &k.checks }, now) == 0
}

// takeTLS takes one TLS handshake for the address, and reports whether it may have
// it.
func (a *admission) takeTLS(addr netip.Addr, now time.Duration) bool {
	return a.take(addr, a.tls, func(k *address) *bucket { return &k.tls }, now) == 0
}

// takeHandshake takes one handshake for the address, or says how long to wait for
// it.
func (a *admission) takeHandshake(addr netip.Addr, now time.Duration) *refusal {
	wait := a.take(addr, a.handshakes, func(k *address) *bucket { return &k.handshakes }, now)
	if wait == 0 {
		return nil
	}
	return &refusal{refuseAddress.status, "rate_limited", wait}
}

// endings limits how often an address may end sessions or users: each leaves a
// record behind for as long as a session can live.
var endings = rate{perSecond: 1.0 / 60, burst: 30}

// takeEnd takes one end of a session or a user, or returns how long to wait for it.
func (a *admission) takeEnd(addr netip.Addr, now time.Duration) time.Duration {
	return a.take(addr, endings, func(k *address) *bucket { return &k.ends }, now)
}

// takeRoom takes one new room for the address, and reports whether it may have it.
func (a *admission) takeRoom(addr netip.Addr, now time.Duration) bool {
	return a.take(addr, a.rooms, func(k *address) *bucket { return &k.rooms }, now) == 0
}

// chargeAnswer charges the address for a long answer.
func (a *admission) chargeAnswer(addr netip.Addr, r rate, bytes int, now time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.address(addr, now).answers.charge(r, float64(bytes), addressDebt, now)
}

// answersExhausted reports whether the address has used up its rate of long
// answers.
func (a *admission) answersExhausted(addr netip.Addr, r rate, now time.Duration) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	from := a.address(addr, now)
	from.answers.settle(r, now)
	return from.answers.used > r.burst
}

// address returns the entry of an address, and makes one if there is none. The
// caller holds the lock, and does not keep the entry beyond it.
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

// sweep forgets idle addresses. If more than maxAddresses are left, it forgets all
// that have no connection.
func (a *admission) sweep(now time.Duration) {
	crowded := false
	for range 2 {
		for addr, known := range a.addresses {
			unused := known.idle(a, now)
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
