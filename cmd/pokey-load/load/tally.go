package load

import "time"

// tally holds the measurements of a room's members.
type tally struct {
	on    bool // deliveries count
	since time.Time

	deliveries  uint64
	superseded  uint64 // deliveries of a change that a later one had covered up
	requests    uint64
	frames      uint64
	bytes       uint64
	resyncs     uint64
	refused     map[string]uint64
	estimates   histogram // until each other member sees them
	transitions histogram // reveals and clears, until each member sees them
	acks        histogram
	progress    time.Time // of the last delivery
}

func (t *tally) refuse(code []byte) {
	if t.refused == nil {
		t.refused = make(map[string]uint64)
	}
	t.refused[string(code)]++
}

// start discards all measurements and measures from now on.
func (r *room) start(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally = tally{on: true, since: now}
}

// finish ends the measuring and returns the result.
func (r *room) finish() tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.tally
	r.tally = tally{}
	return t
}

// count counts the changes that a member sees for the first time, also those
// that they see only the effect of, because later ones have covered them up.
func (r *room) count(m *member, before, after *view, now time.Time) {
	seen := before.estimated
	for number := before.round; number < after.round; number++ {
		r.countRest(m, number, seen, number == before.round && before.revealed, number < after.round-1, now)
		seen = nil
	}
	after.estimated.missing(seen, func(i int) { r.delivered(m, after.round, step(i), false, now) })
	if after.revealed && (!before.revealed || before.round < after.round) {
		r.delivered(m, after.round, r.reveal(), false, now)
	}
}

// countRest counts the changes that a member had not seen of a round that is over.
func (r *room) countRest(m *member, number int, seen set, revealed, covered bool, now time.Time) {
	for i := range r.members {
		if seen == nil || !seen.has(i) {
			r.delivered(m, number, step(i), true, now)
		}
	}
	if !revealed {
		r.delivered(m, number, r.reveal(), true, now)
	}
	r.delivered(m, number, r.clear(), covered, now)
}

// delivered counts one change that one member sees.
func (r *room) delivered(m *member, number int, s step, covered bool, now time.Time) {
	slot := &r.rounds[number%rememberedRounds]
	if slot.number != number || slot.sent[s].IsZero() {
		return // not ours, or too long ago
	}
	t := &r.tally
	t.progress = now
	if !t.on {
		return
	}
	t.deliveries++
	if covered {
		t.superseded++
	}
	sent := slot.sent[s]
	switch {
	case sent.Before(t.since):
	case s >= r.reveal():
		t.transitions.add(now.Sub(sent))
	case int(s) != m.number:
		t.estimates.add(now.Sub(sent))
	}
}

func (t *tally) merge(other tally) {
	t.deliveries += other.deliveries
	t.superseded += other.superseded
	t.requests += other.requests
	t.frames += other.frames
	t.bytes += other.bytes
	t.resyncs += other.resyncs
	for code, n := range other.refused {
		if t.refused == nil {
			t.refused = make(map[string]uint64)
		}
		t.refused[code] += n
	}
	t.estimates.merge(&other.estimates)
	t.transitions.merge(&other.transitions)
	t.acks.merge(&other.acks)
}
