package protocol

import "example.com/pokey/poker"

// Incoming is one decoded client message.
type Incoming struct {
	ID      string // empty when the client gave none
	Name    string // the request's name, as in the message
	Request Request
	// Digest identifies the message's bytes: a message repeated after a reconnect
	// has the same one. It is not collision-resistant, so it only tells one user's
	// own messages apart.
	Digest uint64
	// Raw is the message as the client sent it, for passing it on to another node.
	Raw []byte
}

// Request is a decoded request. Its values have the right JSON type, and a role is
// one of the two; nothing more has been checked. Package poker decides whether a
// name, a deck or an option is acceptable.
//
//sumtype:decl
type Request interface{ request() }

// RoomRequest is a request about one room.
type RoomRequest interface {
	Request
	Room() poker.RoomID
}

// In holds the id of the room that a request is about.
type In struct{ RoomID poker.RoomID }

// Room returns the room's id as the client gave it, unchecked.
func (r In) Room() poker.RoomID { return r.RoomID }

type (
	// SetName asks for another displayed name, in all rooms and connections.
	SetName struct{ Name string }
	// SetMark asks for another mark, in all rooms and connections.
	SetMark struct {
		Colour *string // nil when not given, empty for none
		Emoji  *string // likewise
	}
	// CreateRoom asks for a new room owned by the user.
	CreateRoom struct {
		Topic   string
		Deck    *poker.Deck // nil for the default
		Options OptionsPatch
	}
	// ForgetMe ends the user and removes all their data.
	ForgetMe struct{}
	// Ping asks for an ok.
	Ping struct{}

	// JoinRoom joins this connection, or asks for a full status.
	JoinRoom struct {
		In
		Role poker.Role // empty when not given
		Wait bool       // if the room is locked, to be let in
	}
	// LeaveRoom takes this connection out of the room.
	LeaveRoom struct{ In }
	// Estimate submits an estimate, or takes it back when Value is nil.
	Estimate struct {
		In
		Round   int // zero when not given, here and below
		Value   *string
		Comment string
	}
	// Reveal shows all estimates.
	Reveal struct {
		In
		Round int
	}
	// Hide hides all estimates again.
	Hide struct {
		In
		Round int
	}
	// Clear starts the next round.
	Clear struct {
		In
		Round int
	}
	// SetTopic says what is being estimated.
	SetTopic struct {
		In
		Topic poker.Story
	}
	// SetRole makes the user an estimator or an observer.
	SetRole struct {
		In
		Role poker.Role
	}
	// SetDeck changes the cards.
	SetDeck struct {
		In
		Deck poker.Deck
	}
	// SetOptions changes the options that are given.
	SetOptions struct {
		In
		Options OptionsPatch
	}
	// Undo takes back the last reveal or clear.
	Undo struct {
		In
		Round int
	}
	// Settle records the agreed value; nil takes it away.
	Settle struct {
		In
		Round int
		Value *string
	}
	// AmendRound changes the agreed value of a finished round; nil takes it away.
	AmendRound struct {
		In
		Finished int // the round's number
		Value    *string
	}
	// SetTopics replaces the list of topics to come.
	SetTopics struct {
		In
		Topics []poker.Story
	}
	// AddTopics adds to the list of topics to come.
	AddTopics struct {
		In
		Topics []poker.Story
	}
	// NextTopic clears the round and makes the first topic to come the topic, or
	// the one at Index, which is counted from 0 and nil for none.
	NextTopic struct {
		In
		Round int
		Index *int
	}
	// EstimateAhead submits an estimate of a topic to come, or takes it back when Value
	// is nil.
	EstimateAhead struct {
		In
		TopicID poker.TopicID
		Value   *string
		Comment string
	}
	// RevealAhead shows all estimates of topics to come.
	RevealAhead struct {
		In
		Round int
	}
	// SetDeputy makes a member a deputy, or ends that.
	SetDeputy struct {
		In
		UserID poker.UserID
		Deputy bool
	}
	// TransferRoom offers the room to another member. The owner's own id withdraws
	// the offer.
	TransferRoom struct {
		In
		UserID poker.UserID
	}
	// AcceptRoom takes a room that is offered.
	AcceptRoom struct{ In }
	// SucceedRoom goes on in a room of the member's own, while nobody who may reveal is
	// online.
	SucceedRoom struct{ In }
	// RemoveMember removes a member from the room.
	RemoveMember struct {
		In
		UserID  poker.UserID
		ForGood bool
	}
	// RemoveAway removes all offline members but the owner and the deputies.
	RemoveAway struct{ In }
	// LockRoom keeps newcomers out, or ends that.
	LockRoom struct {
		In
		Locked bool
	}
	// AdmitUser lets somebody in who waits, or refuses that.
	AdmitUser struct {
		In
		UserID   poker.UserID
		Admitted bool
	}
	// ShowCode gives the room a short code, unless it has one.
	ShowCode struct{ In }
	// ResolveCode asks for the room that has a short code, as somebody has written it.
	// The transport answers it.
	ResolveCode struct{ Code string }
	// CloseRoom ends the room.
	CloseRoom struct{ In }
	// StartTimer starts the room's timer.
	StartTimer struct {
		In
		Seconds int
	}
	// StopTimer removes the room's timer.
	StopTimer struct{ In }
	// History asks for a page of the finished rounds.
	History struct {
		In
		Before int // rounds with a smaller number; zero when not given
		Limit  int // how many at most; zero when not given
	}
)

// OptionsPatch is the options a client wants changed; nil leaves one alone.
type OptionsPatch struct {
	AutoReveal    *bool
	LateEstimates *poker.LateEstimates
	StandIn       *bool
}

func (SetName) request()       {}
func (SetMark) request()       {}
func (CreateRoom) request()    {}
func (ForgetMe) request()      {}
func (Ping) request()          {}
func (JoinRoom) request()      {}
func (LeaveRoom) request()     {}
func (Estimate) request()      {}
func (Reveal) request()        {}
func (Hide) request()          {}
func (Clear) request()         {}
func (SetTopic) request()      {}
func (SetRole) request()       {}
func (SetDeck) request()       {}
func (SetOptions) request()    {}
func (Undo) request()          {}
func (Settle) request()        {}
func (AmendRound) request()    {}
func (SetTopics) request()     {}
func (AddTopics) request()     {}
func (NextTopic) request()     {}
func (SetDeputy) request()     {}
func (TransferRoom) request()  {}
func (AcceptRoom) request()    {}
func (SucceedRoom) request()   {}
func (RemoveMember) request()  {}
func (RemoveAway) request()    {}
func (LockRoom) request()      {}
func (AdmitUser) request()     {}
func (ShowCode) request()      {}
func (ResolveCode) request()   {}
func (CloseRoom) request()     {}
func (StartTimer) request()    {}
func (StopTimer) request()     {}
func (History) request()       {}
func (EstimateAhead) request() {}
func (RevealAhead) request()   {}
