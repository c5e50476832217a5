package load

import "time"

// shape is the order in which a room's members do things. Its methods are
// called with the room locked and return what to send.
type shape interface {
	// begin is called once, when everybody is there.
	begin(r *room) []outgoing
	// seen is called when a member has seen something new.
	seen(r *room, m *member) []outgoing
}

// turn is where a room is in its round, for the shapes that need to know.
type turn struct {
	number   int // of the turn, counted on for ever
	step     step
	round    int
	seenBy   int // members who have seen the step
	revealed int // the round of the last reveal asked for
	cleared  int // the round of the last clear asked for
}

// idle does nothing.
type idle struct{}

func (idle) begin(*room) []outgoing         { return nil }
func (idle) seen(*room, *member) []outgoing { return nil }

// burst lets all members estimate at once, reveals as soon as the owner sees all
// estimates, clears as soon as the owner sees that, and so on.
type burst struct{}

func (b burst) begin(r *room) []outgoing {
	var out []outgoing
	for _, m := range r.members {
		out = append(out, b.seen(r, m)...)
	}
	return out
}

func (burst) seen(r *room, m *member) (out []outgoing) {
	v, owner := m.view, m.number == 0
	switch {
	case v == nil:
	case v.revealed:
		if owner && r.turn.cleared < v.round {
			r.turn.cleared = v.round
			out = append(out, r.ask(r.clear(), v.round, time.Now()))
		}
	case m.estimated < v.round:
		m.estimated = v.round
		out = append(out, r.ask(step(m.number), v.round, time.Now()))
	case owner && r.turn.revealed < v.round && v.estimated.count() == len(r.members):
		r.turn.revealed = v.round
		out = append(out, r.ask(r.reveal(), v.round, time.Now()))
	}
	return out
}

// seq sends one request at a time: the next as soon as all members have seen the
// effect of the one before, so that nothing can be folded.
type seq struct{}

func (seq) begin(r *room) []outgoing {
	r.turn = turn{number: 1, round: r.members[0].view.round}
	return []outgoing{r.ask(0, r.turn.round, time.Now())}
}

func (seq) seen(r *room, m *member) []outgoing {
	t := &r.turn
	if m.passed == t.number || m.view == nil || !r.shows(m.view, t.step, t.round) {
		return nil
	}
	m.passed = t.number
	if t.seenBy++; t.seenBy < len(r.members) {
		return nil
	}
	t.seenBy = 0
	t.number++
	if t.step++; t.step > r.clear() {
		t.step = 0
		t.round++
	}
	return []outgoing{r.ask(t.step, t.round, time.Now())}
}

// shows reports whether a view has a step's effect.
func (r *room) shows(v *view, s step, number int) bool {
	switch {
	case v.round > number:
		return true
	case v.round < number:
		return false
	case s == r.clear():
		return false
	case s == r.reveal():
		return v.revealed
	}
	return v.estimated.has(int(s))
}

// paced sends the next request whenever the pacer says so, whatever members have
// seen. It waits only if the request makes no sense yet.
type paced struct{ idle }

// next is the next thing to do, if there is one; at is the time at which it
// should be done.
func (paced) next(r *room, at time.Time) []outgoing {
	t, v := &r.turn, r.members[0].view
	if v == nil {
		return nil
	}
	if v.round > t.round {
		t.round, t.step = v.round, 0
	}
	if t.step > r.clear() || t.step == r.clear() && !v.revealed {
		return nil
	}
	out := r.ask(t.step, t.round, at)
	t.step++
	return []outgoing{out}
}
