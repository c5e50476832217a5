package poker

// Snapshot is a room as every member may see it, at one version. Later changes of
// the room do not touch it, so it may be passed between goroutines. Nobody may
// change it.
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
	Ahead    []int // how many have estimated each of the topics; nil if nobody has any
	Options  Options
	Finished int    // rounds in the history
	Amended  int    // how often they were changed
	Agreed   string // empty if nothing is settled
	// AgreedNumber is the agreed value as a number; nil if it is none.
	AgreedNumber *float64
	RevealAt     Millis
	TimerEnds    Millis
	Undo         string // "reveal", "clear" or empty
	UndoUntil    Millis

	RevealedBy UserID // who first revealed the round, or [Auto]; empty until then
	Code       string // the short code, empty for none
	Locked     bool
	OfferedTo  UserID // who may accept the room; empty if there is no offer
	Successor  Successor
	SucceedAt  Millis // when [Succeed] becomes possible; zero while the owner or a deputy is online
	// OwnerAwaySince is when the owner went offline; zero while they are online or not a
	// member.
	OwnerAwaySince Millis
	// Waiting is who waits to be let in, in the order of their asking.
	Waiting []WaiterView

	// Unsaved is set by the caller while the store cannot write, on a snapshot that
	// it has not shared yet. A Room does not set it.
	Unsaved bool
}

// MemberView is a member as others see them.
type MemberView struct {
	ID        UserID
	Name      string
	Unnamed   bool // the user has set no name, so Name is [Guest]
	Mark      Mark
	Role      Role
	Online    bool
	Deputy    bool
	StandIn   bool
	Estimated bool
	Ahead     int   // how many of the topics they have estimated
	Vote      *Vote // only while revealed
}

// Snapshot returns a new snapshot of the room at its version.
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
		Members:   r.memberViews(),
		Topics:    s.Topics,
		Ahead:     r.countAhead(),
		Options:   s.Options,
		Finished:  len(s.History),
		Amended:   s.Amended,
		Agreed:    s.Agreed,
		RevealAt:  s.RevealAt,
		TimerEnds: s.TimerEnds,

		RevealedBy: s.RevealedBy,
		Code:       s.Code,
		Locked:     s.Locked,
		OfferedTo:  s.OfferedTo,
		Successor:  s.Successor,
		SucceedAt:  r.succeedAt(),

		OwnerAwaySince: r.ownerAwaySince(),
		Waiting:        r.waiterViews(),
	}
	if s.Undo != nil {
		v.Undo, v.UndoUntil = s.Undo.What, s.Undo.Until
	}
	if s.Revealed {
		v.Summary = summarise(s.Deck, v.values)
		v.AgreedNumber = agreedNumber(s.Agreed, s.Deck, v.values)
	}
	return v
}

// memberViews returns the members as others see them, in the order of their ids.
func (r *Room) memberViews() []MemberView {
	s := &r.state
	views := make([]MemberView, len(r.order))
	for i, u := range r.order {
		m := s.Members[u]
		views[i] = MemberView{
			ID:        u,
			Name:      displayed(m.Name),
			Unnamed:   m.Name == "",
			Mark:      m.Mark,
			Role:      m.Role,
			Online:    m.Online,
			Deputy:    m.Deputy,
			StandIn:   u == s.StandIn,
			Estimated: m.Vote != nil,
			Ahead:     m.countAhead(),
		}
		if s.Revealed {
			views[i].Vote = m.Vote
		}
	}
	return views
}

// values returns the estimates that are displayed.
func (s *Snapshot) values(yield func(string) bool) {
	for i := range s.Members {
		if v := s.Members[i].Vote; v != nil && !yield(v.Value) {
			return
		}
	}
}
