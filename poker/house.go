package poker

import "slices"

// This is who may come in, and who is put out.

// Guest is how somebody is shown who has not said their name.
const Guest = "Guest"

// BanLength is how many users a room remembers as removed for good, the newest.
const BanLength = 100

// displayed is the name that others see.
func (m Member) displayed() string {
	if m.Name == "" {
		return Guest
	}
	return m.Name
}

// admit says whether somebody who is not a member may become one, and makes a
// place in a full room if there is somebody to give way.
func (r *Room) admit(u UserID, now Millis, limits Limits) ([]Event, error) {
	switch {
	case r.isOwner(u):
		return nil, nil
	case slices.Contains(r.state.Banned, u):
		return nil, ErrNotAdmitted
	case r.state.Locked:
		return nil, ErrRoomLocked
	case limits.Members == 0 || len(r.order) < limits.Members:
		return nil, nil
	}
	ghost := r.ghost(now)
	if ghost == "" {
		return nil, ErrRoomFull
	}
	r.drop(ghost)
	return []Event{Removed{ghost}}, nil
}

// ghost is the member who gives way to a newcomer in a full room: of those who have
// been offline for [SeatGrace], have never estimated and are neither the owner nor a
// deputy, the one who joined last; empty for nobody. Whoever fills a room with
// members who do nothing but be counted came after the team, and keeps nobody out.
func (r *Room) ghost(now Millis) UserID {
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

// ban remembers a user who is not admitted any more. It forgets the oldest for
// the newest when it has to.
func (r *Room) ban(u UserID) {
	banned := append(slices.Clone(r.state.Banned), u)
	r.state.Banned = banned[max(len(banned)-BanLength, 0):]
}

// readmit forgets that a user is not admitted, and reports whether they were not.
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
	return []Event{Changed{AspectLock}}, nil
}

// What is left of a closed room says that it is closed, and whose it was.
func (c Close) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustOwn(c.By); err != nil {
		return nil, err
	}
	r.empty()
	r.state.Closed = true
	return []Event{Closed{c.By}}, nil
}

// empty forgets all that was in the room.
func (r *Room) empty() {
	for _, u := range slices.Clone(r.order) {
		r.drop(u)
	}
	s := &r.state
	r.state = State{
		ID: s.ID, Epoch: s.Epoch, Owner: s.Owner, CreatedAt: s.CreatedAt, Version: s.Version, Round: s.Round,
		Options: Options{LateEstimates: LateAllowed}, Members: s.Members, HandedOver: s.HandedOver,
	}
}

// LeaveTombstone ends a room that was handed over. What is left of it says so, so that the
// user whom its id certifies is not taken for its owner again.
func (r *Room) LeaveTombstone() {
	r.empty()
	r.state.Owner = ""
	r.state.Version++
}

// IsTombstone reports whether nothing is left of the room but that it was handed over.
func (r *Room) IsTombstone() bool { return r.state.HandedOver && r.Deserted() }

// Orphan makes a room that has no owner nobody's: [Recognise] gives it none.
func (r *Room) Orphan() { r.state.HandedOver = true }

// refusalOfClosed is the answer to everything that is asked of a closed room.
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
