package protocol

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"example.com/pokey/poker"
)

func titled(title string) poker.Story { return poker.Story{Title: title} }

// hiddenRoom is the room that most golden files start from.
func hiddenRoom() *poker.Snapshot {
	return &poker.Snapshot{
		ID: roomID, Epoch: "k3f9", Version: 7, Owner: ada, Round: 3, Estimates: 1,
		Topic: titled("Login page"), CreatedAt: noon, Finished: 2, Deck: fibonacci(),
		Members: []poker.MemberView{
			{ID: ada, Name: "Ada", Role: poker.Estimator, Online: true, Estimated: true},
			{ID: ben, Name: "Ben", Role: poker.Estimator, Online: true},
			{ID: cleo, Name: "Cleo", Role: poker.Observer, Deputy: true},
		},
		Topics:  []poker.Story{titled("Log-out page"), titled("Größe")},
		Options: poker.Options{LateEstimates: poker.LateAllowed},
	}
}

// revealedRoom is the same room when all have estimated and seen it.
func revealedRoom() *poker.Snapshot {
	s := hiddenRoom()
	s.Version, s.Revealed, s.RevealedBy, s.Estimates = 9, true, cleo, 2
	s.Undo, s.UndoUntil = "reveal", noon+70_500
	s.Members[0].Vote = &poker.Vote{Value: "5", Comment: `legacy "parser"`}
	s.Members[1].Estimated, s.Members[1].Vote = true, &poker.Vote{Value: "8"}
	s.Summary = poker.Summarise(s.Deck, []poker.Vote{*s.Members[0].Vote, *s.Members[1].Vote})
	return s
}

// fullRoom has every field there is.
func fullRoom() *poker.Snapshot {
	s := revealedRoom()
	s.AgreedNumber = new(5.)
	s.Successor = poker.Successor{Room: roomID, By: ben}
	s.OwnerAwaySince, s.SucceedAt = noon-60_000, noon-30_000
	s.Agreed, s.Amended, s.Unsaved = "5", 1, true
	s.Topic = poker.Story{Title: "Login page", Key: "SHOP-1", URL: "https://tracker.example/SHOP-1", Estimate: "5"}
	s.Ahead, s.Members[0].Ahead = []int{0, 1}, 1
	s.Topics = []poker.Story{{Title: "Log-out page", ID: 7}, {Title: "Größe", ID: 12, Key: "SHOP-3", URL: "https://tracker.example/SHOP-3", Estimate: "½"}}
	s.RevealedBy, s.Code, s.Locked, s.OfferedTo = poker.Auto, "k7m2qx", true, cleo
	s.RevealAt, s.TimerEnds = noon+3_000, noon+300_000
	s.Options = poker.Options{AutoReveal: true, LateEstimates: poker.LateLocked, StandIn: true}
	s.Members[1].StandIn = true
	s.Members[1].Mark = poker.Mark{Colour: "teal", Emoji: "🦊"}
	s.Waiting = []poker.WaiterView{
		{ID: poker.UserID("8" + ada[1:]), Name: "Dora", Mark: poker.Mark{Colour: "red"}},
		{ID: poker.UserID("9" + ada[1:]), Name: poker.Guest, Unnamed: true},
	}
	s.Members[1].Name, s.Members[1].Unnamed = poker.Guest, true
	return s
}

func emptyRoom() *poker.Snapshot {
	return &poker.Snapshot{ID: roomID, Epoch: "k3f9", Version: 1, Round: 1, CreatedAt: noon, Deck: poker.Deck{Name: "Free"}}
}

func TestAppendStatus(t *testing.T) {
	for name, s := range map[string]*poker.Snapshot{
		"hidden": hiddenRoom(), "revealed": revealedRoom(), "full": fullRoom(), "empty": emptyRoom(),
	} {
		got := AppendStatus([]byte("before "), s)
		status, ok := strings.CutPrefix(string(got), "before ")
		if !ok || !json.Valid([]byte(status)) {
			t.Errorf("%s: got %s, want JSON", name, got)
		}
		golden(t, "testdata/events/roomStatus-"+name+".json", []byte(status+"\n"))
	}
}

// TestOrderOnTheWire is for clients that peek instead of parsing.
func TestOrderOnTheWire(t *testing.T) {
	status := string(AppendStatus(nil, fullRoom()))
	at := 0
	for _, key := range []string{
		"event", "roomId", "version", "room", "id", "epoch", "ownerId", "revealed", "round", "estimates",
		"topic", "createdAt", "finished", "agreed", "revealedBy", "code", "locked", "offeredTo", "ownerAwaySince", "succeedAt", "revealAt", "timerEndsAt", "undo", "undoUntil", "saved",
		"options", "autoReveal", "lateEstimates", "standIn", "deck", "name", "cards", "topics", "title", "topicId", "ahead", "12", "waiting", "userId", "name", "named", "members",
		ada, "name", "role", "online", "estimated", "ahead", "estimate", "value", "comment",
		ben, "name", "named", "colour", "emoji", "role", "online", "estimated", "standIn", "estimate", "value", "comment",
		cleo, "name", "role", "online", "estimated", "deputy",
		"summary", "votes", "distribution", "value", "count", "mean", "median", "min", "max", "consensus", "spread",
	} {
		i := strings.Index(status[at:], `"`+key+`":`)
		if i < 0 {
			t.Fatalf("got %s, want %s after those before it", status, key)
		}
		at += i + 1
	}
}

// TestSummaryHasOneShape compares the summary of a status with that of the
// history, which is encoded in another way.
func TestSummaryHasOneShape(t *testing.T) {
	deck := fibonacci()
	for _, s := range []*poker.Summary{
		nil,
		poker.Summarise(deck, nil),
		poker.Summarise(deck, []poker.Vote{{Value: "?"}}),
		poker.Summarise(deck, []poker.Vote{{Value: "3"}, {Value: "5"}, {Value: "5"}}),
		poker.Summarise(poker.Deck{}, []poker.Vote{{Value: "½"}, {Value: "-0.0001"}, {Value: `"<"`}, {Value: "9999999999999999"}}),
		{Mean: new(math.Inf(1)), Median: new(math.NaN()), Min: new(3.5), Distribution: []poker.Count{}},
	} {
		want, err := json.Marshal(newSummary(s))
		if err != nil {
			t.Fatal(err)
		}
		d := delta{full: true}
		d.summary(nil, s)
		if got := string(d.out); got != `,"summary":`+strings.ReplaceAll(string(want), `\u003c`, "<") {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestHiddenMeansHidden gives the encoder a snapshot that no room makes.
func TestHiddenMeansHidden(t *testing.T) {
	prev, next := hiddenRoom(), hiddenRoom()
	next.Version++
	next.Members[0].Vote = &poker.Vote{Value: "canary", Comment: "canary"}
	next.Members[1].Vote = &poker.Vote{Value: "canary", Comment: "canary"}
	patch, ok := AppendPatch(nil, prev, next)
	if !ok || strings.Contains(string(AppendStatus(patch, next)), "canary") {
		t.Errorf("got %s, want no hidden estimate in it", AppendStatus(patch, next))
	}
}

func TestNewStatus(t *testing.T) {
	prev, next := hiddenRoom(), hiddenRoom()
	next.Version, next.Topic = 12, titled("Log-out page")
	patch, _ := AppendPatch(nil, prev, next)
	revived := hiddenRoom()
	revived.Epoch = "earlier"
	for name, c := range map[string]struct {
		prev  *poker.Snapshot
		since uint64
		patch []byte
	}{
		"first":   {nil, 0, nil},
		"next":    {prev, 7, patch},
		"no step": {revived, 0, nil},
	} {
		s := NewStatus(c.prev, next)
		if s.RoomID != roomID || s.Version != 12 || s.Since != c.since || string(s.Patch) != string(c.patch) {
			t.Errorf("%s: got %+v with patch %s, want since %d and patch %s", name, s, s.Patch, c.since, c.patch)
		}
		once, again := s.Full(), s.Full()
		if string(once) != string(AppendStatus(nil, next)) || &once[0] != &again[0] {
			t.Errorf("%s: got %s, want the status, encoded once", name, once)
		}
	}
}

// bigRoom has n members, all online and with an estimate.
func bigRoom(n int) *poker.Snapshot {
	s := hiddenRoom()
	s.Estimates, s.Members = n, make([]poker.MemberView, n)
	for i := range s.Members {
		s.Members[i] = poker.MemberView{
			ID: poker.UserID(fmt.Sprintf("%026d", i)), Name: fmt.Sprintf("Member %d", i),
			Role: poker.Estimator, Online: true, Estimated: true,
		}
	}
	return s
}

func BenchmarkAppendStatus(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := bigRoom(n)
			dst := AppendStatus(nil, s)
			b.SetBytes(int64(len(dst)))
			b.ReportAllocs()
			for b.Loop() {
				dst = AppendStatus(dst[:0], s)
			}
		})
	}
}

func BenchmarkAppendPatch(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			prev, next := bigRoom(n), bigRoom(n)
			next.Version++
			next.Estimates--
			next.Members[n/2].Estimated = false
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				var ok bool
				if dst, ok = AppendPatch(dst[:0], prev, next); !ok {
					b.Fatal("no patch")
				}
			}
		})
	}
}
