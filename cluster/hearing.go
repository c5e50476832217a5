package cluster

import (
	"slices"
	"sync"
	"time"

	"example.com/pokey/cluster/membership"
)

// When a member counts as unreachable, and when no longer. A machine that is
// merely busy must not be taken for a broken link.
const (
	askInterval  = time.Second
	lookInterval = askInterval / 4
	unheard      = 3 * time.Second              // without an answer
	doubtful     = unheard - askInterval        // the same, when there is another reason to believe it
	newcomer     = 5 * time.Second              // that a new member has in addition
	gap          = askInterval + askInterval/2  // between answers, after which they are not steady
	steady       = 2*askInterval - lookInterval // from the first to the last answer, until it is believed again
	hopeless     = 2 * time.Second              // that this node is isolated, until it yields
)

// hearing is what this node knows about who answers it.
type hearing struct {
	mu       sync.Mutex
	looked   time.Time
	contacts map[string]*contact // by address
}

// contact is another member.
type contact struct {
	id     string
	heard  time.Time // the last answer, later by as long as this node itself did not run
	since  time.Time // the first of the answers that came without a gap
	missed bool      // it cannot be reached
}

// answered is told that a member has answered.
func (h *hearing) answered(address string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.contacts[address]
	if c == nil {
		return
	}
	if c.since.IsZero() || now.Sub(c.heard) > gap {
		c.since = now
	}
	c.heard = now
}

// look finds out who has become unreachable and who can be reached again. It is
// to be called each lookInterval: what it is late by, nobody else is blamed for.
func (h *hearing) look(v *membership.View, self string, now time.Time) (lost, found []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.follow(v, self, now)
	limit := unheard
	for _, c := range h.contacts {
		if !c.missed && now.Sub(c.heard) > unheard {
			limit = doubtful // who is lost for the same reason is to be missed at the same time
		}
	}
	doubted := map[string]bool{}
	for _, m := range v.Records() {
		for _, id := range m.Unreachable {
			doubted[id] = true
		}
	}
	for address, c := range h.contacts {
		silent := now.Sub(c.heard)
		switch {
		case c.missed && silent <= gap && c.heard.Sub(c.since) >= steady:
			c.missed = false
			found = append(found, address)
		case !c.missed && (silent > limit || silent > doubtful && doubted[c.id]):
			c.missed = true
			lost = append(lost, address)
		}
	}
	return lost, found
}

// follow has a contact for each other member, and moves the clock of all by as
// long as this node did not run; h.mu is held.
func (h *hearing) follow(v *membership.View, self string, now time.Time) {
	late := time.Duration(0)
	if !h.looked.IsZero() {
		late = max(0, now.Sub(h.looked)-lookInterval)
	}
	h.looked = now
	for address, c := range h.contacts {
		if m, ok := v.Member(address); !ok || m.ID != c.id {
			delete(h.contacts, address)
			continue
		}
		if later := c.heard.Add(late); later.Before(now) {
			c.heard = later
		} else if c.heard.Before(now) {
			c.heard = now
		}
	}
	for _, m := range v.Records() {
		if m.Address != self && h.contacts[m.Address] == nil {
			h.contacts[m.Address] = &contact{id: m.ID, heard: now.Add(newcomer)}
		}
	}
}

// missed are the IDs of the members that cannot be reached, sorted.
func (h *hearing) missed() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ids []string
	for _, c := range h.contacts {
		if c.missed {
			ids = append(ids, c.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// silent are the addresses of those of them that say nothing at all.
func (h *hearing) silent(now time.Time) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var addresses []string
	for address, c := range h.contacts {
		if c.missed && now.Sub(c.heard) > unheard {
			addresses = append(addresses, address)
		}
	}
	return addresses
}
