package poker

// Snapshot is a room as every member may see it, at one version. It shares no
// memory with the room that a later change would touch, so it may cross
// goroutines; nobody changes it.
type Snapshot struct {
	ID        RoomID
	Epoch     string
	Version   uint64
	Owner     UserID
	Revealed  bool
	Round     int
	Estimates int
	Topic     string
	CreatedAt Millis
	Deck      Deck
	Members   []MemberView // in order of their user ids
	Summary   *Summary     // nil while hidden

	Topics    []string
	Options   Options
	Finished  int    // rounds in the history
	Agreed    string // empty when nothing is settled
	RevealAt  Millis
	TimerEnds Millis
	Undo      string // "reveal", "clear" or empty
	UndoUntil Millis

	// Unsaved is set by the caller, on a snapshot it has not shared yet, while
	// the store cannot write. A Room leaves it alone.
	Unsaved bool
}

// MemberView is a member as the others see them.
type MemberView struct {
	ID        UserID
	Name      string
	Role      Role
	Online    bool
	Deputy    bool
	StandIn   bool
	Estimated bool
	Vote      *Vote // only while revealed
}

// Summary is what the numbers of a revealed round say. The numbers are nil
// where they have no meaning.
type Summary struct {
	Votes        int
	Distribution []Count // in deck order; values outside the deck follow, sorted
	Mean         *float64
	Median       *float64
	Min          *float64
	Max          *float64
	Consensus    bool // all equal, and at least two
	Spread       *int // steps in the deck between the lowest and highest number-like card
}

// Count says how many members gave a value.
type Count struct {
	Value string
	Count int
}
