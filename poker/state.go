package poker

import (
	"fmt"
	"maps"
	"slices"
)

// Deck has the cards of a room, from low to high. A deck without cards takes any
// value of 1 to [ValueLength] characters.
type Deck struct {
	Name  string
	Cards []string
}

// LateEstimates says whether an estimate may change after the reveal.
type LateEstimates string

// Late estimates are displayed at once unless the owner locks them.
const (
	LateAllowed LateEstimates = "allowed"
	LateLocked  LateEstimates = "locked"
)

// Options are the options of a room. The zero value is the default, except that a
// Room always writes LateAllowed for an empty LateEstimates.
type Options struct {
	AutoReveal    bool          // reveal by itself, three seconds after the last estimate
	LateEstimates LateEstimates // empty means LateAllowed
	StandIn       bool          // a member stands in for an owner who is away for thirty seconds
}

// Vote is an estimate: a card of the deck and, perhaps, a comment.
type Vote struct {
	Value   string
	Comment string
}

// String hides the estimate, in case one is printed by accident.
func (Vote) String() string { return "(estimate)" }

// Member is one user in a room, with any number of connections.
type Member struct {
	Name   string
	Mark   Mark
	Role   Role
	Online bool
	Deputy bool
	Since  Millis // when they joined
	Vote   *Vote  // nil for none; never changed in place

	// Ahead are the estimates of topics of the list; nil for none. An observer's do not
	// count.
	Ahead map[TopicID]Vote

	// Estimated says that the member has submitted an estimate in this room at some
	// time.
	Estimated bool
	// AwaySince is the time at which the member went offline, zero while they are
	// online.
	AwaySince Millis
}

// Finished is a round that has ended. Votes is empty if the round was never
// revealed: what nobody was shown is not kept.
type Finished struct {
	Round  int
	Topic  Story
	Deck   Deck
	At     Millis // when it was cleared
	Agreed string // empty when nothing was settled
	Votes  []FinishedVote
	Hidden int // how many estimates went unseen

	// RevealedBy is the user who first revealed the round, as in [State].
	RevealedBy UserID
}

// FinishedVote is one estimate of a finished round, with its user's name at that
// time.
type FinishedVote struct {
	User UserID
	Name string
	Vote Vote
}

// State is everything about a room, including hidden estimates. A store keeps it.
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
	LastTopic TopicID // the newest of the topics' ids
	Deck      Deck
	Options   Options
	Agreed    string
	Members   map[UserID]Member
	History   []Finished // oldest first; never changed in place
	Amended   int        // how often rounds of the history were changed
	RevealAt  Millis     // when the count-down to an automatic reveal ends
	TimerEnds Millis     // when the owner's timer ends
	AwaySince Millis     // since when neither owner nor deputy has been online
	StandIn   UserID     // who stands in for them; empty for nobody
	Undo      *UndoState // what can still be taken back

	// RevealedBy is the user who first revealed the current round, or [Auto]. It is
	// empty until then, and stays until the round ends, even when the round is
	// hidden again.
	RevealedBy UserID
	Code       string    // the short code, empty for none
	Locked     bool      // nobody becomes a member who is not one
	Banned     []UserID  // removed for good, oldest first
	OfferedTo  UserID    // the member whom the owner has offered the room; empty for nobody
	HandedOver bool      // the owner is not the user whom the room's id certifies
	Successor  Successor // the room that a member has gone on in
	Closed     bool      // the owner has closed the room; nothing else of it is left
}

// Auto stands for the room itself as the one who revealed a round.
const Auto UserID = "auto"

// UndoState is what Undo brings back.
type UndoState struct {
	What  string // "reveal" or "clear"
	Until Millis
	// After a clear: the round as it was. Votes has hidden estimates too, without
	// those of members who leave or no longer estimate.
	Revealed   bool
	RevealedBy UserID
	Topic      Story
	Topics     []Story
	Taken      TopicID // which of Topics the clear moved to the table; zero for none
	Agreed     string
	Successor  Successor
	Votes      map[UserID]Vote
}

// check finds states that no room can have, so that a damaged record is noticed
// when it is read and not in the middle of a meeting.
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
		m.Vote, m.Ahead = m.Vote.clone(), maps.Clone(m.Ahead)
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
