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
	Topic     Story
	CreatedAt Millis
	Deck      Deck
	Members   []MemberView // in order of their user ids
	Summary   *Summary     // nil while hidden

	Topics   []Story
	Options  Options
	Finished int    // rounds in the history
	Amended  int    // how often they were changed
	Agreed   string // empty when nothing is settled
	// AgreedNumber is the agreed value as a number; nil if it is none.
	AgreedNumber *float64
	RevealAt     Millis
	TimerEnds    Millis
	Undo         string // "reveal", "clear" or empty
	UndoUntil    Millis

	RevealedBy UserID // who first revealed the round, or [Auto]; empty for nobody yet
	Locked     bool
	OfferedTo  UserID // who may accept the room; empty for nobody
	Successor  Successor
	SucceedAt  Millis // from when on [Succeed] is possible; zero while owner or deputy are online
	// OwnerAwaySince is since when the owner has been offline; zero while they are
	// online or no member.
	OwnerAwaySince Millis

	// Unsaved is set by the caller, on a snapshot it has not shared yet, while
	// the store cannot write. A Room leaves it alone.
	Unsaved bool
}

// MemberView is a member as the others see them.
type MemberView struct {
	ID        UserID
	Name      string
	Unnamed   bool // Name is [Guest], because they have not said theirs
	Role      Role
	Online    bool
	Deputy    bool
	StandIn   bool
	Estimated bool
	Vote      *Vote // only while revealed
}

// Snapshot returns the room as every member may see it, at its version. It is
// a new one each time.
func (r *Room) Snapshot() *Snapshot {
	s := &r.state
	v := &Snapshot{
		ID:        s.ID,
		Epoch:     s.Epoch,
		Version:   s.Version,
		Owner:     s.Owner,
		Revealed:  s.Revealed,
		Round:     s.Round,
		Estimates: r.tally.estimates,
		Topic:     s.Topic,
		CreatedAt: s.CreatedAt,
		Deck:      s.Deck,
		Members:   make([]MemberView, len(r.order)),
		Topics:    s.Topics,
		Options:   s.Options,
		Finished:  len(s.History),
		Amended:   s.Amended,
		Agreed:    s.Agreed,
		RevealAt:  s.RevealAt,
		TimerEnds: s.TimerEnds,

		RevealedBy: s.RevealedBy,
		Locked:     s.Locked,
		OfferedTo:  s.OfferedTo,
		Successor:  s.Successor,
		SucceedAt:  s.succeedAt(),

		OwnerAwaySince: r.ownerAwaySince(),
	}
	if s.Undo != nil {
		v.Undo, v.UndoUntil = s.Undo.What, s.Undo.Until
	}
	for i, u := range r.order {
		m := s.Members[u]
		v.Members[i] = MemberView{
			ID:        u,
			Name:      m.displayed(),
			Unnamed:   m.Name == "",
			Role:      m.Role,
			Online:    m.Online,
			Deputy:    m.Deputy,
			StandIn:   u == s.StandIn,
			Estimated: m.Vote != nil,
		}
		if s.Revealed {
			v.Members[i].Vote = m.Vote
		}
	}
	if s.Revealed {
		v.Summary = summarise(s.Deck, v.values)
		v.AgreedNumber = agreedNumber(s.Agreed, s.Deck, v.values)
	}
	return v
}

// values are the estimates that are displayed.
func (s *Snapshot) values(yield func(string) bool) {
	for i := range s.Members {
		if v := s.Members[i].Vote; v != nil && !yield(v.Value) {
			return
		}
	}
}
