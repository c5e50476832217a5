package actors_test

import (
	"encoding/json"

	"example.com/pokey/poker"
)

// event is what a client was sent, as far as tests look at it. Which fields are set
// depends on the kind of event.
type event struct {
	raw []byte

	Event     string
	ID        string
	Code      string
	Reason    string
	Protocol  int
	RoomID    poker.RoomID
	UserID    poker.UserID
	Name      string
	Named     *bool
	Colour    string
	Emoji     string
	State     string // of a roomWaiting
	Durable   *bool
	Round     int
	Value     *string // of an ownEstimate
	Comment   string
	Rounds    []roundView
	More      bool
	Version   uint64
	Room      *roomView
	All       bool
	Estimates map[string]*estimateView // of an ownAhead, by topic
}

// roomView is a room as a status shows it.
type roomView struct {
	Epoch     string
	OwnerID   poker.UserID
	OfferedTo poker.UserID
	Successor struct{ RoomID, By string }
	Story     poker.Story
	Topics    []poker.Story
	Ahead     map[string]int // by topic
	Options   struct{ AutoReveal bool }
	Topic     string
	Round     int
	Estimates int
	Finished  int
	Revealed  bool
	Code      string
	Locked    bool
	Saved     *bool // only sent if it is false
	CreatedAt string
	TimerEnds string
	Deck      struct{ Name string }
	Summary   *struct{ Mean float64 }
	Members   map[poker.UserID]*memberView
	Waiting   []waiterView
}

// waiterView is somebody who waits, as a status shows them.
type waiterView struct {
	UserID              poker.UserID
	Name, Colour, Emoji string
}

// memberView is a member as a status shows them.
type memberView struct {
	absent bool // not a member

	Name      string
	Named     *bool
	Colour    string
	Emoji     string
	Online    bool
	Estimated bool
	Ahead     int
	Deputy    bool
	Estimate  *estimateView
}

type estimateView struct{ Value, Comment string }

// roundView is a finished round of the history.
type roundView struct {
	Round     int
	Topic     string
	Estimates []estimateView
}

func decodeEvent(raw []byte) (event, error) {
	e := event{raw: raw}
	err := json.Unmarshal(raw, &e)
	return e, err
}

// String is the event as the client got it.
func (e event) String() string { return string(e.raw) }

// value is a user's own estimate, or "" if there is none.
func (e event) value() string {
	if e.Value == nil {
		return ""
	}
	return *e.Value
}

// shown returns a member's estimate, which is empty while it is hidden.
func (m memberView) shown() estimateView {
	if m.Estimate == nil {
		return estimateView{}
	}
	return *m.Estimate
}

// is reports whether an optional field was sent with that value.
func is(field *bool, value bool) bool { return field != nil && *field == value }

// lasting is what of a room must not change while it is not in memory.
type lasting struct {
	Epoch                      string
	Owner                      poker.UserID
	Topic                      string
	Round, Estimates, Finished int
	CreatedAt, TimerEnds       string
}

func (r roomView) lasting() lasting {
	return lasting{r.Epoch, r.OwnerID, r.Topic, r.Round, r.Estimates, r.Finished, r.CreatedAt, r.TimerEnds}
}

func (r roomView) String() string   { return asJSON(r) }
func (m memberView) String() string { return asJSON(m) }

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
