package poker_test

import (
	"errors"
	"testing"

	"example.com/pokey/poker"
)

// TestDowntimeIsNoAbsence restores a room whose owner was there until the server stopped:
// nobody goes on without the owner, or takes the room over, before they could come back.
func TestDowntimeIsNoAbsence(t *testing.T) {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
	for _, u := range []poker.UserID{"olga", "dee", "ada"} {
		apply(t, room, start, poker.Join{By: u, Name: string(u)})
	}
	apply(t, room, start, poker.SetDeputy{By: "olga", User: "dee", Deputy: true})
	for _, u := range []poker.UserID{"olga", "dee", "ada"} {
		apply(t, room, start, poker.Disconnect{By: u})
	}
	restored, err := poker.Restore(whole(room))
	if err != nil {
		t.Fatal(err)
	}
	up := start + poker.TakeOverDelay // the server was down for as long
	before := restored.Snapshot()
	restored.Resume(up)
	if after := restored.Snapshot(); after.SucceedAt == before.SucceedAt || after.Version == before.Version {
		t.Errorf("after the restart: got version %d with succeedAt %d, before it %d with %d; want another version, since it says something else",
			after.Version, after.SucceedAt, before.Version, before.SucceedAt)
	}
	apply(t, restored, up, poker.Join{By: "ada"})
	if got, want := restored.Snapshot().SucceedAt, up+poker.SucceedDelay; got != want {
		t.Errorf("succeedAt: got %d, want %d", got, want)
	}
	for _, test := range []struct {
		what string
		at   poker.Millis
		c    poker.Command
		want error
	}{
		{"at once", up, poker.Succeed{By: "ada", Room: "next"}, poker.ErrNotOwner},
		{"after half a minute", up + poker.SucceedDelay, poker.Succeed{By: "ada", Room: "next"}, nil},
	} {
		if _, err := restored.Apply(test.at, test.c, poker.Limits{}); !errors.Is(err, test.want) {
			t.Errorf("going on %s: got %v, want %v", test.what, err, test.want)
		}
	}
	apply(t, restored, up, poker.Join{By: "dee"})
	if _, err := restored.Apply(up, poker.Accept{By: "dee"}, poker.Limits{}); !errors.Is(err, poker.ErrNotOwner) {
		t.Errorf("taking over at once: got %v, want %v", err, poker.ErrNotOwner)
	}
	apply(t, restored, up+poker.TakeOverDelay, poker.Accept{By: "dee"})
}

// TestAdoptLeavesWhatThereIs gives settings to a room that was revived before it was
// made, and to one that is in use.
func TestAdoptLeavesWhatThereIs(t *testing.T) {
	settings := poker.Settings{Topic: story("Login"), Topics: stories([]string{"Pay"}), Deck: poker.Deck{Name: "d", Cards: []string{"1"}}}
	room := poker.NewRoom("kitchen", "e1", "", start, poker.DefaultDeck())
	apply(t, room, start, poker.Join{By: "ada", Name: "Ada"})
	apply(t, room, start, poker.Adopt{Settings: settings})
	if s := room.Snapshot(); s.Topic.Title != "Login" || len(s.Topics) != 1 || s.Deck.Name != "d" {
		t.Errorf("got %+v, want the settings", s)
	}
	events, err := room.Apply(start, poker.Adopt{Settings: poker.Settings{Topic: story("Other")}}, poker.Limits{})
	if err != nil || len(events) > 0 {
		t.Errorf("in a room with a topic: got %v, %v, want nothing", events, err)
	}
}
