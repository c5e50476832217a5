package poker

// Event is something that happened to a room, in the past tense. No event carries
// an estimate, so every event is safe to show to every member.
//
//sumtype:decl
type Event interface{ event() }

type (
	// Joined says that User became a member.
	Joined struct{ User UserID }
	// Returned says that a member's first connection came back.
	Returned struct{ User UserID }
	// Disconnected says that a member's last connection dropped.
	Disconnected struct{ User UserID }
	// Left says that User is no longer a member, of their own will.
	Left struct{ User UserID }
	// Removed says that User was removed by the owner or a facilitator, or by the
	// room itself to free a place.
	Removed struct{ User UserID }
	// Renamed says that User has another name.
	Renamed struct{ User UserID }
	// Estimated says that User submitted or replaced their estimate, or that what they
	// had estimated ahead is now the round's.
	Estimated struct{ User UserID }
	// EstimatedAhead says that User submitted, replaced or took back their estimate of
	// a topic of the list.
	EstimatedAhead struct {
		User  UserID
		Topic TopicID
	}
	// AheadChanged says that User's estimates of topics of the list are others than
	// before, and not only because a topic is no longer there.
	AheadChanged struct{ User UserID }
	// Withdrawn says that User, who is still a member, no longer has an estimate: it
	// was taken back, dropped with a change of role or deck, or cleared.
	Withdrawn struct{ User UserID }
	// Restored says that an undo gave User their estimate back.
	Restored struct{ User UserID }
	// Revealed says that everyone now sees all estimates.
	Revealed struct{ Round int }
	// Hidden says that estimates are hidden again.
	Hidden struct{ Round int }
	// Cleared says that the round ended and Round is now the current one.
	Cleared struct{ Round int }
	// Undone says that the last reveal or clear was taken back.
	Undone struct{ Round int }
	// Settled says that the agreed value was set or taken away, or ended with
	// a hide or a change of deck.
	Settled struct{ Round int }
	// Changed says that a part of the room itself changed: topic, topics, deck,
	// options, a member's role, deputies, the timer, a count-down. It does not
	// repeat what another event implies: a [Cleared] also ends the timer and the
	// agreed value.
	Changed struct{ What Aspect }
	// OwnerChanged says that the room passed from Old, which is empty if it had no
	// owner, to New.
	OwnerChanged struct{ Old, New UserID }
	// Waiting says that User waits to be let in.
	Waiting struct{ User UserID }
	// WaitOver says that User no longer waits, and why.
	WaitOver struct {
		User UserID
		How  WaitEnd
	}
	// Closed says that the owner has closed the room and nothing is left of it.
	Closed struct{ Owner UserID }
)

func (Joined) event()         {}
func (Returned) event()       {}
func (Disconnected) event()   {}
func (Left) event()           {}
func (Removed) event()        {}
func (Renamed) event()        {}
func (Estimated) event()      {}
func (EstimatedAhead) event() {}
func (AheadChanged) event()   {}
func (Withdrawn) event()      {}
func (Restored) event()       {}
func (Revealed) event()       {}
func (Hidden) event()         {}
func (Cleared) event()        {}
func (Undone) event()         {}
func (Settled) event()        {}
func (Changed) event()        {}
func (OwnerChanged) event()   {}
func (Waiting) event()        {}
func (WaitOver) event()       {}
func (Closed) event()         {}

// WaitEnd says how a user's waiting ended.
type WaitEnd string

// The ways in which it ends.
const (
	WaitAdmitted WaitEnd = "admitted" // they are a member, or the room is no longer locked
	WaitRefused  WaitEnd = "refused"
	WaitLeft     WaitEnd = "left"  // of their own will, or to join
	WaitEnded    WaitEnd = "ended" // without a decision
)

// Aspect is the part of a room that a [Changed] is about.
type Aspect string

// The aspects of a room.
const (
	AspectTopic     Aspect = "topic"
	AspectTopics    Aspect = "topics"
	AspectDeck      Aspect = "deck"
	AspectOptions   Aspect = "options"
	AspectRole      Aspect = "role"
	AspectDeputy    Aspect = "deputy"
	AspectStandIn   Aspect = "standIn"
	AspectTimer     Aspect = "timer"
	AspectCountdown Aspect = "countdown"
	AspectUndo      Aspect = "undo" // its time is over
	AspectHistory   Aspect = "history"
	AspectOffer     Aspect = "offer" // to hand over the room
	AspectLock      Aspect = "lock"
	AspectCode      Aspect = "code"
	AspectBan       Aspect = "ban" // who is not admitted
	AspectSuccessor Aspect = "successor"
	AspectWaiting   Aspect = "waiting" // the name or the mark of somebody who waits
	AspectMark      Aspect = "mark"    // a member's
)
