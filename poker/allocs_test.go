package poker_test

import (
	"testing"

	"example.com/pokey/poker"
)

// See the test of the same name in protocol.
func TestAllocations(t *testing.T) {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
	for _, u := range []poker.UserID{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		if _, err := room.Apply(start, poker.Join{By: u, Name: "Member " + string(u)}, poker.Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	var command poker.Command = poker.Estimate{By: "c", Value: "8"}
	got := testing.AllocsPerRun(100, func() {
		if _, err := room.Apply(start, command, poker.Limits{}); err != nil {
			t.Fatal(err)
		}
	})
	if got > 4 {
		t.Errorf("an estimate: got %v objects, want at most 4", got)
	}
	if got := testing.AllocsPerRun(100, func() { room.Snapshot() }); got > 2 {
		t.Errorf("a snapshot: got %v objects, want at most 2", got)
	}
}
