package protocol

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/pokey/poker"
)

// TestAnyPatch makes pairs of snapshots at random and checks, for each, that the
// patch does what the whole status would, or that there is none for a reason.
func TestAnyPatch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	made, tooBig := 0, 0
	for range 2500 {
		prev := randomSnapshot(r)
		next := changed(r, prev)
		if r.IntN(4) == 0 {
			next = randomSnapshot(r)
		}
		next.Version = prev.Version + 1 + uint64(r.IntN(3))
		before, after := AppendStatus(nil, prev), AppendStatus(nil, next)
		if least := leastStatus(next); least > len(after) {
			t.Fatalf("got at least %d bytes, want no more than the %d of %s", least, len(after), after)
		}
		patch, ok := AppendPatch(nil, prev, next)
		switch {
		case ok:
			made++
			checkPatch(t, before, patch, after)
		case patchable(prev, next):
			tooBig++
			if size := len(appendPatch(nil, prev, next)); size < len(after) {
				t.Fatalf("got no patch, want the one of %d bytes in place of %d", size, len(after))
			}
		}
		if t.Failed() {
			return
		}
	}
	if made < 1500 || tooBig < 10 {
		t.Errorf("got %d patches and %d that were too big: the test is blind", made, tooBig)
	}
}

var (
	someTexts = []string{"", "5", "Ada", "½", "☕", "\"", "\\", "\n\u2028", "\xff", "x\xe2\x98", "😀</script>", "a longer text than the others"}
	someUsers = []poker.UserID{"", ada, ben, cleo, `"`, "ü", "z"}
	someTimes = []poker.Millis{0, noon, noon + 1, noon + 999}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func randomSnapshot(r *rand.Rand) *poker.Snapshot {
	s := &poker.Snapshot{ID: roomID, Epoch: "e", Version: 1 + uint64(r.IntN(9)), Round: 1, CreatedAt: noon}
	for range 30 {
		change(r, s)
	}
	return s
}

// changed is a copy of s with a few differences.
func changed(r *rand.Rand, s *poker.Snapshot) *poker.Snapshot {
	c := *s
	c.Members = slices.Clone(s.Members)
	for range r.IntN(5) {
		change(r, &c)
	}
	return &c
}

// change alters one thing, and nothing that s shares with another snapshot.
func change(r *rand.Rand, s *poker.Snapshot) {
	switch r.IntN(30) {
	case 0:
		s.Owner = pick(r, someUsers)
	case 1:
		s.Round = r.IntN(3)
	case 2:
		s.Estimates = r.IntN(3)
	case 3:
		s.Topic = someStory(r)
	case 4:
		s.CreatedAt = pick(r, someTimes)
	case 5:
		s.Finished, s.Amended = r.IntN(3), r.IntN(3)
	case 6:
		s.Agreed, s.AgreedNumber = pick(r, someTexts), pick(r, []*float64{nil, new(5.), new(0.5), new(math.NaN())})
	case 7:
		s.RevealAt = pick(r, someTimes)
	case 8:
		s.TimerEnds = pick(r, someTimes)
	case 9:
		s.OwnerAwaySince, s.SucceedAt = pick(r, someTimes), pick(r, someTimes)
		s.Successor = poker.Successor{Room: poker.RoomID(pick(r, someTexts)), By: pick(r, someUsers)}
		s.Undo, s.UndoUntil = pick(r, []string{"", "reveal", "clear"}), pick(r, someTimes)
	case 10:
		s.Unsaved = !s.Unsaved
	case 11:
		s.Options = poker.Options{AutoReveal: r.IntN(2) > 0, StandIn: r.IntN(2) > 0, LateEstimates: pick(r, []poker.LateEstimates{"", "allowed", "locked"})}
	case 12:
		s.Deck = poker.Deck{Name: pick(r, someTexts), Cards: someOf(r)}
	case 13:
		s.Topics, s.Ahead = nil, nil
		for i := range r.IntN(4) {
			story := someStory(r)
			story.ID = poker.TopicID(3*r.IntN(3) + i + 1)
			s.Topics = append(s.Topics, story)
		}
		changeAhead(r, s)
	case 14:
		if r.IntN(4) == 0 {
			s.Revealed = !s.Revealed
			s.Summary = nil
			if s.Revealed {
				s.Summary = poker.Summarise(s.Deck, []poker.Vote{{Value: "5"}, {Value: pick(r, someTexts)}})
			}
		}
	case 15:
		s.Members = bigRoom(r.IntN(40)).Members
	case 16:
		s.RevealedBy = pick(r, someUsers)
	case 17:
		s.OfferedTo = pick(r, someUsers)
	case 18:
		s.Locked = !s.Locked
	case 19:
		s.Code = pick(r, []string{"", "k7m2qx", "0000ab"})
	case 21:
		changeAhead(r, s)
	case 20:
		s.Waiting = nil
		for range r.IntN(3) {
			w := poker.WaiterView{ID: pick(r, someUsers), Name: pick(r, someTexts), Unnamed: r.IntN(2) > 0, Mark: someMark(r)}
			s.Waiting = append(s.Waiting, w)
		}
	default:
		changeMember(r, s)
	}
}

func changeAhead(r *rand.Rand, s *poker.Snapshot) {
	s.Ahead = nil
	if counts := []int{r.IntN(3), r.IntN(3), r.IntN(3)}[:len(s.Topics)]; slices.Max(append(counts, 0)) > 0 {
		s.Ahead = counts
	}
}

func someOf(r *rand.Rand) []string {
	var some []string
	for range r.IntN(4) {
		some = append(some, pick(r, someTexts))
	}
	return some
}

func someStory(r *rand.Rand) poker.Story {
	return poker.Story{Title: pick(r, someTexts), Key: pick(r, someTexts), URL: pick(r, someTexts), Estimate: pick(r, someTexts)}
}

func someMark(r *rand.Rand) poker.Mark {
	return poker.Mark{Colour: pick(r, []string{"", "red", "teal"}), Emoji: pick(r, someTexts)}
}

func changeMember(r *rand.Rand, s *poker.Snapshot) {
	id := pick(r, someUsers)
	i, found := slices.BinarySearchFunc(s.Members, id, func(m poker.MemberView, id poker.UserID) int {
		return strings.Compare(string(m.ID), string(id))
	})
	if !found {
		s.Members = slices.Insert(s.Members, i, poker.MemberView{ID: id, Role: poker.Estimator})
	}
	m := &s.Members[i]
	switch r.IntN(12) {
	case 10:
		m.Ahead = r.IntN(3)
	case 0:
		s.Members = slices.Delete(s.Members, i, i+1)
	case 1:
		m.Name = pick(r, someTexts)
	case 2:
		m.Role = pick(r, []poker.Role{poker.Estimator, poker.Observer})
	case 3:
		m.Online = !m.Online
	case 4:
		m.Estimated = !m.Estimated
	case 5:
		m.Deputy = !m.Deputy
	case 6:
		m.StandIn = !m.StandIn
	case 7:
		m.Vote = nil
	case 8:
		m.Unnamed = !m.Unnamed
	case 9:
		m.Mark = someMark(r)
	default:
		m.Vote = &poker.Vote{Value: pick(r, someTexts), Comment: pick(r, someTexts)}
	}
}

// FuzzStatus puts any text everywhere a snapshot has one.
func FuzzStatus(f *testing.F) {
	for _, text := range someTexts {
		f.Add(text, text+"x", uint64(1), int64(noon), 3.5)
	}
	f.Fuzz(func(t *testing.T, a, b string, version uint64, at int64, number float64) {
		s := &poker.Snapshot{
			ID: poker.RoomID(a), Epoch: b, Version: version, Owner: poker.UserID(b), Revealed: true,
			Topic:     poker.Story{Title: a, Key: b, URL: a, Estimate: b},
			CreatedAt: noon, Deck: poker.Deck{Name: b, Cards: []string{a, b}},
			Topics:  []poker.Story{{Title: b, Key: a, URL: b, Estimate: a}, {Title: a}},
			Waiting: []poker.WaiterView{{ID: poker.UserID(b), Name: a, Mark: poker.Mark{Colour: b, Emoji: a}}},
			Members: []poker.MemberView{{ID: poker.UserID(a), Name: b, Mark: poker.Mark{Colour: a, Emoji: b}, Vote: &poker.Vote{Value: a, Comment: b}}},
			Summary: &poker.Summary{Distribution: []poker.Count{{Value: a, Count: 1}}, Mean: &number},
			Agreed:  a, TimerEnds: poker.Millis(at % (1 << 47)), Undo: b,
		}
		data := AppendStatus(nil, s)
		if !strict(data) {
			t.Fatalf("got %s, want strict JSON", data)
		}
		type story struct{ Title, Key, URL, Estimate string }
		type member struct {
			Name     string
			Estimate struct{ Value, Comment string }
		}
		var got struct {
			Event, RoomID string
			Room          struct {
				ID, Epoch, OwnerID, Topic, Agreed, Undo string
				Deck                                    struct{ Cards []string }
				Story                                   story
				Topics                                  []story
				Members                                 map[string]member
				Summary                                 struct{ Distribution []struct{ Value string } }
			}
		}
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatalf("got %s, %v, want a status", data, err)
		}
		a, b = readable(a), readable(b)
		room, m := got.Room, got.Room.Members[a]
		for i, pair := range [][2]string{
			{got.Event, "roomStatus"},
			{got.RoomID, a},
			{room.ID, a},
			{room.Epoch, b},
			{room.OwnerID, b},
			{room.Topic, a},
			{room.Agreed, a},
			{room.Undo, b},
			{room.Deck.Cards[0], a},
			{room.Deck.Cards[1], b},
			{room.Story.Key, b},
			{room.Story.URL, a},
			{room.Story.Estimate, b},
			{room.Topics[0].Title, b},
			{room.Topics[0].Key, a},
			{room.Topics[0].URL, b},
			{room.Topics[0].Estimate, a},
			{room.Topics[1].Title, a},
			{m.Name, b},
			{m.Estimate.Value, a},
			{m.Estimate.Comment, b},
			{room.Summary.Distribution[0].Value, a},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%d: got %q, want %q", i, pair[0], pair[1])
			}
		}
		if !reflect.DeepEqual(AppendStatus([]byte("x"), s)[1:], data) {
			t.Error("got two encodings of one snapshot, want one")
		}
	})
}

// readable is s as any JSON encoder can say it.
func readable(s string) string { return string([]rune(s)) }
