package protocol

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/pokey/poker"
)

// page is a roomHistory as a client reads it.
type page struct {
	Event  string
	RoomID string
	Rounds []FinishedRound
	More   bool
}

func read(t *testing.T, data []byte) page {
	t.Helper()
	if len(data) > MaxEvent {
		t.Errorf("got an event of %d bytes, want at most %d", len(data), MaxEvent)
	}
	var p page
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatalf("got %.200s, %v, want a roomHistory", data, err)
	}
	return p
}

func TestEncodeHistory(t *testing.T) {
	golden(t, "testdata/events/roomHistory.json", append(EncodeHistory(roomID, finishedRounds, 0, 0), '\n'))
	golden(t, "testdata/events/roomHistory-page.json", append(EncodeHistory(roomID, finishedRounds, 5, 1), '\n'))
	if got := string(EncodeHistory(roomID, nil, 0, 0)); got != string(Encode(events["roomHistory-none"])) {
		t.Errorf("without rounds: got %s, want an empty page", got)
	}
}

// TestHistoryPages asks for pages of a hundred rounds of which every third is missing.
func TestHistoryPages(t *testing.T) {
	var rounds []poker.Finished
	for n := 1; len(rounds) < 100; n++ {
		if n%3 != 0 {
			rounds = append(rounds, poker.Finished{Round: n, Deck: fibonacci(), Hidden: 1})
		}
	}
	for _, c := range []struct {
		before, limit, first, n int
		more                    bool
	}{
		{0, 0, 121, 20, true},
		{0, 50, 76, 50, true},
		{0, 1000, 76, 50, true},
		{121, 1, 119, 1, true},
		{120, 2, 118, 2, true},
		{4, 50, 1, 2, false},
		{3, 2, 1, 2, false},
		{3, 1, 2, 1, true},
		{1, 20, 0, 0, false},
		{math.MaxInt, 1, 149, 1, true},
	} {
		p := read(t, EncodeHistory(roomID, rounds, c.before, c.limit))
		first := 0
		if len(p.Rounds) > 0 {
			first = p.Rounds[0].Round
		}
		if len(p.Rounds) != c.n || first != c.first || p.More != c.more || p.RoomID != roomID {
			t.Errorf("before %d at most %d: %d rounds from %d, more %v; want %d from %d, %v", c.before, c.limit, len(p.Rounds), first, p.More, c.n, c.first, c.more)
		}
	}
}

// TestHistoryFits has rooms play as large rounds as they can, and reads all of them,
// page by page.
func TestHistoryFits(t *testing.T) {
	for _, members := range []int{100, 1200} {
		room := worstRoom(t, members)
		for range 3 {
			worstRound(t, room)
			mustApply(t, room, poker.Clear{By: ada})
		}
		rounds := room.History()
		var got []int
		for before := 0; ; {
			data := EncodeHistory(roomID, rounds, before, 50)
			p := read(t, data)
			if len(p.Rounds) == 0 {
				t.Fatalf("%d members: got no rounds before round %d, want some", members, before)
			}
			for _, f := range p.Rounds {
				got = append(got, f.Round)
				if len(f.Estimates)+f.Hidden != members || f.Summary == nil {
					t.Errorf("%d members: got %d estimates, %d hidden, want all of them and a summary", members, len(f.Estimates), f.Hidden)
				}
			}
			if before = p.Rounds[0].Round; !p.More {
				break
			}
		}
		if slices.Sort(got); !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("%d members: rounds %v, want 1, 2 and 3", members, got)
		}
	}
}

// TestHistoryIsAsLongAsItSays compares the pages with the rounds encoded one by one.
func TestHistoryIsAsLongAsItSays(t *testing.T) {
	p := read(t, EncodeHistory(roomID, finishedRounds, 0, 0))
	for i, f := range finishedRounds {
		if want := finishedRound(f); !reflect.DeepEqual(p.Rounds[i], want) {
			t.Errorf("got %+v, want %+v", p.Rounds[i], want)
		}
	}
	if strings.Contains(string(EncodeHistory(roomID, []poker.Finished{{Topic: titled("<&>")}}, 0, 0)), `\u003c`) {
		t.Error("got escapes for HTML, want none")
	}
}
