package protocol

import (
	"encoding/json"

	"example.com/pokey/poker"
)

// Event is a message from the server to a client. Statuses and patches are not
// Events but a [Status]. [Encode] encodes it.
//
//sumtype:decl
type Event interface{ event() string }

type (
	// Welcome is the first message on every connection.
	Welcome struct {
		Protocol int          `json:"protocol"`
		UserID   poker.UserID `json:"userId"`
		Name     string       `json:"name"`
		Named    *bool        `json:"named,omitempty"` // false for a guest, else absent
		Colour   string       `json:"colour,omitempty"`
		Emoji    string       `json:"emoji,omitempty"`
		Server   string       `json:"server"`
		Now      string       `json:"now"` // the server's clock, RFC 3339 with milliseconds
		Limits   Limits       `json:"limits"`
	}
	// OK answers a request that has an id.
	OK struct {
		ID      string       `json:"id"`
		Durable *bool        `json:"durable,omitempty"` // only for a request that changes a room
		RoomID  poker.RoomID `json:"roomId,omitempty"`  // only for createRoom, succeedRoom and resolveCode
		Now     string       `json:"now,omitempty"`     // only for ping
	}
	// Error says that a request had no effect.
	Error struct {
		Code      Code         `json:"code"`
		Message   string       `json:"message"`
		ID        string       `json:"id,omitempty"`
		Request   string       `json:"request,omitempty"`
		RoomID    poker.RoomID `json:"roomId,omitempty"`
		Retryable bool         `json:"retryable"`
	}
	// User says that the user's own name or mark changed.
	User struct {
		UserID poker.UserID `json:"userId"`
		Name   string       `json:"name"`
		Named  *bool        `json:"named,omitempty"` // false for a guest, else absent
		Colour string       `json:"colour,omitempty"`
		Emoji  string       `json:"emoji,omitempty"`
	}
	// RoomCreated goes to the connection that created the room.
	RoomCreated struct {
		RoomID poker.RoomID `json:"roomId"`
	}
	// OwnEstimate goes to the user's own joined connections only.
	OwnEstimate struct {
		RoomID  poker.RoomID `json:"roomId"`
		Round   int          `json:"round"`
		Value   *string      `json:"value"`
		Comment string       `json:"comment"`
	}
	// RoomWaiting says how it stands with the user's waiting at a locked room. It goes
	// to all their connections.
	RoomWaiting struct {
		RoomID poker.RoomID `json:"roomId"`
		State  WaitState    `json:"state"`
	}
	// OwnAhead goes to the user's own joined connections only. Estimates has those of
	// topics to come that changed, nil for one that is no longer there, or all of them.
	OwnAhead struct {
		RoomID    poker.RoomID                    `json:"roomId"`
		All       bool                            `json:"all,omitempty"` // the user has no others
		Estimates map[poker.TopicID]*OwnAheadVote `json:"estimates"`
	}
	// RoomLeft says that this connection is no longer in the room.
	RoomLeft struct {
		RoomID poker.RoomID `json:"roomId"`
		Reason LeftReason   `json:"reason"`
	}
	// RoomClosed says that the room is gone.
	RoomClosed struct {
		RoomID poker.RoomID `json:"roomId"`
		Reason ClosedReason `json:"reason"`
	}
	// Closing says that the server is about to close the connection.
	Closing struct {
		Reason       string `json:"reason"`
		RetryAfterMS int64  `json:"retryAfterMs"`
	}
	// RoomHistory answers history: a page of the finished rounds, oldest first.
	RoomHistory struct {
		RoomID poker.RoomID      `json:"roomId"`
		Rounds []json.RawMessage `json:"rounds"` // a FinishedRound each
		More   bool              `json:"more"`   // the room has older rounds
	}
)

// OwnAheadVote is what a user has estimated of a topic to come.
type OwnAheadVote struct {
	Value   string `json:"value"`
	Comment string `json:"comment"`
}

// FinishedRound is a round of the history. Estimates is empty if the round was
// hidden when it ended; Hidden counts the estimates that are not shown.
type FinishedRound struct {
	Round      int     `json:"round"`
	Topic      string  `json:"topic"`
	Key        string  `json:"key,omitempty"`
	URL        string  `json:"url,omitempty"`
	FinishedAt string  `json:"finishedAt"`
	Deck       string  `json:"deck"`
	Agreed     *string `json:"agreed"`
	// AgreedNumber is the agreed value as a number; absent if it is none.
	AgreedNumber *float64           `json:"agreedNumber,omitempty"`
	Estimates    []FinishedEstimate `json:"estimates"`
	Hidden       int                `json:"hidden"`
	RevealedBy   poker.UserID       `json:"revealedBy,omitempty"`
	Summary      *SummaryView       `json:"summary"` // null when nothing was revealed
}

// FinishedEstimate is one estimate of a finished round.
type FinishedEstimate struct {
	UserID  poker.UserID `json:"userId"`
	Name    string       `json:"name"`
	Value   string       `json:"value"`
	Comment string       `json:"comment"`
}

// SummaryView is a [poker.Summary] as it is on the wire.
type SummaryView struct {
	Votes        int         `json:"votes"`
	Distribution []CountView `json:"distribution"`
	Mean         *float64    `json:"mean"`
	Median       *float64    `json:"median"`
	Min          *float64    `json:"min"`
	Max          *float64    `json:"max"`
	Consensus    bool        `json:"consensus"`
	Spread       *int        `json:"spread"`
	Lowest       string      `json:"lowest,omitempty"` // of the values that have a rank, as is Highest
	Highest      string      `json:"highest,omitempty"`
	Recommended  string      `json:"recommended,omitempty"` // the card to agree on if nothing speaks against it
}

// CountView is one bar of a distribution.
type CountView struct {
	Value string `json:"value"`
	Count int    `json:"count"`
	Step  int    `json:"step,omitempty"` // among those of the deck, from 1
}

// Limits tells a client what the server takes. Zero means no limit.
type Limits struct {
	MessageBytes   int     `json:"messageBytes"`
	MessageRate    float64 `json:"messageRate"`  // requests a second
	MessageBurst   int     `json:"messageBurst"` // requests at once
	NameLength     int     `json:"nameLength"`   // graphemes, here and below
	TopicLength    int     `json:"topicLength"`
	CommentLength  int     `json:"commentLength"`
	NameBytes      int     `json:"nameBytes"`
	TopicBytes     int     `json:"topicBytes"`
	CommentBytes   int     `json:"commentBytes"`
	RoomsPerUser   int     `json:"roomsPerUser"`
	MembersPerRoom int     `json:"membersPerRoom"`
	KeyLength      int     `json:"keyLength"` // of a story
	URLBytes       int     `json:"urlBytes"`
	Topics         int     `json:"topics"` // to come
	TopicsBytes    int     `json:"topicsBytes"`
	AheadBytes     int     `json:"aheadBytes"` // of a member's estimates of them
	History        int     `json:"history"`    // finished rounds that a room keeps
	UserExpiry     int     `json:"userExpiry"` // seconds that a user lives without a connection, and their rooms with them
}

// LeftReason is the reason why a connection is no longer in a room.
type LeftReason string

// The reasons of roomLeft.
const (
	LeftByRequest LeftReason = "left"
	LeftByRemoval LeftReason = "removed"
)

// WaitState is how it stands with a user's waiting.
type WaitState string

// The states of roomWaiting.
const (
	WaitGoesOn   WaitState = "waiting"
	WaitAdmitted WaitState = "admitted"
	WaitRefused  WaitState = "refused"
	WaitEnded    WaitState = "ended"
)

// ClosedReason is the reason why a room is gone.
type ClosedReason string

// The reasons of roomClosed.
const (
	ClosedExpired ClosedReason = "expired"
	ClosedClosed  ClosedReason = "closed"
)

func (Welcome) event() string     { return "welcome" }
func (OK) event() string          { return "ok" }
func (Error) event() string       { return "error" }
func (User) event() string        { return "user" }
func (RoomCreated) event() string { return "roomCreated" }
func (OwnEstimate) event() string { return "ownEstimate" }
func (RoomWaiting) event() string { return "roomWaiting" }
func (OwnAhead) event() string    { return "ownAhead" }
func (RoomLeft) event() string    { return "roomLeft" }
func (RoomClosed) event() string  { return "roomClosed" }
func (Closing) event() string     { return "closing" }
func (RoomHistory) event() string { return "roomHistory" }
