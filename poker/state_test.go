package poker_test

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/pokey/poker"
)

// TestHistoryLength plays more rounds than a room keeps.
func TestHistoryLength(t *testing.T) {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.Deck{})
	apply(t, room, start, poker.Join{By: "olga", Name: "Olga"})
	for range 105 {
		apply(t, room, start, poker.Estimate{By: "olga", Value: "5"})
		apply(t, room, start, poker.Clear{By: "olga"})
	}
	h := room.History()
	if len(h) != poker.HistoryLength || h[0].Round != 6 || h[99].Round != 105 {
		t.Fatalf("got %d rounds, from %d, want 100 from 6", len(h), h[0].Round)
	}
	apply(t, room, start, poker.Undo{By: "olga"})
	if h = room.History(); len(h) != 99 || h[98].Round != 104 || room.Round() != 105 {
		t.Fatalf("after an undo: got %d rounds, in round %d, want 99 in round 105", len(h), room.Round())
	}
}

func TestTopicsLength(t *testing.T) {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.Deck{})
	topics := slices.Repeat(stories([]string{"Topic"}), 201)
	if _, err := room.Apply(start, poker.SetTopics{By: "olga", Topics: topics}, poker.Limits{}); !errors.Is(err, poker.ErrInvalidTopic) {
		t.Errorf("201 topics: got %v, want ErrInvalidTopic", err)
	}
	apply(t, room, start, poker.SetTopics{By: "olga", Topics: topics[:200]})
	topics[0].Title = "changed"
	if s := room.Snapshot(); len(s.Topics) != 200 || s.Topics[0].Title != "Topic" {
		t.Errorf("got %d topics, first %q, want 200, first Topic", len(s.Topics), s.Topics[0].Title)
	}
}

// TestStateIsACopy changes all of what a room hands to the store, and what it
// was restored from.
func TestStateIsACopy(t *testing.T) {
	room := restless(t)
	want := dump(whole(room))
	spoil := func(s poker.State) {
		s.Topics[0].Title, s.Deck.Cards[0] = "spoilt", "spoilt"
		s.Members["ada"].Vote.Value = "spoilt"
		s.Members["new"] = poker.Member{}
		s.History[0] = poker.Finished{Round: 99} // what is in it, nobody changes
		s.Undo.Topics[0].Title = "spoilt"
		s.Undo.Votes["ada"] = poker.Vote{Value: "spoilt"}
	}
	s := whole(room)
	restored, err := poker.Restore(s)
	if err != nil {
		t.Fatal(err)
	}
	wantRestored := dump(whole(restored))
	spoil(s)
	room.Own("ada").Value = "spoilt"
	if got := dump(whole(room)); got != want {
		t.Errorf("the room changed with its copy:\n got %s\nwant %s", got, want)
	}
	if got := dump(whole(restored)); got != wantRestored {
		t.Errorf("the restored room changed with its source:\n got %s\nwant %s", got, wantRestored)
	}
}

// restless makes a room with something in every field.
func restless(t *testing.T) *poker.Room {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
	apply(t, room, start, poker.Join{By: "ada", Name: "Ada"})
	apply(t, room, start, poker.SetTopics{By: "olga", Topics: stories([]string{"One", "Two", "Three"})})
	apply(t, room, start, poker.SetOptions{By: "olga", AutoReveal: new(true), StandIn: new(true)})
	apply(t, room, start, poker.Estimate{By: "ada", Value: "5", Comment: canary})
	apply(t, room, start, poker.Reveal{By: "olga"})
	apply(t, room, start, poker.NextTopic{By: "olga"})
	s := whole(room)
	s.Members["ada"] = poker.Member{Name: "Ada", Role: poker.Estimator, Since: start, Vote: &poker.Vote{Value: "8", Comment: canary}}
	room, err := poker.Restore(s)
	if err != nil {
		t.Fatal(err)
	}
	return room
}

func TestRestoreRefuses(t *testing.T) {
	for what, spoil := range map[string]func(*poker.State){
		"no id":            func(s *poker.State) { s.ID = "" },
		"no version":       func(s *poker.State) { s.Version = 0 },
		"no round":         func(s *poker.State) { s.Round = 0 },
		"unknown option":   func(s *poker.State) { s.Options.LateEstimates = "never" },
		"unknown undo":     func(s *poker.State) { s.Undo.What = "join" },
		"undo of nothing":  func(s *poker.State) { s.Undo.What, s.Round = "clear", 1 },
		"no role":          func(s *poker.State) { s.Members["bob"] = poker.Member{Name: "Bob"} },
		"observing voter":  func(s *poker.State) { m := s.Members["ada"]; m.Role = poker.Observer; s.Members["ada"] = m },
		"too long history": func(s *poker.State) { s.History = make([]poker.Finished, poker.HistoryLength+1) },
	} {
		s := whole(restless(t))
		spoil(&s)
		if room, err := poker.Restore(s); room != nil || !errors.Is(err, poker.ErrState) || strings.Contains(fmt.Sprint(err), canary) {
			t.Errorf("%s: got %v, want ErrState without an estimate", what, err)
		}
	}
}

// TestRestoreSparse takes a record as an encoding that leaves out empty fields
// would give it back.
func TestRestoreSparse(t *testing.T) {
	room, err := poker.Restore(poker.State{ID: "kitchen", Version: 3, Round: 1, Deck: poker.Deck{Name: "free"}})
	if err != nil {
		t.Fatal(err)
	}
	apply(t, room, start, poker.Join{By: "ada"})
	if s := room.Snapshot(); s.Options.LateEstimates != poker.LateAllowed || s.Version != 4 {
		t.Errorf("got %+v, want late estimates allowed at version 4", s)
	}
	if room.Deserted() || room.Members() != 1 {
		t.Error("a room with a member is deserted")
	}
	if room.Touch(); room.Version() != 5 {
		t.Errorf("after Touch: got version %d, want 5", room.Version())
	}
	apply(t, room, start, poker.Leave{By: "ada"})
	if !room.Deserted() || room.Has("ada") {
		t.Error("a room without owner and members is not deserted")
	}
}

// TestSnapshotsAreNew lets a caller mark one, which must not mark the next.
func TestSnapshotsAreNew(t *testing.T) {
	room := restless(t)
	room.Snapshot().Unsaved = true
	if room.Snapshot().Unsaved {
		t.Error("got the same snapshot twice, want two")
	}
}

// TestWhatIsHandedOutStays goes on with the room after it has given away what
// others may still be reading.
func TestWhatIsHandedOutStays(t *testing.T) {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
	for _, u := range []poker.UserID{"olga", "ada", "bob"} {
		apply(t, room, start, poker.Join{By: u, Name: string(u)})
		apply(t, room, start, poker.Estimate{By: u, Value: "5"})
	}
	apply(t, room, start, poker.SetTopics{By: "olga", Topics: stories([]string{"One", "Two"})})
	apply(t, room, start, poker.Reveal{By: "olga"})
	snapshot := room.Snapshot()
	wantSnapshot := dump(snapshot)
	apply(t, room, start, poker.Clear{By: "olga"})
	history := room.History()
	wantHistory := dump(history)

	for _, c := range []poker.Command{
		poker.Forget{User: "bob"},
		poker.Undo{By: "olga"},
		poker.Estimate{By: "ada", Value: "8", Comment: "changed"},
		poker.NextTopic{By: "olga"},
		poker.Undo{By: "olga"},
		poker.SetTopics{By: "olga", Topics: stories([]string{"Three", "Four"})},
		poker.Rename{By: "ada", Name: "Ada L."},
		poker.Clear{By: "olga"},
		poker.Forget{User: "ada"},
		poker.SetDeck{By: "olga", Deck: poker.Deck{Name: "free"}},
		poker.Forget{User: "olga"},
	} {
		apply(t, room, start, c)
		if got := dump(snapshot); got != wantSnapshot {
			t.Fatalf("%T changed a snapshot:\n got %s\nwant %s", c, got, wantSnapshot)
		}
		if got := dump(history); got != wantHistory {
			t.Fatalf("%T changed a history:\n got %s\nwant %s", c, got, wantHistory)
		}
	}
}

// TestStrangersAreRefused has no rights, not even in a room without an owner.
func TestStrangersAreRefused(t *testing.T) {
	room := poker.NewRoom("kitchen", "e1", "", start, poker.Deck{})
	for _, c := range []poker.Command{poker.Join{}, poker.Reveal{}, poker.SetDeck{Deck: poker.Deck{Name: "free"}}, poker.Leave{}} {
		if _, err := room.Apply(start, c, poker.Limits{}); !errors.Is(err, poker.ErrNotMember) {
			t.Errorf("%T: got %v, want ErrNotMember", c, err)
		}
	}
}

// TestAccidentalPrint prints what carries an estimate, as a careless log would.
func TestAccidentalPrint(t *testing.T) {
	v := poker.Vote{Value: canary, Comment: canary}
	c := poker.Estimate{By: "ada", Value: canary, Comment: canary}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("accident", "vote", v, "command", c)
	fmt.Fprintf(&log, "%v %v %+v %+v %v %s", v, &v, c, struct{ V any }{c}, []poker.Vote{v}, v)
	fmt.Fprintf(&log, "%+v", whole(restless(t)))
	if strings.Contains(log.String(), canary) {
		t.Errorf("got %s, want no estimate in it", log.String())
	}
}

// TestSecondVotesLookAlike has one game with different estimates and one with
// equal ones: nobody else can tell the two apart.
func TestSecondVotesLookAlike(t *testing.T) {
	play := func(second string) ([]poker.Event, *poker.Snapshot) {
		room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
		apply(t, room, start, poker.Join{By: "ada", Name: "Ada"})
		apply(t, room, start, poker.Estimate{By: "ada", Value: "5"})
		events, err := room.Apply(start, poker.Estimate{By: "ada", Value: second}, poker.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return events, room.Snapshot()
	}
	events, snapshot := play("5")
	otherEvents, otherSnapshot := play("13")
	if !reflect.DeepEqual(events, otherEvents) || !reflect.DeepEqual(snapshot, otherSnapshot) {
		t.Errorf("got  %v %s\nwant %v %s", events, dump(snapshot), otherEvents, dump(otherSnapshot))
	}
}

// whole is a copy of a room's state.
func whole(r *poker.Room) poker.State { return *r.Copy().State() }
