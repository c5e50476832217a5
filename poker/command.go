package poker

// Command is what somebody asks of a room, in the imperative. By names the
// user who asks, as the session says; authority never comes from elsewhere.
// Round, where a command has one, is the round it was meant for: zero means
// whichever is current, any other that is not current is [ErrStaleRound].
//
//sumtype:decl
type Command interface {
	// apply does what the command asks, or refuses and changes nothing. It
	// returns no event exactly when there was nothing to change.
	apply(r *Room, now Millis, limits Limits) ([]Event, error)
}

type (
	// Join makes By a member, or marks a member as present again. An empty
	// Role keeps the member's role; a newcomer is then an estimator. An empty
	// Name is that of somebody who has not said theirs, who is shown as [Guest]; a
	// member keeps the old. In a full room a newcomer takes the place of the member
	// who joined last among those who have been away for [SeatGrace] and have never
	// estimated there; the owner and the deputies keep theirs.
	Join struct {
		By   UserID
		Name string
		Role Role
	}
	// Disconnect says that By's last connection has dropped. The member stays.
	Disconnect struct{ By UserID }
	// Leave removes By and their estimate.
	Leave struct{ By UserID }
	// Forget removes a user who has expired: from the room, if they are a
	// member, and their names and estimates from its history.
	Forget struct{ User UserID }
	// Rename gives By the displayed name Name.
	Rename struct {
		By   UserID
		Name string
	}
	// Estimate submits or replaces By's estimate.
	Estimate struct {
		By      UserID
		Round   int
		Value   string
		Comment string
	}
	// Withdraw takes By's estimate back.
	Withdraw struct {
		By    UserID
		Round int
	}
	// Reveal shows every estimate to everybody.
	Reveal struct {
		By    UserID
		Round int
	}
	// Hide hides the estimates again and keeps them.
	Hide struct {
		By    UserID
		Round int
	}
	// Clear ends the round, archives it and starts the next one.
	Clear struct {
		By    UserID
		Round int
	}
	// SetTopic says what is being estimated.
	SetTopic struct {
		By    UserID
		Topic Story
	}
	// SetRole makes By an estimator or an observer. An observer's estimate is
	// dropped, unless estimates are locked: then it stays as long as it is displayed.
	SetRole struct {
		By   UserID
		Role Role
	}
	// SetDeck changes the cards. In a revealed round the estimates that are no
	// longer in the deck are dropped. In a hidden one other cards drop all of them,
	// whatever they are, so that which are dropped tells nothing.
	SetDeck struct {
		By   UserID
		Deck Deck
	}
	// SetOptions changes the options that are not nil.
	SetOptions struct {
		By            UserID
		AutoReveal    *bool
		LateEstimates *LateEstimates
		StandIn       *bool
	}
	// Undo takes back the last reveal, clear or next topic, within [UndoWindow]
	// of it. A round that fell off the far end of the history stays off.
	Undo struct {
		By    UserID
		Round int
	}
	// Settle records the agreed value of a revealed round, a card of the deck or another
	// value. An empty Value unsettles it.
	Settle struct {
		By    UserID
		Round int
		Value string
	}
	// AmendRound changes the agreed value of the finished round Round, which is in the
	// history. An empty Agreed takes it away.
	AmendRound struct {
		By     UserID
		Round  int
		Agreed string
	}
	// SetTopics replaces the list of what is to be estimated next.
	SetTopics struct {
		By     UserID
		Topics []Story
	}
	// AddTopics puts more behind the list of what is to be estimated next.
	AddTopics struct {
		By     UserID
		Topics []Story
	}
	// NextTopic clears the round and moves the first of the topics to the table, or
	// the one at a Place, counted from 1: then a topic that nobody has estimated goes
	// back to the top of the list. Without any, the topic becomes empty.
	NextTopic struct {
		By    UserID
		Round int
		Place int
	}
	// SetDeputy gives or takes the right to reveal, hide, clear, settle, undo,
	// time and set topics.
	SetDeputy struct {
		By     UserID
		User   UserID
		Deputy bool
	}
	// Transfer offers the room to a member, in place of an earlier offer. An offer
	// to oneself withdraws it. It ends when that member leaves.
	Transfer struct {
		By UserID
		To UserID
	}
	// Accept makes By the owner of a room that is offered to them, or of one whose
	// deputy they are and whose owner has been away for [TakeOverDelay]. First says that
	// By is the user whom the room's id certifies as its first owner.
	Accept struct {
		By    UserID
		First bool
	}
	// Succeed says that By goes on in Room, which is By's own, because nobody who may
	// reveal has been online for [SucceedDelay], or because a revived room has no owner.
	Succeed struct {
		By   UserID
		Room RoomID
	}
	// Remove puts a member out of the room. They may join again, unless it is
	// ForGood. Removing without ForGood a user who was removed for good lets them
	// join again.
	Remove struct {
		By      UserID
		User    UserID
		ForGood bool
	}
	// RemoveAway puts everybody out who is offline, but the owner and the deputies.
	RemoveAway struct{ By UserID }
	// Lock keeps everybody out who is not a member, but the owner, or ends that.
	Lock struct {
		By     UserID
		Locked bool
	}
	// Close ends the room and forgets all that was in it.
	Close struct{ By UserID }
	// StartTimer starts or restarts the room's timer, Seconds long.
	StartTimer struct {
		By      UserID
		Seconds int
	}
	// StopTimer takes the timer away.
	StopTimer struct{ By UserID }
	// Recognise names the owner of a room that was revived without one. The
	// caller has checked it against the room's id. A room keeps the owner it has.
	Recognise struct{ Owner UserID }
	// Tick lets happen what is due by now: see [Room.Deadline].
	Tick struct{}
)

// String does not tell: an estimate that is printed by accident stays hidden.
func (Estimate) String() string { return "Estimate(hidden)" }
