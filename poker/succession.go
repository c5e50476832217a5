package poker

import "slices"

// This is how a team goes on while the owner and the deputies are away. The estimates of
// the room stay hidden: a member goes on in a room of their own.

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

// apply records the room that By goes on in, if the room has no successor yet. The caller
// asks [Room.Successor] which it is.
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

// dropSuccessor takes back that a user has gone on in another room: nobody is sent after
// somebody whom the owner has removed.
func (r *Room) dropSuccessor(by UserID) {
	if r.state.Successor.By == by {
		r.state.Successor = Successor{}
	}
	if undo := r.state.Undo; undo != nil && undo.Successor.By == by {
		undo.Successor = Successor{}
	}
}

// Settings are what a room begins with when a member goes on from another.
type Settings struct {
	Topic   Story
	Topics  []Story
	Deck    Deck
	Options Options
}

// Settings returns what the room's successor begins with. Its lists are never changed.
func (r *Room) Settings() Settings {
	s := &r.state
	return Settings{Topic: s.Topic, Topics: s.Topics, Deck: s.Deck.clone(), Options: s.Options}
}

// apply gives a room the settings of another, which has accepted them. A room in which
// anything has happened keeps its own.
func (c Adopt) apply(r *Room, _ Millis, _ Limits) ([]Event, error) { //nolint:unparam // the interface has an error
	s := &r.state
	if s.Round > 1 || s.Revealed || r.tally.estimates > 0 || len(s.History) > 0 || s.Topic != (Story{}) || len(s.Topics) > 0 {
		return nil, nil
	}
	s.Topic, s.Deck, s.Options = c.Settings.Topic.unlisted(), c.Settings.Deck.clone(), c.Settings.Options
	s.Topics = r.identify(slices.Clone(c.Settings.Topics), nil)
	return []Event{Changed{AspectTopic}, Changed{AspectTopics}, Changed{AspectDeck}, Changed{AspectOptions}}, nil
}

// maySucceed reports whether a member may go on: all who may reveal have been away for
// long enough, or the room has no owner.
func (r *Room) maySucceed(now Millis) bool {
	at := r.succeedAt()
	return at != 0 && now >= at
}

// succeedAt returns the time from which a member may go on in a room of their own; zero
// while the owner or a deputy is online.
func (r *Room) succeedAt() Millis {
	switch {
	case r.state.AwaySince == 0:
		return 0
	case r.state.Owner == "":
		return r.state.AwaySince
	}
	return r.absentSince(r.state.AwaySince) + SucceedDelay
}

// ownerAwaySince returns when the owner went offline; zero while they are online or not
// a member.
func (r *Room) ownerAwaySince() Millis { return r.state.Members[r.state.Owner].AwaySince }

// mayTakeOver reports whether a member may take the room although it was not offered:
// a deputy may, once the owner has been away for long, since the room would expire with
// the owner.
func (r *Room) mayTakeOver(m Member, now Millis) bool {
	since := r.absentSince(r.ownerAwaySince())
	return m.Deputy && since != 0 && now >= since+TakeOverDelay
}
