package poker

// Deck is the cards of a room, in order from low to high. A deck without cards
// takes any value.
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

// Options are what the owner has switched on. The zero value is the default.
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

// Member is one user in a room, however many connections they have.
type Member struct {
	Name   string
	Role   Role
	Online bool
	Deputy bool
	Since  Millis // when they joined
	Vote   *Vote  // nil when there is none; never changed in place
}

// Finished is a round that has been cleared. Votes is empty when the round was
// never revealed: what nobody was shown is not kept.
type Finished struct {
	Round  int
	Topic  string
	Deck   Deck
	At     Millis // when it was cleared
	Agreed string // empty when nothing was settled
	Votes  []FinishedVote
	Hidden int // how many estimates went unseen
}

// FinishedVote is one estimate of a finished round, with its user's name then.
type FinishedVote struct {
	User UserID
	Name string
	Vote Vote
}

// State is everything a room is, and what a store keeps of it. It is encoded
// by its field names, so a field is added and never renamed.
type State struct {
	ID        RoomID
	Epoch     string // new whenever the room starts from its id alone
	Owner     UserID // empty until the owner of a revived room is recognised
	CreatedAt Millis
	Version   uint64
	Round     int
	Revealed  bool
	Topic     string
	Topics    []string
	Deck      Deck
	Options   Options
	Agreed    string
	Members   map[UserID]Member
	History   []Finished // oldest first
	RevealAt  Millis     // when the count-down to an automatic reveal ends
	TimerEnds Millis     // when the owner's timer ends
	AwaySince Millis     // since when neither owner nor deputy has been online
	Undo      *UndoState // what can still be taken back
}

// UndoState is what Undo would bring back.
type UndoState struct {
	What  string // "reveal" or "clear"
	Until Millis
	// For a clear: the round as it was.
	Revealed bool
	Topic    string
	Topics   []string
	Agreed   string
	Votes    map[UserID]Vote
}
