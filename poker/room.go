package poker

import (
	"fmt"
	"maps"
	"slices"
)

// Room is one game of planning poker: its members and their estimates. It is not
// safe for concurrent use. Make one with [NewRoom] or [Restore].
type Room struct {
	state State
	order []UserID // the members' ids, sorted
	tally tally
	ahead []int // how many have estimated each topic of the list; nil if it is not known

	changed map[UserID]struct{} // see TakeChanged; may be nil
	resumed Millis              // see Resume
	waiting []waiter            // in the order of their asking
	refused []refusal           // oldest first
}

// Limits are set by the operator. Zero means no limit.
type Limits struct {
	Members int // the members that a room takes; its owner is always admitted
}

// NewRoom returns an empty room at version 1, in the first round. created must be
// greater than zero. owner may be empty: see [Recognise]. deck must have passed
// [Deck.Clean]; the zero Deck stands for [DefaultDeck].
func NewRoom(id RoomID, epoch string, owner UserID, created Millis, deck Deck) *Room {
	if deck.Name == "" {
		deck = DefaultDeck()
	}
	return &Room{state: State{
		ID:        id,
		Epoch:     epoch,
		Owner:     owner,
		CreatedAt: created,
		Version:   1,
		Round:     1,
		Deck:      deck.clone(),
		Options:   Options{LateEstimates: LateAllowed},
		Members:   make(map[UserID]Member),
		AwaySince: created,
	}}
}

// Restore returns the room with state s, at time now. The caller keeps s.
//
// Members who were online still are. The caller of Restore has none of their
// connections, so those that still exist announce themselves with [Join], and after
// a while the caller sends [Disconnect] for the others: see [Room.Present]. So
// nobody notices a restart. A count-down and a possible undo go on.
//
// Restore returns an error that wraps [ErrState] for a state that no room can have.
// It does not check texts, so that what was once acceptable stays readable. It cuts
// finished rounds to [RoundBytes] and [HistoryBytes], as for new ones.
func Restore(s State) (*Room, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("restore a room: %w", err)
	}
	s = s.clone()
	for i, f := range s.History {
		s.History[i] = f.fit()
	}
	s.History = trimHistory(s.History)
	if s.Members == nil {
		s.Members = make(map[UserID]Member)
	}
	if s.Options.LateEstimates == "" {
		s.Options.LateEstimates = LateAllowed
	}
	r := &Room{state: s, order: slices.Sorted(maps.Keys(s.Members))}
	r.state.Topics = r.identify(s.Topics, s.Topics) // a room of an earlier version has no ids
	r.dropUnlisted()
	r.recount()
	return r, nil
}

// Resume says that a restored room can be joined from now on. Nobody could come back
// before, so that for going on without the owner, for a stand-in and for a take-over,
// absence counts from now at the earliest.
//
// A room that shows something else then has a new version: nobody is known to wait at
// a locked room any more, and it takes longer until others may go on without the owner.
func (r *Room) Resume(now Millis) {
	before := r.succeedAt()
	r.resumed = now
	if r.state.Locked || r.succeedAt() != before {
		r.state.Version++
	}
}

// absentSince returns from when on an absence counts that began at since; zero for none.
func (r *Room) absentSince(since Millis) Millis {
	if since == 0 {
		return 0
	}
	return max(since, r.resumed)
}

// Apply executes a command at time now, which is greater than zero. It has three
// outcomes:
//
//   - events, in order, of what happened; the version has grown;
//   - an error, and nothing has changed;
//   - neither, because there was nothing to do, such as revealing a revealed round.
//
// Whether submitting an estimate counts as a change never depends on earlier
// estimates, since others can observe it.
func (r *Room) Apply(now Millis, c Command, limits Limits) ([]Event, error) {
	if r.state.Closed {
		return nil, refusalOfClosed(c)
	}
	wasReady, round := r.ready(), r.state.Round
	events, err := c.apply(r, now, limits)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	if r.state.Closed {
		r.state.Version++
		return events, nil
	}
	r.watchAbsence(now)
	events = append(events, r.keepStandIn(now)...)
	events = append(events, r.keepCountdown(now, c, wasReady && round == r.state.Round)...)
	r.state.Version++
	return events, nil
}

// ID returns the room's id.
func (r *Room) ID() RoomID { return r.state.ID }

// Version returns the room's version, which is at least 1 and grows with every
// change.
func (r *Room) Version() uint64 { return r.state.Version }

// Owner returns the owner, empty while a revived room waits for [Recognise].
func (r *Room) Owner() UserID { return r.state.Owner }

// Round returns the number of the current round, from 1.
func (r *Room) Round() int { return r.state.Round }

// Has reports whether the user is a member, online or not.
func (r *Room) Has(u UserID) bool {
	_, ok := r.state.Members[u]
	return ok
}

// Closed reports whether the owner has closed the room.
func (r *Room) Closed() bool { return r.state.Closed }

// HandedOver reports whether the owner is not the one that the room's id certifies,
// or the last owner was not.
func (r *Room) HandedOver() bool { return r.state.HandedOver }

// Deserted reports whether the room has neither a recognised owner nor a member, so
// that nobody will miss it.
func (r *Room) Deserted() bool { return r.state.Owner == "" && len(r.order) == 0 }

// Own returns a copy of the user's own estimate, nil if there is none. It must only
// reach that user's own connections.
func (r *Room) Own(u UserID) *Vote { return r.state.Members[u].Vote.clone() }

// State returns everything about the room, including hidden estimates, for the
// store only. It is not a copy, so that a commit costs only what it writes. The
// caller must read it before the next [Room.Apply], and must not change it. It may
// keep texts and slices, except Banned: they are never changed in place.
func (r *Room) State() *State { return &r.state }

// TakeChanged calls take with each user whose membership began, changed or ended since
// the last call. What an undo would bring back is part of a membership.
func (r *Room) TakeChanged(take func(UserID)) {
	for u := range r.changed {
		take(u)
	}
	clear(r.changed)
}

// History returns the finished rounds, oldest first, at most [HistoryLength]. Later
// changes of the room do not touch them, and the caller must not change them.
func (r *Room) History() []Finished { return r.state.History }

// Touch makes a new version of an unchanged room, for a caller that adds something
// of its own to a snapshot.
func (r *Room) Touch() { r.state.Version++ }

// Present returns the online members, in no particular order.
func (r *Room) Present() []UserID {
	present := make([]UserID, 0, r.tally.online)
	for u, m := range r.state.Members {
		if m.Online {
			present = append(present, u)
		}
	}
	return present
}

// Topics returns the number of topics to come.
func (r *Room) Topics() int { return len(r.state.Topics) }

// Members returns the number of members, online or not.
func (r *Room) Members() int { return len(r.state.Members) }
