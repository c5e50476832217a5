package poker

// isOwner reports whether the user owns the room, as a member or not.
func (r *Room) isOwner(u UserID) bool { return u != "" && u == r.state.Owner }

// mustOwn refuses everybody but the owner.
func (r *Room) mustOwn(u UserID) error {
	switch {
	case r.isOwner(u):
		return nil
	case !r.Has(u):
		return ErrNotMember
	}
	return ErrNotOwner
}

// mustFacilitate refuses everybody but the owner, the deputies and the stand-in,
// and every round but the current one.
func (r *Room) mustFacilitate(u UserID, round int) error {
	if !r.isOwner(u) {
		m, ok := r.state.Members[u]
		if !ok {
			return ErrNotMember
		}
		if !m.Deputy && u != r.state.StandIn {
			return ErrNotOwner
		}
	}
	return r.mustBeCurrent(round)
}

// mustBeCurrent refuses a round that is not the current one. Zero is any round.
func (r *Room) mustBeCurrent(round int) error {
	if round != 0 && round != r.state.Round {
		return ErrStaleRound
	}
	return nil
}
