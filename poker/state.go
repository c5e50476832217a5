package poker

import (
	"fmt"
	"maps"
	"slices"
)

// Deck is the cards of a room, in order from low to high. A deck without cards
// takes any value of 1 to [ValueLength] characters.
type Deck struct {
	Name  string
	Cards []string
}

// LateEstimates says what happens to an estimate that comes after the reveal.
type LateEstimates string

// Late estimates are displayed at once unless the owner locks them.
const (
	LateAllowed LateEstimates = "allowed"
	LateLocked  LateEstimates = "locked"
)

// Options are what the owner has switched on. The zero value is the default,
// but a Room always says LateAllowed where that is meant.
type Options struct {
	AutoReveal    bool          // reveal by itself, three seconds after the last estimate
	LateEstimates LateEstimates // empty means LateAllowed
	StandIn       bool          // somebody stands in for an owner away for thirty seconds
}

// Vote is an estimate: a card of the deck and, perhaps, the reason for it.
type Vote struct {
	Value   string
	Comment string
}

// String does not tell: an estimate that is printed by accident stays hidden.
func (Vote) String() string { return "(estimate)" }

// Member is one user in a room, however many connections they have.
type Member struct {
	Name   string
	Role   Role
	Online bool
	Deputy bool
	Since  Millis // when they joined
	Vote   *Vote  // nil when there is none; never changed in place

	// Estimated says that the member has submitted an estimate in this room, ever.
	Estimated bool
	// AwaySince is when the member went offline; zero while they are online.
	AwaySince Millis
}

// Finished is a round that has been cleared. Votes is empty when the round was
// never revealed: what nobody was shown is not kept.
type Finished struct {
	Round  int
	Topic  Story
	Deck   Deck
	At     Millis // when it was cleared
	Agreed string // empty when nothing was settled
	Votes  []FinishedVote
	Hidden int // how many estimates went unseen

	// RevealedBy is who first revealed the round, as in [State].
	RevealedBy UserID
}

// FinishedVote is one estimate of a finished round, with its user's name then.
type FinishedVote struct {
	User UserID
	Name string
	Vote Vote
}

// State is everything a room is, hidden estimates included, and what a store
// keeps of it.
type State struct {
	ID        RoomID
	Epoch     string // new whenever the room starts from its id alone
	Owner     UserID // empty until the owner of a revived room is recognised
	CreatedAt Millis
	Version   uint64
	Round     int
	Revealed  bool
	Topic     Story
	Topics    []Story
	Deck      Deck
	Options   Options
	Agreed    string
	Members   map[UserID]Member
	History   []Finished // oldest first; what a round holds is never changed in place
	Amended   int        // how often rounds of the history were changed
	RevealAt  Millis     // when the count-down to an automatic reveal ends
	TimerEnds Millis     // when the owner's timer ends
	AwaySince Millis     // since when neither owner nor deputy has been online
	StandIn   UserID     // who stands in for them; empty for nobody
	Undo      *UndoState // what can still be taken back

	// RevealedBy is who first revealed the current round: a user, or [Auto]. It is
	// empty until then, and stays until the round ends, also when it is hidden again.
	RevealedBy UserID
	Locked     bool      // nobody becomes a member who is not one
	Banned     []UserID  // removed for good, oldest first
	OfferedTo  UserID    // the member whom the owner has offered the room; empty for nobody
	HandedOver bool      // the owner is not the user whom the room's id certifies
	Successor  Successor // the room that a member has gone on in
	Closed     bool      // the owner has closed the room; nothing else of it is left
}

// Auto stands for the room itself where a [State] names who revealed a round.
const Auto UserID = "auto"

// UndoState is what Undo would bring back.
type UndoState struct {
	What  string // "reveal" or "clear"
	Until Millis
	// For a clear: the round as it was. Votes holds hidden estimates too, and
	// loses those of members who leave or no longer estimate.
	Revealed   bool
	RevealedBy UserID
	Topic      Story
	Topics     []Story
	Agreed     string
	Successor  Successor
	Votes      map[UserID]Vote
}

// check tells what no room can be, so that a damaged record is found when it
// is read and not in the middle of a meeting.
func (s *State) check() error {
	switch {
	case s.ID == "":
		return fmt.Errorf("%w: no id", ErrState)
	case s.Version < 1 || s.Round < 1:
		return fmt.Errorf("%w: version %d, round %d", ErrState, s.Version, s.Round)
	case s.Options.LateEstimates != "" && !s.Options.LateEstimates.valid():
		return fmt.Errorf("%w: unknown option", ErrState)
	case len(s.Banned) > BanLength:
		return fmt.Errorf("%w: %d users are not admitted", ErrState, len(s.Banned))
	case len(s.History) > HistoryLength:
		return fmt.Errorf("%w: %d rounds in the history", ErrState, len(s.History))
	case s.Undo != nil && s.Undo.What != undoReveal && (s.Undo.What != undoClear || s.Round < 2):
		return fmt.Errorf("%w: unknown undo", ErrState)
	}
	for _, m := range s.Members {
		if !m.Role.valid() {
			return fmt.Errorf("%w: a member without a role", ErrState)
		}
		if m.Vote != nil && m.Role != Estimator && !s.Revealed {
			return fmt.Errorf("%w: an observer with an estimate", ErrState)
		}
	}
	return nil
}

// clone copies everything.
func (s State) clone() State {
	s.Topics = slices.Clone(s.Topics)
	s.Deck = s.Deck.clone()
	s.Members = maps.Clone(s.Members)
	for u, m := range s.Members {
		m.Vote = m.Vote.clone()
		s.Members[u] = m
	}
	s.Banned = slices.Clone(s.Banned)
	s.History = slices.Clone(s.History)
	for i, f := range s.History {
		s.History[i].Deck = f.Deck.clone()
		s.History[i].Votes = slices.Clone(f.Votes)
	}
	if s.Undo != nil {
		undo := *s.Undo
		undo.Topics = slices.Clone(undo.Topics)
		undo.Votes = maps.Clone(undo.Votes)
		s.Undo = &undo
	}
	return s
}

func (v *Vote) clone() *Vote {
	if v == nil {
		return nil
	}
	c := *v
	return &c
}
