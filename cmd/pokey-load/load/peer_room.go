package load

import (
	"sync"
	"time"
)

// peerRoom is a channel of a peer, with those who subscribe to it. Its mutex guards all
// of it once they read.
type peerRoom struct {
	channel string
	shape   string
	members []*peerMember

	mu     sync.Mutex
	rounds [rememberedRounds]round
	turn   turn // of shapes seq and paced
	// What the owner, who is the first member, has seen.
	estimates int
	revealed  int
	cleared   int
	tally     tally
}

func newPeerRoom(channel, shape string, size int) *peerRoom {
	r := &peerRoom{channel: channel, shape: shape, members: make([]*peerMember, size)}
	for i := range r.members {
		r.members[i] = &peerMember{room: r, number: i}
	}
	r.turn.round = 1
	return r
}

func (r *peerRoom) reveal() step { return step(len(r.members)) }
func (r *peerRoom) clear() step  { return step(len(r.members) + 1) }

// measure returns the measurements so far, and goes on with others.
func (r *peerRoom) measure(next tally) tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.tally
	r.tally = next
	return t
}

// begin lets the members play.
func (r *peerRoom) begin() {
	r.mu.Lock()
	var out []publication
	switch r.shape {
	case "seq":
		out = append(out, r.ask(0, 1, time.Now()))
	case "burst":
		for i := range r.members {
			out = append(out, r.ask(step(i), 1, time.Now()))
		}
	}
	r.mu.Unlock()
	publish(out)
}

// publication is a message to publish once the room is unlocked.
type publication struct {
	by     *peerMember
	id     int
	number int
	step   step
}

func publish(out []publication) {
	for _, p := range out {
		p.by.publish(p)
	}
}

// ask notes a step that is to be published. It is called with mu held.
func (r *peerRoom) ask(s step, number int, at time.Time) publication {
	m := r.members[0]
	if int(s) < len(r.members) {
		m = r.members[s]
	}
	slot := &r.rounds[number%rememberedRounds]
	if slot.number != number {
		slot.number, slot.sent = number, make([]time.Time, len(r.members)+2)
	}
	slot.sent[s] = at
	m.requests++
	m.waiting = append(m.waiting, waitingAck{m.requests, at})
	r.tally.requests++
	return publication{by: m, id: m.requests, number: number, step: s}
}

// seen counts a step that a member sees, and returns what follows from it.
func (r *peerRoom) seen(m *peerMember, s step, number int, now time.Time) (out []publication) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count(m, s, number, now)
	switch r.shape {
	case "seq":
		if s != r.turn.step || number != r.turn.round {
			return nil
		}
		if r.turn.seenBy++; r.turn.seenBy < len(r.members) {
			return nil
		}
		r.turn.seenBy = 0
		if r.turn.step++; r.turn.step > r.clear() {
			r.turn.step, r.turn.round = 0, r.turn.round+1
		}
		return append(out, r.ask(r.turn.step, r.turn.round, now))
	case "burst":
		return r.burst(m, s, number, now)
	case "paced":
		r.ownerSees(m, s, number)
	}
	return nil
}

// burst is what follows when all estimate at once.
func (r *peerRoom) burst(m *peerMember, s step, number int, now time.Time) (out []publication) {
	if s == r.clear() {
		out = append(out, r.ask(step(m.number), number+1, now))
	}
	if !r.ownerSees(m, s, number) {
		return out
	}
	switch {
	case s == r.reveal():
		out = append(out, r.ask(r.clear(), number, now))
	case s < r.reveal() && r.estimates%len(r.members) == 0:
		out = append(out, r.ask(r.reveal(), number, now))
	}
	return out
}

// ownerSees notes what the owner has seen, and reports whether m is the owner.
func (r *peerRoom) ownerSees(m *peerMember, s step, number int) bool {
	if m.number != 0 {
		return false
	}
	switch s {
	case r.reveal():
		r.revealed = number
	case r.clear():
		r.cleared = number
	default:
		r.estimates++
	}
	return true
}

// next publishes the next thing to do, if there is one; at is when it should be done.
func (r *peerRoom) next(at time.Time) bool {
	r.mu.Lock()
	t := &r.turn
	if r.cleared >= t.round {
		t.round, t.step = r.cleared+1, 0
	}
	if t.step > r.clear() || t.step == r.clear() && r.revealed < t.round {
		r.mu.Unlock()
		return false
	}
	out := r.ask(t.step, t.round, at)
	t.step++
	r.mu.Unlock()
	publish([]publication{out})
	return true
}

// count counts one delivery.
func (r *peerRoom) count(m *peerMember, s step, number int, now time.Time) {
	slot := &r.rounds[number%rememberedRounds]
	t := &r.tally
	t.progress = now
	if !t.on || slot.number != number || int(s) >= len(slot.sent) {
		return
	}
	t.deliveries++
	t.frames++
	switch sent := slot.sent[s]; {
	case sent.Before(t.since):
	case s >= r.reveal():
		t.transitions.add(now.Sub(sent))
	case int(s) != m.number:
		t.estimates.add(now.Sub(sent))
	}
}

// answered counts an acknowledgement.
func (r *peerRoom) answered(m *peerMember, id int, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, w := range m.waiting {
		if w.id == id {
			m.waiting = append(m.waiting[:i], m.waiting[i+1:]...)
			if r.tally.on && !w.sent.Before(r.tally.since) {
				r.tally.acks.add(now.Sub(w.sent))
			}
			return
		}
	}
}
