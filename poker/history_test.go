package poker_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"example.com/pokey/poker"
)

// finish plays a round in which the n-th member gives the n-th reason, and ends it.
func finish(t *testing.T, room *poker.Room, reasons []string) poker.Finished {
	t.Helper()
	for i, reason := range reasons {
		u := poker.UserID(fmt.Sprintf("u%03d", i))
		apply(t, room, start, poker.Join{By: u, Name: string(u)})
		apply(t, room, start, poker.Estimate{By: u, Value: "5", Comment: reason})
	}
	apply(t, room, start, poker.Reveal{By: "olga"})
	apply(t, room, start, poker.Clear{By: "olga"})
	history := room.History()
	return history[len(history)-1]
}

// TestALargeRoundIsCut: the longest reasons first, all to one length, between
// characters and not a byte more than needed, and those that are short enough not at all.
func TestALargeRoundIsCut(t *testing.T) {
	long, middle := strings.Repeat("ş̱", 500), strings.Repeat("why ", 100) // 2500 and 400 bytes
	for _, n := range []int{10, 60, 100} {
		room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
		reasons := slices.Concat(slices.Repeat([]string{long}, n), slices.Repeat([]string{middle}, 10), []string{"short"})
		f := finish(t, room, reasons)
		if size := f.Size(); size > poker.RoundBytes || n == 100 && size < poker.RoundBytes-n*8 {
			t.Errorf("%d long reasons: got %d bytes, want just below %d", n, size, poker.RoundBytes)
		}
		if len(f.Votes) != len(reasons) || f.Hidden != 0 || f.Summary().Votes != len(reasons) {
			t.Errorf("%d long reasons: got %d of %d estimates, %d hidden, want all", n, len(f.Votes), len(reasons), f.Hidden)
		}
		for i, v := range f.Votes {
			got, want := v.Vote.Comment, reasons[i]
			switch {
			case want != long || n == 10:
				if got != want {
					t.Errorf("%d long reasons: number %d of %d bytes was cut to %d", n, i, len(want), len(got))
				}
			case got != f.Votes[0].Vote.Comment || len(got) >= len(long) || len(got) < len(middle):
				if n == 100 {
					t.Errorf("%d long reasons: number %d was cut to %d bytes, want it whole", n, i, len(got))
				}
			}
			kept := strings.TrimSuffix(got, "…")
			if !utf8.ValidString(got) || !strings.HasPrefix(want, kept) || uniseg.GraphemeClusterCount(want[:len(kept)])+uniseg.GraphemeClusterCount(want[len(kept):]) != uniseg.GraphemeClusterCount(want) {
				t.Fatalf("%d long reasons: %q was cut within a character", n, got)
			}
		}
	}
}

// TestARoundOfThousands leaves out estimates when there are no reasons left to cut.
func TestARoundOfThousands(t *testing.T) {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
	f := finish(t, room, slices.Repeat([]string{"because"}, 1000))
	if f.Size() > poker.RoundBytes || len(f.Votes)+f.Hidden != 1000 || len(f.Votes) < 800 || f.Votes[0].Vote.Comment != "" {
		t.Errorf("got %d bytes, %d estimates with comments like %q, %d hidden, want 1000 that fit, most of them shown without comments", f.Size(), len(f.Votes), f.Votes[0].Vote.Comment, f.Hidden)
	}
}

// TestALargeHistoryLosesItsOldest, also when it comes from a store that had more.
func TestALargeHistoryLosesItsOldest(t *testing.T) {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
	for range 40 {
		finish(t, room, slices.Repeat([]string{strings.Repeat("x", 500)}, 60))
	}
	check := func(when string, history []poker.Finished, last int) {
		t.Helper()
		size := 0
		for i, f := range history {
			size += f.Size()
			if f.Round != last-len(history)+1+i {
				t.Fatalf("%s: got round %d in place %d of %d", when, f.Round, i, len(history))
			}
		}
		if size > poker.HistoryBytes || size+history[0].Size() < poker.HistoryBytes {
			t.Errorf("%s: got %d rounds of %d bytes, want as many as fit", when, len(history), size)
		}
	}
	check("played", room.History(), 40)
	s := whole(room)
	large := s.History[len(s.History)-1]
	s.History = nil
	for n := 1; n <= 80; n++ {
		large.Round = n
		large.Votes = slices.Repeat(large.Votes[:1], 60)
		s.History = append(s.History, large)
	}
	s.Round = 81
	restored, err := poker.Restore(s)
	if err != nil {
		t.Fatal(err)
	}
	check("restored", restored.History(), 80)
}

// TestBansAreBounded removes more for good than a room remembers: the oldest may come
// back.
func TestBansAreBounded(t *testing.T) {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
	user := func(i int) poker.UserID { return poker.UserID(fmt.Sprintf("u%03d", i)) }
	for i := range poker.BanLength + 2 {
		apply(t, room, start, poker.Join{By: user(i)})
		apply(t, room, start, poker.Remove{By: "olga", User: user(i), ForGood: true})
	}
	for i := range poker.BanLength + 2 {
		_, err := room.Apply(start, poker.Join{By: user(i)}, poker.Limits{})
		if admitted := i < 2; admitted != (err == nil) || !admitted && !errors.Is(err, poker.ErrNotAdmitted) {
			t.Errorf("user %d: got %v, want admitted: %t", i, err, admitted)
		}
	}
	s := whole(room)
	s.Banned = slices.Repeat([]poker.UserID{"x"}, poker.BanLength+1)
	if _, err := poker.Restore(s); !errors.Is(err, poker.ErrState) {
		t.Errorf("a state with more: got %v, want ErrState", err)
	}
}
