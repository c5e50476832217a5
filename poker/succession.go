package poker

// This is how a team goes on when those who may reveal are away. Nobody but they look at
// the room's estimates; whoever goes on does so in a room of their own.

const (
	// SucceedDelay is how long the owner and the deputies have been away, in
	// milliseconds, when a member may go on without them.
	SucceedDelay Millis = 30_000
	// TakeOverDelay is how long the owner has been away, in milliseconds, when a
	// deputy may take the room.
	TakeOverDelay Millis = 15 * 60_000
)

// Successor is the room in which a member goes on, and who that is.
type Successor struct {
	Room RoomID
	By   UserID
}

// apply records the room that By goes on in. Only the first one is: the caller asks
// [Room.Successor] which it was.
func (c Succeed) apply(r *Room, now Millis, _ Limits) ([]Event, error) {
	s := &r.state
	switch {
	case !r.Has(c.By):
		return nil, ErrNotMember
	case s.Successor != Successor{}:
		return nil, nil
	case !r.maySucceed(now):
		return nil, ErrNotOwner
	}
	s.Successor = Successor{Room: c.Room, By: c.By}
	return []Event{Changed{AspectSuccessor}}, nil
}

// Successor is the room that a member has gone on in; the zero Successor while the
// room has none. It ends with the round that is the next to be cleared.
func (r *Room) Successor() Successor { return r.state.Successor }

// Seed is what a room that goes on begins with.
type Seed struct {
	Topic   Story
	Topics  []Story
	Deck    Deck
	Options Options
}

// Seed is what the room's successor begins with. It shares what nobody changes.
func (r *Room) Seed() Seed {
	s := &r.state
	return Seed{Topic: s.Topic, Topics: s.Topics, Deck: s.Deck.clone(), Options: s.Options}
}

// Plant gives a new room what it begins with, which some room has accepted.
func (r *Room) Plant(s Seed) {
	r.state.Topic, r.state.Topics, r.state.Deck, r.state.Options = s.Topic, s.Topics, s.Deck.clone(), s.Options
}

// maySucceed says that nobody who may reveal is about, or that nobody is known who may.
func (r *Room) maySucceed(now Millis) bool {
	at := r.state.succeedAt()
	return at != 0 && now >= at
}

// succeedAt is from when on a member may go on in a room of their own; zero while the
// owner or a deputy is online.
func (s *State) succeedAt() Millis {
	switch {
	case s.AwaySince == 0:
		return 0
	case s.Owner == "":
		return s.AwaySince
	}
	return s.AwaySince + SucceedDelay
}

// ownerAwaySince is since when the owner has been offline, as a member; zero while
// they are online or none.
func (r *Room) ownerAwaySince() Millis { return r.state.Members[r.state.Owner].AwaySince }

// mayTakeOver says that a deputy may take the room, although it was not offered: its
// owner has been away for long, and with them it would expire.
func (r *Room) mayTakeOver(m Member, now Millis) bool {
	since := r.ownerAwaySince()
	return m.Deputy && since != 0 && now >= since+TakeOverDelay
}
