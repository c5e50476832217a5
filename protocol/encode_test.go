package protocol

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"example.com/pokey/poker"
)

const (
	roomID = "06e4q1v2x9c8k7m5n3p1r0s2t4w6y8zabcdefghj"
	ada    = "3h2k9m4p6q8r0s1t3v5w7x9y2z"
	ben    = "5j4m1n6q8r0s2t3v5w7x9y2z4a"
	cleo   = "7k6n3p8r0s2t4v5w7x9y2z4a6b"
	noon   = poker.Millis(1795435200000) // 2026-11-23T12:00:00Z
)

// events is what each of the golden files in testdata/events holds.
var events = map[string]Event{
	"welcome": Welcome{
		Protocol: Version, UserID: ada, Name: "Ada", Server: "2.0.0",
		Now:    Time(time.UnixMilli(int64(noon) + 7)),
		Limits: Limits{MaxMessage, 10, 30, 40, 200, 500, 200, 1024, 4096, 10, 100, 40, 500, 200, 65536, 16384, 100, 7200},
	},
	"welcome-guest": Welcome{
		Protocol: Version, UserID: ada, Name: poker.Guest, Named: new(false), Server: "2.0.0",
		Now:    Time(time.UnixMilli(int64(noon) + 7)),
		Limits: Limits{MaxMessage, 10, 30, 40, 200, 500, 200, 1024, 4096, 10, 100, 40, 500, 200, 65536, 16384, 100, 7200},
	},
	"user-mark":         User{UserID: ada, Name: "Ada", Colour: "teal", Emoji: "🦊"},
	"roomWaiting":       RoomWaiting{RoomID: roomID, State: WaitGoesOn},
	"roomWaiting-let":   RoomWaiting{RoomID: roomID, State: WaitAdmitted},
	"ok":                OK{ID: "4"},
	"ok-durable":        OK{ID: "4", Durable: new(true)},
	"ok-notDurable":     OK{ID: "4", Durable: new(false)},
	"ok-createRoom":     OK{ID: "2", Durable: new(true), RoomID: roomID},
	"ok-ping":           OK{ID: "p-17", Now: Time(time.UnixMilli(int64(noon) + 7))},
	"error":             NewError(BadJSON),
	"error-answer":      answered(StaleRound),
	"error-retry":       answered(Unavailable),
	"user":              User{UserID: ada, Name: `Ada "Countess" <Lovelace> & sons`},
	"roomCreated":       RoomCreated{RoomID: roomID},
	"ownEstimate":       OwnEstimate{RoomID: roomID, Round: 3, Value: new("½"), Comment: "legacy parser"},
	"ownEstimate-none":  OwnEstimate{RoomID: roomID, Round: 3},
	"ownAhead":          OwnAhead{RoomID: roomID, Estimates: map[poker.TopicID]*OwnAheadVote{12: {Value: "8", Comment: "two formats"}}},
	"ownAhead-none":     OwnAhead{RoomID: roomID, Estimates: map[poker.TopicID]*OwnAheadVote{12: nil}},
	"ownAhead-all":      OwnAhead{RoomID: roomID, All: true, Estimates: map[poker.TopicID]*OwnAheadVote{7: {Value: "½"}, 12: {Value: "8", Comment: "two formats"}}},
	"roomLeft":          RoomLeft{RoomID: roomID, Reason: LeftByRequest},
	"roomLeft-removed":  RoomLeft{RoomID: roomID, Reason: LeftByRemoval},
	"roomClosed":        RoomClosed{RoomID: roomID, Reason: ClosedExpired},
	"roomClosed-closed": RoomClosed{RoomID: roomID, Reason: ClosedClosed},
	"closing":           Closing{Reason: "restart", RetryAfterMS: 1500},
	"roomHistory-none":  RoomHistory{RoomID: roomID, Rounds: []json.RawMessage{}},
}

func answered(code Code) *Error {
	e := NewError(code)
	e.ID, e.Request, e.RoomID = "5", "reveal", roomID
	return e
}

var finishedRounds = []poker.Finished{
	{
		Round: 1, Topic: poker.Story{Title: "Login page", Key: "SHOP-1", URL: "https://tracker.example/SHOP-1"}, Deck: fibonacci(), At: noon + 60_000, Agreed: "5", RevealedBy: ada,
		Votes: []poker.FinishedVote{
			{User: ada, Name: "Ada", Vote: poker.Vote{Value: "5", Comment: "legacy parser"}},
			{User: ben, Name: "Ben", Vote: poker.Vote{Value: "8"}},
			{User: cleo, Name: "Cleo", Vote: poker.Vote{Value: "?"}},
		},
	},
	{Round: 2, Deck: fibonacci(), At: noon + 120_000, Hidden: 2},
	{Round: 5, Topic: titled("Log-out page"), Deck: fibonacci(), At: noon + 180_000, Hidden: 1, RevealedBy: poker.Auto},
}

func fibonacci() poker.Deck {
	d, _ := poker.Preset("fibonacci")
	return d
}

func TestEncode(t *testing.T) {
	for name, event := range events {
		got := Encode(event)
		golden(t, "testdata/events/"+name+".json", append(got, '\n'))
		kind, _, _ := strings.Cut(name, "-")
		if !strings.HasPrefix(string(got), `{"event":"`+kind+`",`) {
			t.Errorf("%s: got %s, want the event's name first", name, got)
		}
		if !json.Valid(got) {
			t.Errorf("%s: got %s, want JSON", name, got)
		}
	}
}

// TestEncodeAnyText says that no text a client can send breaks an event.
func TestEncodeAnyText(t *testing.T) {
	for text, want := range map[string]string{
		"</script>&\u2028\u2029": "</script>&\u2028\u2029",
		"\x00\x1f\x7f\"\\/":      "\x00\x1f\x7f\"\\/",
		"☕😀":                     "☕😀",
		"\xff not UTF-8":         "\ufffd not UTF-8",
	} {
		var got struct{ Event, Name string }
		data := Encode(User{Name: text})
		if err := json.Unmarshal(data, &got); err != nil || got.Event != "user" || got.Name != want {
			t.Errorf("%q: got %q, %v, want name %q", text, got, err, want)
		}
		if strings.Contains(string(data), `\u003c`) {
			t.Errorf("%q: got %s, want no escapes for HTML", text, data)
		}
	}
}

func TestEncodePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("infinity was encoded, want a panic")
		}
	}()
	Encode(Welcome{Limits: Limits{MessageRate: math.Inf(1)}})
}

func TestTime(t *testing.T) {
	zone := time.FixedZone("east", 2*60*60)
	if got := Time(time.Date(2026, 11, 23, 14, 0, 0, 7_999_999, zone)); got != "2026-11-23T12:00:00.007Z" {
		t.Errorf("got %s, want 2026-11-23T12:00:00.007Z", got)
	}
}
