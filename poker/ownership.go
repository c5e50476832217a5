package poker

import "slices"

func (c SetDeck) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustOwn(c.By); err != nil {
		return nil, err
	}
	deck, err := c.Deck.Clean()
	if err != nil {
		return nil, err
	}
	if deck.equal(r.state.Deck) {
		return nil, nil
	}
	differ := !slices.Equal(deck.Cards, r.state.Deck.Cards)
	hidden := !r.state.Revealed && differ
	r.state.Deck, r.state.Undo = deck, nil
	events := []Event{Changed{AspectDeck}}
	if differ {
		events = append(events, r.dropAhead()...)
	}
	events = append(events, r.dropEstimates(func(_ Member, v Vote) bool { return hidden || !deck.takes(v.Value) })...)
	if r.state.Agreed != "" && !deck.takes(r.state.Agreed) {
		r.state.Agreed = ""
		events = append(events, Settled{r.state.Round})
	}
	return events, nil
}

func (c SetOptions) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustOwn(c.By); err != nil {
		return nil, err
	}
	options := r.state.Options
	if c.AutoReveal != nil {
		options.AutoReveal = *c.AutoReveal
	}
	if c.LateEstimates != nil {
		options.LateEstimates = *c.LateEstimates
	}
	if c.StandIn != nil {
		options.StandIn = *c.StandIn
	}
	if !options.LateEstimates.valid() {
		return nil, ErrInvalidOption
	}
	if options == r.state.Options {
		return nil, nil
	}
	r.state.Options = options
	return []Event{Changed{AspectOptions}}, nil
}

func (l LateEstimates) valid() bool { return l == LateAllowed || l == LateLocked }

func (c SetDeputy) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustOwn(c.By); err != nil {
		return nil, err
	}
	m, ok := r.state.Members[c.User]
	if !ok {
		return nil, ErrUnknownMember
	}
	// The owner has every right already, so they are not made a deputy.
	if r.isOwner(c.User) || m.Deputy == c.Deputy {
		return nil, nil
	}
	m.Deputy = c.Deputy
	r.put(c.User, m)
	return []Event{Changed{AspectDeputy}}, nil
}

func (c Transfer) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustOwn(c.By); err != nil {
		return nil, err
	}
	to := c.To
	if to == c.By {
		to = ""
	} else if !r.Has(to) {
		return nil, ErrUnknownMember
	}
	if to == r.state.OfferedTo {
		return nil, nil
	}
	r.state.OfferedTo = to
	return []Event{Changed{AspectOffer}}, nil
}

func (c Accept) apply(r *Room, now Millis, _ Limits) ([]Event, error) {
	to, ok := r.state.Members[c.By]
	switch {
	case !ok:
		return nil, ErrNotMember
	case c.By != r.state.OfferedTo && !r.mayTakeOver(to, now):
		return nil, ErrNotOwner
	}
	to.Deputy = false
	r.put(c.By, to)
	old := r.state.Owner
	if from, ok := r.state.Members[old]; ok {
		from.Deputy = true
		r.put(old, from)
	}
	r.state.OfferedTo, r.state.HandedOver = "", !c.First
	r.setOwner(c.By)
	return []Event{OwnerChanged{Old: old, New: c.By}}, nil
}

func (c Recognise) apply(r *Room, _ Millis, _ Limits) ([]Event, error) { //nolint:unparam // the interface has an error
	if r.state.Owner != "" || c.Owner == "" || r.state.HandedOver {
		return nil, nil
	}
	r.setOwner(c.Owner)
	return []Event{OwnerChanged{New: c.Owner}}, nil
}
