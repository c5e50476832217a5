package poker

// Command is a request to a room, in the imperative. By is the user who asks,
// according to the session; authority never comes from anywhere else. Round, in
// commands that have one, is the round that the command is meant for: zero means
// the current one, and any other but the current one is [ErrStaleRound].
//
//sumtype:decl
type Command interface {
	// apply executes the command, or refuses it and changes nothing. It returns no
	// event exactly if there was nothing to change.
	apply(r *Room, now Millis, limits Limits) ([]Event, error)
}

type (
	// Join makes By a member, or marks a member as online again. With an empty Role
	// a member keeps theirs, and a newcomer is an estimator. With an empty Name a
	// member keeps theirs, and a newcomer is shown as [Guest]. In a full room a
	// newcomer takes the place of the member who joined last among those who have
	// been offline for [SeatGrace] and have never estimated there; the owner and the
	// deputies keep theirs.
	//
	// With Wait a newcomer who finds the room locked waits to be let in, for [WaitSpan]
	// from their last Join on. Origin tells apart where those who wait come from: if
	// [WaitingLength] users wait, one of an origin with many of them gives way to
	// somebody of one with fewer.
	Join struct {
		By     UserID
		Name   string
		Mark   Mark
		Role   Role
		Wait   bool
		Origin uint64
	}
	// Disconnect says that By's last connection has dropped. By stays a member.
	Disconnect struct{ By UserID }
	// Leave removes By and their estimate, or ends their waiting.
	Leave struct{ By UserID }
	// Forget removes a user who has expired: from the members, and their names and
	// estimates from the history.
	Forget struct{ User UserID }
	// Rename gives By the displayed name Name.
	Rename struct {
		By   UserID
		Name string
	}
	// SetMark gives By another mark.
	SetMark struct {
		By   UserID
		Mark Mark
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
	// dropped, unless it is displayed and late estimates are locked.
	SetRole struct {
		By   UserID
		Role Role
	}
	// SetDeck changes the cards. In a revealed round the estimates that are no
	// longer in the deck are dropped. In a hidden round all estimates are dropped if
	// the cards differ, so that nobody learns anything from which are dropped; so are
	// always those that were made ahead.
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
	// Undo takes back the last reveal, clear or next topic, within [UndoWindow] of
	// it. Undoing does not bring back a round that was dropped from the history
	// meanwhile.
	Undo struct {
		By    UserID
		Round int
	}
	// Settle records the agreed value of a revealed round, a card of the deck or
	// another value. An empty Value removes it.
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
	// SetTopics replaces the list of topics to come. A topic that was there before
	// keeps its ID and its estimates: it is the one with the ID that is given, or else
	// one with the same title and key.
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
	// the one at a Place, counted from 1: then a topic whose estimates nobody has seen
	// goes back to the top of the list, and they with it; a reason for which
	// [AheadBytes] leaves no room is shortened. Without any, the topic becomes empty.
	NextTopic struct {
		By    UserID
		Round int
		Place int
	}
	// EstimateAhead submits or replaces By's estimate of a topic of the list, which
	// becomes the round's if the topic does. It counts while By is an estimator.
	EstimateAhead struct {
		By      UserID
		Topic   TopicID
		Value   string
		Comment string
	}
	// WithdrawAhead takes By's estimate of a topic of the list back.
	WithdrawAhead struct {
		By    UserID
		Topic TopicID
	}
	// RevealAhead shows all estimates that were made ahead. Each topic that has some
	// becomes a finished round, in the order of the list, at most as many as the history
	// keeps. If the current round has estimates, it is revealed and ends as the first of
	// them, and the next topic takes its place. It cannot be undone.
	RevealAhead struct {
		By    UserID
		Round int
	}
	// SetDeputy makes User a deputy, who may do what a facilitator may, or ends
	// that.
	SetDeputy struct {
		By     UserID
		User   UserID
		Deputy bool
	}
	// Transfer offers the room to a member and replaces an earlier offer. An offer
	// to oneself withdraws it. It ends when that member leaves.
	Transfer struct {
		By UserID
		To UserID
	}
	// Accept makes By the owner of a room that is offered to them, or of a room
	// whose deputy they are and whose owner has been away for [TakeOverDelay]. First
	// says that the room's id certifies By as its first owner.
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
	// Adopt gives a room that a member goes on in the settings of the old one.
	Adopt struct{ Settings Settings }
	// Remove removes a member from the room. They may join again, unless it is
	// ForGood. Removing without ForGood a user who was removed for good lets them
	// join again.
	Remove struct {
		By      UserID
		User    UserID
		ForGood bool
	}
	// ShowCode gives the room a short code, which newcomers may enter instead of
	// following the link. A room that has a code keeps it. An empty Code changes
	// nothing: it asks whether By may do this.
	ShowCode struct {
		By   UserID
		Code string
	}
	// RemoveAway removes all offline members but the owner and the deputies.
	RemoveAway struct{ By UserID }
	// Lock refuses new members, except the owner and those who are let in, or ends
	// that. Its end ends all waiting.
	Lock struct {
		By     UserID
		Locked bool
	}
	// Admit makes User, who waits, a member, or refuses that. Who was refused cannot
	// wait again for [RefusalSpan].
	Admit struct {
		By     UserID
		User   UserID
		Refuse bool
	}
	// Close ends the room and removes all that was in it.
	Close struct{ By UserID }
	// StartTimer starts or restarts the room's timer, Seconds long.
	StartTimer struct {
		By      UserID
		Seconds int
	}
	// StopTimer removes the timer.
	StopTimer struct{ By UserID }
	// Recognise sets the owner of a room that was revived without one. The caller
	// has checked them against the room's id. A room that has an owner keeps them.
	Recognise struct{ Owner UserID }
	// Tick does what is due: see [Room.Deadline].
	Tick struct{}
)

// String hides the estimate, in case one is printed by accident.
func (Estimate) String() string { return "Estimate(hidden)" }

// String hides the estimate, in case one is printed by accident.
func (EstimateAhead) String() string { return "EstimateAhead(hidden)" }
