package poker

import "slices"

// Guest is the name that is shown for a user who has set none.
const Guest = "Guest"

// BanLength is the number of users that a room remembers as removed for good. The
// oldest are forgotten.
const BanLength = 100

// displayed returns the name that others see.
func displayed(name string) string {
	if name == "" {
		return Guest
	}
	return name
}

// admit decides whether a user who is not a member may become one. If the room is
// full, it frees a place if a member can be replaced.
func (r *Room) admit(u UserID, now Millis, limits Limits) ([]Event, error) {
	switch {
	case r.isOwner(u):
		return nil, nil
	case slices.Contains(r.state.Banned, u):
		return nil, ErrNotAdmitted
	case r.state.Locked:
		return nil, ErrRoomLocked
	}
	return r.freeSeat(now, limits)
}

// freeSeat makes sure that there is a place for one more member.
func (r *Room) freeSeat(now Millis, limits Limits) ([]Event, error) {
	if limits.Members == 0 || len(r.order) < limits.Members {
		return nil, nil
	}
	replaced := r.replaceable(now)
	if replaced == "" {
		return nil, ErrRoomFull
	}
	r.drop(replaced)
	return []Event{Removed{replaced}}, nil
}

// replaceable returns the member whom a newcomer replaces in a full room, or nobody.
// Candidates have been offline for [SeatGrace], have never estimated, and are
// neither the owner nor a deputy. The one who joined last goes: a client that fills
// a room with idle members came after the team, and so keeps nobody out.
func (r *Room) replaceable(now Millis) UserID {
	var last UserID
	var since Millis
	for _, u := range r.order {
		m := r.state.Members[u]
		if m.Online || m.Estimated || m.Deputy || r.isOwner(u) || now < m.AwaySince+SeatGrace {
			continue
		}
		if last == "" || m.Since > since {
			last, since = u, m.Since
		}
	}
	return last
}

// ban remembers that a user is not to be admitted. It forgets the oldest if there
// are too many.
func (r *Room) ban(u UserID) {
	banned := append(slices.Clone(r.state.Banned), u)
	r.state.Banned = banned[max(len(banned)-BanLength, 0):]
}

// readmit ends a ban, and reports whether there was one.
func (r *Room) readmit(u UserID) bool {
	i := slices.Index(r.state.Banned, u)
	if i < 0 {
		return false
	}
	r.state.Banned = slices.Delete(slices.Clone(r.state.Banned), i, i+1)
	return true
}

func (c RemoveAway) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	var events []Event
	for _, u := range slices.Clone(r.order) {
		if m := r.state.Members[u]; !m.Online && !m.Deputy && !r.isOwner(u) {
			r.drop(u)
			events = append(events, Removed{u})
		}
	}
	return events, nil
}

func (c Lock) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	if c.Locked == r.state.Locked {
		return nil, nil
	}
	r.state.Locked = c.Locked
	events := []Event{Changed{AspectLock}}
	if !c.Locked {
		events = append(events, r.endWaits(WaitAdmitted)...)
	}
	return events, nil
}

// A closed room keeps only that it is closed, and who owned it.
func (c Close) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustOwn(c.By); err != nil {
		return nil, err
	}
	events := r.endWaits(WaitEnded)
	r.empty()
	r.state.Closed = true
	return append(events, Closed{c.By}), nil
}

// empty removes all that is in the room.
func (r *Room) empty() {
	for _, u := range slices.Clone(r.order) {
		r.drop(u)
	}
	r.waiting, r.refused = nil, nil
	s := &r.state
	r.state = State{
		ID: s.ID, Epoch: s.Epoch, Owner: s.Owner, CreatedAt: s.CreatedAt, Version: s.Version, Round: s.Round,
		Options: Options{LateEstimates: LateAllowed}, Members: s.Members, HandedOver: s.HandedOver,
	}
}

// LeaveTombstone ends a room that was handed over. It leaves a note of that, so
// that the user whom the room's id certifies does not become its owner again.
func (r *Room) LeaveTombstone() {
	r.empty()
	r.state.Owner = ""
	r.state.Version++
}

// IsTombstone reports whether only the note of [Room.LeaveTombstone] is left.
func (r *Room) IsTombstone() bool { return r.state.HandedOver && r.Deserted() }

// Orphan makes a room without an owner stay without one: [Recognise] has no effect.
func (r *Room) Orphan() { r.state.HandedOver = true }

// refusalOfClosed returns the answer to a command to a closed room.
func refusalOfClosed(c Command) error {
	if _, ok := c.(Join); ok {
		return ErrRoomClosed
	}
	_, tick := c.(Tick)
	_, forget := c.(Forget)
	_, recognise := c.(Recognise)
	if tick || forget || recognise {
		return nil
	}
	return ErrNotMember
}
