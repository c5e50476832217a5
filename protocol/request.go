package protocol

import "example.com/pokey/poker"

// Incoming is one decoded client message.
type Incoming struct {
	ID      string // empty when the client gave none
	Name    string // the request's name, as in the message
	Request Request
	// Digest stands for the message's bytes: a message sent again after a
	// reconnect has the same one. It is good for telling a user's own
	// messages apart and for nothing else.
	Digest uint64
	// Raw is the message as it was written: what another node is told of it.
	Raw []byte
}

// Request is what a client may ask for. Values in it have the right JSON type, a
// role is one of the two, and nothing more is promised: whether a name, a deck
// or an option is acceptable is for package poker to say.
//
//sumtype:decl
type Request interface{ request() }

// RoomRequest is a request about one room.
type RoomRequest interface {
	Request
	Room() poker.RoomID
}

// In names the room a request is about.
type In struct{ RoomID poker.RoomID }

// Room is the room's id as the client gave it, unchecked.
func (r In) Room() poker.RoomID { return r.RoomID }

type (
	// SetName asks for another displayed name, in all rooms and connections.
	SetName struct{ Name string }
	// CreateRoom asks for a new room owned by the user.
	CreateRoom struct {
		Topic   string
		Deck    *poker.Deck // nil for the default
		Options OptionsPatch
	}
	// ForgetMe ends the user, with all that is theirs.
	ForgetMe struct{}
	// Ping asks for an ok.
	Ping struct{}

	// JoinRoom joins this connection, or asks for a full status.
	JoinRoom struct {
		In
		Role poker.Role // empty when not given
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
	// Hide hides them again.
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
		Topic string
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
	// SetTopics replaces the list of topics to come.
	SetTopics struct {
		In
		Topics []string
	}
	// NextTopic clears and moves the first topic to come to the table.
	NextTopic struct {
		In
		Round int
	}
	// SetDeputy names a deputy or takes the name away.
	SetDeputy struct {
		In
		UserID poker.UserID
		Deputy bool
	}
	// TransferRoom offers the room to another member; oneself withdraws the offer.
	TransferRoom struct {
		In
		UserID poker.UserID
	}
	// AcceptRoom takes a room that is offered.
	AcceptRoom struct{ In }
	// RemoveMember puts a member out of the room.
	RemoveMember struct {
		In
		UserID  poker.UserID
		ForGood bool
	}
	// RemoveAway puts everybody out who is offline.
	RemoveAway struct{ In }
	// LockRoom keeps newcomers out, or ends that.
	LockRoom struct {
		In
		Locked bool
	}
	// CloseRoom ends the room.
	CloseRoom struct{ In }
	// StartTimer starts the room's timer.
	StartTimer struct {
		In
		Seconds int
	}
	// StopTimer takes it away.
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

func (SetName) request()      {}
func (CreateRoom) request()   {}
func (ForgetMe) request()     {}
func (Ping) request()         {}
func (JoinRoom) request()     {}
func (LeaveRoom) request()    {}
func (Estimate) request()     {}
func (Reveal) request()       {}
func (Hide) request()         {}
func (Clear) request()        {}
func (SetTopic) request()     {}
func (SetRole) request()      {}
func (SetDeck) request()      {}
func (SetOptions) request()   {}
func (Undo) request()         {}
func (Settle) request()       {}
func (SetTopics) request()    {}
func (NextTopic) request()    {}
func (SetDeputy) request()    {}
func (TransferRoom) request() {}
func (AcceptRoom) request()   {}
func (RemoveMember) request() {}
func (RemoveAway) request()   {}
func (LockRoom) request()     {}
func (CloseRoom) request()    {}
func (StartTimer) request()   {}
func (StopTimer) request()    {}
func (History) request()      {}

// NewJoinRoom is the request to join room as whatever the user was there. It has
// no id, so only a refusal answers it.
func NewJoinRoom(room poker.RoomID) Incoming {
	in, fault := Decode(append(appendQuoted([]byte(`{"request":"joinRoom","roomId":`), string(room)), '}'))
	if fault != nil {
		panic("protocol: " + string(fault.Code)) // a room id has nothing to refuse
	}
	return in
}
