package poker

import "slices"

// tally counts a room's members. It is updated with every change of a member, so
// that no command has to look at all of them.
type tally struct {
	estimates    int // members with an estimate
	online       int // members who are online; all below are
	facilitators int // the owner and the deputies
	estimators   int
	missing      int // estimators without an estimate
}

// add counts a member, or stops counting one if by is -1.
func (t *tally) add(m Member, owner bool, by int) {
	if m.Vote != nil {
		t.estimates += by
	}
	if !m.Online {
		return
	}
	t.online += by
	if owner || m.Deputy {
		t.facilitators += by
	}
	if m.Role == Estimator {
		t.estimators += by
		if m.Vote == nil {
			t.missing += by
		}
	}
}

// recount counts all members afresh.
func (r *Room) recount() {
	r.tally = tally{}
	for u, m := range r.state.Members {
		r.tally.add(m, r.isOwner(u), 1)
	}
}

// put sets the user's membership to m. Every change of a member goes through it.
func (r *Room) put(u UserID, m Member) {
	if old, ok := r.state.Members[u]; ok {
		r.tally.add(old, r.isOwner(u), -1)
	} else {
		i, _ := slices.BinarySearch(r.order, u)
		r.order = slices.Insert(r.order, i, u)
	}
	r.state.Members[u] = m
	r.tally.add(m, r.isOwner(u), 1)
	r.noteChanged(u)
}

// noteChanged notes a user for [Room.TakeChanged].
func (r *Room) noteChanged(u UserID) {
	if r.changed == nil {
		r.changed = make(map[UserID]struct{})
	}
	r.changed[u] = struct{}{}
}

// drop ends the user's membership. It also removes their estimate, and that in the
// round that an undo would bring back.
func (r *Room) drop(u UserID) {
	r.tally.add(r.state.Members[u], r.isOwner(u), -1)
	delete(r.state.Members, u)
	if i, ok := slices.BinarySearch(r.order, u); ok {
		r.order = slices.Delete(r.order, i, i+1)
	}
	r.dropUndo(u)
	r.ahead = nil
	if r.state.OfferedTo == u {
		r.state.OfferedTo = ""
	}
	r.noteChanged(u)
}

// setOwner changes the owner, and with it whom the tally counts as a facilitator.
func (r *Room) setOwner(u UserID) {
	r.state.Owner, r.state.OfferedTo = u, ""
	r.recount()
}
