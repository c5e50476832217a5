package poker

import (
	"errors"
	"slices"
)

func (c Join) apply(r *Room, now Millis, limits Limits) ([]Event, error) {
	if c.By == "" {
		return nil, ErrNotMember
	}
	m, member := r.state.Members[c.By]
	role := c.Role
	if role == "" {
		role = Estimator
		if member {
			role = m.Role
		}
	}
	if !role.valid() {
		return nil, ErrInvalidRole
	}
	name := m.Name
	if c.Name != "" {
		var err error
		if name, err = CleanName(c.Name); err != nil {
			return nil, err
		}
	}
	mark, err := c.Mark.Clean()
	if err != nil {
		return nil, err
	}
	if !member {
		events, err := r.admit(c.By, now, limits)
		if c.Wait && errors.Is(err, ErrRoomLocked) {
			return r.wait(c, waiter{user: c.By, name: name, mark: mark, role: role, origin: c.Origin}, now)
		}
		if err != nil {
			return nil, err
		}
		r.put(c.By, Member{Name: name, Mark: mark, Role: role, Online: true, Since: now})
		return append(append(events, r.giveUpWaiting(c.By)...), Joined{c.By}), nil
	}
	var events []Event
	if !m.Online {
		m.Online, m.AwaySince = true, 0
		r.put(c.By, m)
		events = append(events, Returned{c.By})
	}
	events = append(events, r.rename(c.By, name)...)
	events = append(events, r.remark(c.By, mark)...)
	return append(events, r.changeRole(c.By, role)...), nil
}

func (c Disconnect) apply(r *Room, now Millis, _ Limits) ([]Event, error) {
	m, ok := r.state.Members[c.By]
	if !ok {
		return nil, ErrNotMember
	}
	if !m.Online {
		return nil, nil
	}
	m.Online, m.AwaySince = false, now
	r.put(c.By, m)
	return []Event{Disconnected{c.By}}, nil
}

func (c Leave) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if r.Waits(c.By) {
		return r.giveUpWaiting(c.By), nil
	}
	if !r.Has(c.By) {
		return nil, ErrNotMember
	}
	r.drop(c.By)
	return []Event{Left{c.By}}, nil
}

func (c Remove) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustOwn(c.By); err != nil {
		return nil, err
	}
	if !c.ForGood && !r.Has(c.User) && r.readmit(c.User) {
		return []Event{Changed{AspectBan}}, nil
	}
	if r.isOwner(c.User) || !r.Has(c.User) {
		return nil, ErrUnknownMember
	}
	r.drop(c.User)
	if c.ForGood {
		r.ban(c.User)
	}
	r.dropSuccessor(c.User)
	return []Event{Removed{c.User}}, nil
}

func (c Forget) apply(r *Room, _ Millis, _ Limits) ([]Event, error) { //nolint:unparam // the interface has an error
	events := r.giveUpWaiting(c.User)
	if r.Has(c.User) {
		r.drop(c.User)
		events = append(events, Left(c))
	}
	if r.forgetVotes(c.User) {
		events = append(events, r.amended()...)
	}
	return events, nil
}

// forgetVotes removes a user's estimates from the finished rounds, and reports whether
// there were any.
func (r *Room) forgetVotes(u UserID) (some bool) {
	theirs := func(v FinishedVote) bool { return v.User == u }
	history := slices.Clone(r.state.History)
	for i, round := range history {
		if slices.ContainsFunc(round.Votes, theirs) {
			history[i].Votes = slices.DeleteFunc(slices.Clone(round.Votes), theirs)
			some = true
		}
	}
	if some {
		r.state.History = history
	}
	return some
}

func (c Rename) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if !r.Has(c.By) && !r.Waits(c.By) {
		return nil, ErrNotMember
	}
	name, err := CleanName(c.Name)
	if err != nil {
		return nil, err
	}
	return r.rename(c.By, name), nil
}

func (c SetRole) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if !r.Has(c.By) {
		return nil, ErrNotMember
	}
	if !c.Role.valid() {
		return nil, ErrInvalidRole
	}
	return r.changeRole(c.By, c.Role), nil
}

func (r Role) valid() bool { return r == Estimator || r == Observer }

// rename gives a user another name, be they a member or waiting.
func (r *Room) rename(u UserID, name string) []Event {
	if i := r.place(u); i >= 0 && r.waiting[i].name != name {
		r.waiting[i].name = name
		return []Event{Changed{AspectWaiting}}
	}
	m, ok := r.state.Members[u]
	if !ok || m.Name == name {
		return nil
	}
	m.Name = name
	r.put(u, m)
	return []Event{Renamed{u}}
}

func (r *Room) changeRole(u UserID, role Role) []Event {
	m := r.state.Members[u]
	if m.Role == role {
		return nil
	}
	events := []Event{Changed{AspectRole}}
	if role == Observer {
		if undo := r.state.Undo; undo == nil || !undo.Revealed || r.state.Options.LateEstimates != LateLocked {
			r.dropUndo(u)
		}
		if m.Vote != nil && !r.estimatesFixed() {
			m.Vote = nil
			events = append(events, Withdrawn{u})
		}
	}
	m.Role = role
	r.put(u, m)
	r.ahead = nil
	return events
}
