package chaos

import (
	"context"
	"fmt"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// awaitHome waits until everybody is on the node where they belong.
func (r *runner) awaitHome(ctx context.Context) error {
	deadline := time.Now().Add(r.Patience)
	for {
		away := 0
		for m := range r.party.everybody() {
			if m.at() != m.home {
				away++
				m.Drop()
			} else if !m.upToDate() {
				away++
			}
		}
		if away == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d members do not get back to their nodes", away)
		}
		if err := client.Pause(ctx, time.Second); err != nil {
			return err
		}
	}
}

// awaitAll waits until in every room everybody has seen a change that was asked
// for since then, and returns how many have not when patience is over.
func (p *party) awaitAll(ctx context.Context, since time.Time, patience time.Duration) (missing int) {
	deadline := time.Now().Add(patience)
	for {
		missing = 0
		for _, r := range p.rooms {
			number := r.answeredSince(since)
			for _, m := range r.members {
				if number == 0 || !m.upToDate() || m.newest() < number {
					missing++
				}
			}
		}
		if missing == 0 || time.Now().After(deadline) || client.Pause(ctx, poll) != nil {
			return missing
		}
	}
}

// answeredSince is the number of the first change that was asked for since then,
// if it is answered; else 0.
func (r *room) answeredSince(since time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.changes {
		if c.asked.After(since) && !c.answered.IsZero() {
			return c.number
		}
	}
	return 0
}

// upToDate reports whether the member has a connection that has shown the room.
func (m *member) upToDate() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.outages)
	return n == 0 || !m.outages[n-1].to.IsZero()
}

// newest is the number of the newest change that the member has seen.
func (m *member) newest() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.sightings) == 0 {
		return 0
	}
	return m.sightings[len(m.sightings)-1].number
}

// awaitSame waits, while nobody asks for anything, until all members of each room
// see the same, and returns in how many rooms they do not: those are served twice.
func (p *party) awaitSame(ctx context.Context) (split int) {
	for deadline := time.Now().Add(converge); ; {
		split = 0
		for _, r := range p.rooms {
			if !r.same() {
				split++
			}
		}
		if split == 0 || time.Now().After(deadline) || client.Pause(ctx, poll) != nil {
			return split
		}
	}
}

func (r *room) same() bool {
	var first client.Room
	for i, m := range r.members {
		seen, known, _ := m.Room(r.id)
		if i == 0 {
			first = seen
		}
		if !known || seen.Epoch != first.Epoch || seen.Version != first.Version || seen.Digest != first.Digest {
			return false
		}
	}
	return true
}
