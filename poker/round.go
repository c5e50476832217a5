package poker

import "iter"

func (c Estimate) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	m, err := r.mustEstimate(c.By, c.Round)
	if err != nil {
		return nil, err
	}
	vote, err := r.state.Deck.vote(c.Value, c.Comment)
	if err != nil {
		return nil, err
	}
	if r.estimatesFixed() {
		return nil, ErrEstimatesFixed
	}
	m.Vote, m.Estimated = &vote, true
	r.put(c.By, m)
	if r.state.Undo != nil && r.state.Undo.What == undoClear {
		r.state.Undo = nil
	}
	return []Event{Estimated{c.By}}, nil
}

func (c Withdraw) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	m, err := r.mustEstimate(c.By, c.Round)
	if err != nil {
		return nil, err
	}
	if r.estimatesFixed() {
		return nil, ErrEstimatesFixed
	}
	if m.Vote == nil {
		return nil, nil
	}
	m.Vote = nil
	r.put(c.By, m)
	return []Event{Withdrawn{c.By}}, nil
}

func (c Reveal) apply(r *Room, now Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, c.Round); err != nil {
		return nil, err
	}
	return r.reveal(now, c.By), nil
}

func (c Hide) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, c.Round); err != nil {
		return nil, err
	}
	if !r.state.Revealed {
		return nil, nil
	}
	r.state.Undo = nil
	return append([]Event{Hidden{r.state.Round}}, r.hide()...), nil
}

func (c Clear) apply(r *Room, now Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, c.Round); err != nil {
		return nil, err
	}
	return r.clear(now), nil
}

func (c Settle) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, c.Round); err != nil {
		return nil, err
	}
	agreed, err := r.state.Deck.agreed(c.Value)
	if err != nil {
		return nil, err
	}
	if !r.state.Revealed {
		return nil, ErrNotRevealed
	}
	if agreed == r.state.Agreed {
		return nil, nil
	}
	r.state.Agreed = agreed
	return []Event{Settled{r.state.Round}}, nil
}

// mustEstimate returns the membership of an estimator, and refuses everybody else.
func (r *Room) mustEstimate(u UserID, round int) (Member, error) {
	m, ok := r.state.Members[u]
	switch {
	case !ok:
		return Member{}, ErrNotMember
	case m.Role != Estimator:
		return Member{}, ErrNotEstimator
	}
	return m, r.mustBeCurrent(round)
}

// estimatesFixed reports whether displayed estimates must stay as they are.
func (r *Room) estimatesFixed() bool {
	return r.state.Revealed && r.state.Options.LateEstimates == LateLocked
}

// reveal reveals the round and notes who did it first, which stays until the round
// ends.
func (r *Room) reveal(now Millis, by UserID) []Event {
	if r.state.Revealed {
		return nil
	}
	r.state.Revealed = true
	if r.state.RevealedBy == "" {
		r.state.RevealedBy = by
	}
	r.state.Undo = &UndoState{What: undoReveal, Until: now + UndoWindow}
	events := []Event{Revealed{r.state.Round}}
	if value := unanimous(r.state.Deck, r.votes); value != "" {
		r.state.Agreed = value
		events = append(events, Settled{r.state.Round})
	}
	return events
}

// votes are the estimates of the round.
func (r *Room) votes(yield func(Vote) bool) {
	for _, m := range r.state.Members {
		if m.Vote != nil && !yield(*m.Vote) {
			return
		}
	}
}

// unanimous returns the value of all estimates, if there are at least two and all
// are equal, and it is one that can be agreed on.
func unanimous(deck Deck, votes iter.Seq[Vote]) string {
	value, n := "", 0
	for v := range votes {
		if n++; n > 1 && v.Value != value {
			return ""
		}
		value = v.Value
	}
	if n < 2 || !deck.ranks(value) {
		return ""
	}
	return value
}

// hide hides the round. It ends the agreed value, which was based on what everybody
// could see, and drops estimates of observers, which were there only because they
// were displayed.
func (r *Room) hide() []Event {
	r.state.Revealed = false
	events := r.dropEstimates(func(m Member, _ Vote) bool { return m.Role == Observer })
	if r.state.Agreed != "" {
		r.state.Agreed = ""
		events = append(events, Settled{r.state.Round})
	}
	return events
}

// clear archives the round and starts the next one. It can be undone.
func (r *Room) clear(now Millis) []Event { return r.endRound(now, r.asItIs(now)) }

// asItIs is what the undo of a clear brings back.
func (r *Room) asItIs(now Millis) *UndoState {
	s := &r.state
	undo := &UndoState{
		What:       undoClear,
		Until:      now + UndoWindow,
		Revealed:   s.Revealed,
		RevealedBy: s.RevealedBy,
		Topic:      s.Topic,
		Topics:     s.Topics,
		Agreed:     s.Agreed,
		Successor:  s.Successor,
		Votes:      make(map[UserID]Vote, r.tally.estimates),
	}
	for _, u := range r.order {
		if v := s.Members[u].Vote; v != nil {
			undo.Votes[u] = *v
		}
	}
	return undo
}

// endRound archives the round and starts the next one.
func (r *Room) endRound(now Millis, undo *UndoState) []Event {
	s := &r.state
	r.archive(now)
	events := r.dropEstimates(func(Member, Vote) bool { return true })
	s.Round++
	s.Revealed, s.RevealedBy, s.Agreed, s.TimerEnds, s.Undo, s.Successor = false, "", "", 0, undo, Successor{}
	return append(events, Cleared{s.Round})
}

// archive adds the round to the history, without what nobody was shown.
func (r *Room) archive(now Millis) {
	s := &r.state
	if r.tally.estimates == 0 {
		return
	}
	f := Finished{Round: s.Round, Topic: s.Topic.unlisted(), Deck: s.Deck, At: now, Agreed: s.Agreed, RevealedBy: s.RevealedBy}
	if s.Revealed {
		f.Votes = make([]FinishedVote, 0, r.tally.estimates)
		for _, u := range r.order {
			if m := s.Members[u]; m.Vote != nil {
				f.Votes = append(f.Votes, FinishedVote{User: u, Name: displayed(m.Name), Vote: *m.Vote})
			}
		}
	} else {
		f.Hidden = r.tally.estimates
	}
	s.History = trimHistory(append(s.History, f.fit()))
}

// dropEstimates removes the estimates for which which returns true.
func (r *Room) dropEstimates(which func(Member, Vote) bool) []Event {
	var events []Event
	for _, u := range r.order {
		if m := r.state.Members[u]; m.Vote != nil && which(m, *m.Vote) {
			m.Vote = nil
			r.put(u, m)
			events = append(events, Withdrawn{u})
		}
	}
	return events
}
