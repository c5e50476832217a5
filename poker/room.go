package poker

import (
	"fmt"
	"maps"
	"slices"
)

// Room is one game of planning poker: who takes part and what they estimate.
// It is not safe for concurrent use. Make one with [NewRoom] or [Restore].
type Room struct {
	state State
	order []UserID // the members' ids, sorted
	tally tally

	changed map[UserID]struct{} // see TakeChanged; may be nil
}

// Limits are the bounds that whoever runs the service sets. Zero means none.
type Limits struct {
	Members int // how many members a room takes; its owner is always admitted
}

// NewRoom makes an empty room at version 1, in the first round. Created is
// greater than zero. Owner may be empty: see [Recognise]. Deck has passed
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

// Restore makes the room that s was taken of, at time now. S stays the
// caller's.
//
// It is as it was: who was online still is. Whoever restores a room holds none
// of its connections, so those that are still there announce themselves with
// [Join], and after a while whoever has not is said to be gone with [Disconnect]:
// see [Room.Present]. Until then nobody has seen a restart. A count-down and a
// possible undo go on.
//
// The error is [ErrState], wrapped, for a state that no room was ever in.
// Texts are taken as they are: what was once acceptable stays readable. Finished
// rounds are cut to [RoundBytes] and [HistoryBytes] as new ones are.
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
	r.recount()
	return r, nil
}

// Apply does what a command asks, at time now, which is greater than zero.
//
// It returns what happened, in order, and the version has grown; or it
// refuses with an error and nothing has changed; or there was nothing to do,
// such as revealing what is revealed, and it returns neither events nor an
// error and nothing has changed.
//
// Whether submitting an estimate counts as a change never depends on the
// estimates that were there before: what others can observe must not either.
func (r *Room) Apply(now Millis, c Command, limits Limits) ([]Event, error) {
	if r.state.Closed {
		return nil, refusalOfClosed(c)
	}
	wasReady := r.ready()
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
	events = append(events, r.keepCountdown(now, c, wasReady)...)
	r.state.Version++
	return events, nil
}

// ID is the room's id.
func (r *Room) ID() RoomID { return r.state.ID }

// Version grows with every change and is at least 1.
func (r *Room) Version() uint64 { return r.state.Version }

// Owner is the user who owns the room; empty while a revived room waits for
// [Recognise].
func (r *Room) Owner() UserID { return r.state.Owner }

// Round is the number of the current round, at least 1.
func (r *Room) Round() int { return r.state.Round }

// Has reports whether the user is a member, online or not.
func (r *Room) Has(u UserID) bool {
	_, ok := r.state.Members[u]
	return ok
}

// Closed reports whether the owner has closed the room.
func (r *Room) Closed() bool { return r.state.Closed }

// HandedOver reports whether the owner is another than the room's id certifies, or
// the last one was.
func (r *Room) HandedOver() bool { return r.state.HandedOver }

// Deserted reports whether the room has neither a recognised owner nor a
// member, so that nobody will miss it.
func (r *Room) Deserted() bool { return r.state.Owner == "" && len(r.order) == 0 }

// Own returns a copy of the user's own estimate, nil when there is none. It is
// for that user's connections alone.
func (r *Room) Own(u UserID) *Vote { return r.state.Members[u].Vote.clone() }

// State is everything the room is, hidden estimates included: for the store
// alone. It is no copy, so that a commit costs what it writes: whoever asks reads
// it before the next [Room.Apply], changes nothing, and keeps only what is never
// changed in place, which is every text and every slice but Banned.
func (r *Room) State() *State { return &r.state }

// TakeChanged returns the users who became members since the last call, whose
// membership changed, or who are no longer members. What an undo would bring back
// is part of a membership too.
func (r *Room) TakeChanged() []UserID {
	changed := slices.Collect(maps.Keys(r.changed))
	clear(r.changed)
	return changed
}

// History returns the finished rounds, oldest first, at most [HistoryLength].
// A later change of the room does not touch them; nobody changes them.
func (r *Room) History() []Finished { return slices.Clone(r.state.History) }

// Touch makes a new version of a room in which nothing has changed, for a
// caller that adds something of its own to what it shows of the room.
func (r *Room) Touch() { r.state.Version++ }

// Present is the members who are online, in no particular order.
func (r *Room) Present() []UserID {
	present := make([]UserID, 0, r.tally.online)
	for u, m := range r.state.Members {
		if m.Online {
			present = append(present, u)
		}
	}
	return present
}

// Members is how many members the room has, online or not.
func (r *Room) Members() int { return len(r.state.Members) }
