package poker

// Durations in milliseconds.
const (
	// RevealDelay is the count-down before a room reveals by itself.
	RevealDelay Millis = 3_000
	// SeatGrace is the time for which an offline member is sure to keep their place
	// in a full room. It is long enough for loading a page again. If it were longer,
	// one address could keep a room full of members who have just left.
	SeatGrace Millis = 3_000
	// StandInDelay is the time that the owner and the deputies must be away before a
	// member stands in for them.
	StandInDelay Millis = 30_000
)

// The shortest and the longest timer, in seconds.
const (
	MinTimer = 10
	MaxTimer = 3600
)

// Deadline returns the earliest time at which a [Tick] changes something, zero if
// only a command can. It may be in the past. The end of the timer is no deadline:
// clients show it.
func (r *Room) Deadline() Millis {
	s := &r.state
	var deadline Millis
	due := func(at Millis) {
		if at != 0 && (deadline == 0 || at < deadline) {
			deadline = at
		}
	}
	due(s.RevealAt)
	if s.Undo != nil {
		due(s.Undo.Until)
	}
	if s.Options.StandIn && s.AwaySince != 0 && s.StandIn == "" && r.longestPresent() != "" {
		due(r.absentSince(s.AwaySince) + StandInDelay)
	}
	for _, w := range r.waiting {
		due(w.until)
	}
	return deadline
}

func (Tick) apply(r *Room, now Millis, _ Limits) ([]Event, error) { //nolint:unparam // the interface has an error
	s := &r.state
	var events []Event
	if s.RevealAt != 0 && s.RevealAt <= now {
		events = r.reveal(now, Auto)
	}
	if s.Undo != nil && s.Undo.Until <= now {
		s.Undo = nil
		events = append(events, Changed{AspectUndo})
	}
	events = append(events, r.dropLateWaiters(now)...)
	return append(events, r.keepStandIn(now)...), nil
}

func (c StartTimer) apply(r *Room, now Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	if c.Seconds < MinTimer || c.Seconds > MaxTimer {
		return nil, ErrInvalidOption
	}
	r.state.TimerEnds = now + Millis(c.Seconds)*1000
	return []Event{Changed{AspectTimer}}, nil
}

func (c StopTimer) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	if r.state.TimerEnds == 0 {
		return nil, nil
	}
	r.state.TimerEnds = 0
	return []Event{Changed{AspectTimer}}, nil
}

// ready reports whether only the count-down is left before the automatic reveal,
// since no online estimator is without an estimate. A room whose estimators are all
// offline is ready too: otherwise the first estimator to return, after a restart
// for instance, would make it ready and end the round for the others.
func (r *Room) ready() bool {
	return r.state.Options.AutoReveal && !r.state.Revealed && r.tally.estimates > 0 && r.tally.missing == 0
}

// keepCountdown begins or ends the count-down after a command. It begins when the
// room becomes ready, and again with each estimate while it is.
func (r *Room) keepCountdown(now Millis, c Command, wasReady bool) []Event {
	before := r.state.RevealAt
	switch _, estimated := c.(Estimate); {
	case !r.ready():
		r.state.RevealAt = 0
	case r.tally.estimators == 0:
		// Nobody would see it begin. A count-down that runs goes on.
	case estimated, !wasReady && mayBegin(c):
		r.state.RevealAt = now + RevealDelay
	}
	if r.state.RevealAt == before {
		return nil
	}
	return []Event{Changed{AspectCountdown}}
}

// mayBegin reports whether a command that makes the room ready begins the
// count-down. Hide and Undo do not: the room would reveal again at once.
func mayBegin(c Command) bool {
	_, hide := c.(Hide)
	_, undo := c.(Undo)
	return !hide && !undo
}

// watchAbsence notes the time since which nobody who may facilitate has been
// online.
func (r *Room) watchAbsence(now Millis) {
	if r.tally.facilitators > 0 {
		r.state.AwaySince = 0
	} else if r.state.AwaySince == 0 {
		r.state.AwaySince = now
	}
}

// keepStandIn chooses the stand-in once the owner and the deputies have been away
// long enough. The stand-in stays until they leave or go offline, or the owner or a
// deputy is back.
func (r *Room) keepStandIn(now Millis) []Event {
	s := &r.state
	var next UserID
	switch {
	case !s.Options.StandIn || s.AwaySince == 0:
	case s.Members[s.StandIn].Online:
		next = s.StandIn
	case now >= r.absentSince(s.AwaySince)+StandInDelay:
		next = r.longestPresent()
	}
	if next == s.StandIn {
		return nil
	}
	s.StandIn = next
	return []Event{Changed{AspectStandIn}}
}

// longestPresent returns the online member who joined first, preferring estimators.
// It returns nobody who joined after the owner and the deputies had left: anybody
// with the link could wait for that.
func (r *Room) longestPresent() UserID {
	var first UserID
	var best Member
	for _, u := range r.order {
		m := r.state.Members[u]
		if !m.Online || m.Since > r.state.AwaySince {
			continue
		}
		better := m.Since < best.Since
		if m.Role != best.Role {
			better = m.Role == Estimator
		}
		if first == "" || better {
			first, best = u, m
		}
	}
	return first
}
