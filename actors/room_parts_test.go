package actors

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
)

// This is so whatever happens in the room and however its commits end. Estimates of past
// rounds are erased from its parts.
func TestARoomIsLoadedAsItWasWritten(t *testing.T) {
	for range 100 {
		d := newDisk(t, poker.NewRoom("room", "epoch", "olga", 1, poker.DefaultDeck()))
		now := poker.Millis(1_790_000_000_000)
		for range 60 {
			now += poker.Millis(rand.IntN(4000))
			for range 1 + rand.IntN(4) {
				by := poker.UserID(fmt.Sprintf("user%d", rand.IntN(4)))
				d.apply(now, by, likely(d.room, by, poker.UserID(fmt.Sprintf("user%d", rand.IntN(4)))))
			}
			erase := rand.IntN(5) == 0
			if erase {
				d.writer.erase(d.room.State())
			}
			if rand.IntN(6) == 0 {
				d.commit(true)
				continue
			}
			d.commit(false)
			again := d.load()
			sameState(t, again.room.State(), d.room.State())
			if !reflect.DeepEqual(again.recent, d.recent) {
				t.Fatalf("requests: got %v, want %v", again.recent, d.recent)
			}
			if is, known := again.writer.stale(again.room.State()), d.writer.stale(d.room.State()); is && (!known || erase) {
				t.Fatalf("estimates of past rounds: got some, want none that the writer does not know (%v) or has erased (%v)", known, erase)
			}
			if rand.IntN(10) == 0 { // another process goes on
				d.room, d.writer, d.recent = again.room, again.writer, again.recent
			}
		}
	}
}

// An estimate writes one member, however large the room is. The end of a round writes no
// member.
func TestACommitWritesOnlyWhatHasChanged(t *testing.T) {
	d := newDisk(t, poker.NewRoom("room", "epoch", "olga", 1, poker.DefaultDeck()))
	now := poker.Millis(1_790_000_000_000)
	for i := range 100 {
		by := poker.UserID(fmt.Sprintf("%026d", i))
		d.apply(now, by, poker.Join{By: by, Name: "Member " + string(by[20:])})
	}
	topics := make([]poker.Story, 200)
	for i := range topics {
		topics[i].Title = strings.Repeat("t", 200)
	}
	d.apply(now, "olga", poker.SetTopics{By: "olga", Topics: topics})
	d.commit(false)
	vote := func(i int, more ...string) {
		by := poker.UserID(fmt.Sprintf("%026d", i))
		now += 10_000
		d.apply(now, by, poker.Estimate{By: by, Value: "5"})
		d.commit(false)
		if !slices.Equal(d.wrote, append([]string{record.MemberPart(by)}, more...)) || d.bytes > 300 {
			t.Fatalf("an estimate: got %q of %d bytes written, want the member in at most 300", d.wrote, d.bytes)
		}
	}
	for round := range 3 {
		for i := range 100 {
			if i == 0 && round > 0 {
				vote(i, record.UndoPart) // which goes
			} else {
				vote(i)
			}
		}
		d.apply(now, "olga", poker.Reveal{By: "olga"})
		d.commit(false)
		if !slices.Equal(d.wrote, []string{"m-olga"}) || d.bytes > 300 {
			t.Fatalf("a reveal: got %q of %d bytes written, want m-olga in at most 300", d.wrote, d.bytes)
		}
		d.apply(now, "olga", poker.Clear{By: "olga"})
		d.commit(false)
		if round := fmt.Sprintf("r-%d", d.room.Round()-1); !slices.Equal(d.wrote, []string{"m-olga", round, "undo"}) || d.bytes > 10_000 {
			t.Fatalf("a clear: got %q of %d bytes written, want m-olga, the round and undo in at most 10000", d.wrote, d.bytes)
		}
	}
	by := poker.UserID(fmt.Sprintf("%026d", 7))
	d.apply(now, by, poker.EstimateAhead{By: by, Topic: 100, Value: "5", Comment: "why"})
	d.commit(false)
	if want := []string{record.AheadPart(by), record.MemberPart(by)}; !slices.Equal(d.wrote, want) || d.bytes > 400 {
		t.Fatalf("an estimate ahead: got %q of %d bytes written, want %q in at most 400", d.wrote, d.bytes, want)
	}
	now += poker.UndoWindow + 1
	d.apply(now, "olga", poker.Tick{})
	d.commit(false)
	if !d.writer.stale(d.room.State()) || !d.writer.erase(d.room.State()) {
		t.Fatal("after the undo has lapsed: got no estimates of past rounds, want some to erase")
	}
	d.commit(false)
	if len(d.wrote) != 100 || d.writer.stale(d.room.State()) {
		t.Errorf("erasing the estimates of 100 members: got %d parts written, want 100", len(d.wrote))
	}
}
