package poker_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/pokey/poker"
)

// aheadRoom has so many topics and one estimator, the owner.
func aheadRoom(t *testing.T, topics int) *poker.Room {
	t.Helper()
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
	apply(t, room, start, poker.Join{By: "olga", Name: "Olga"})
	var list []poker.Story
	for i := range topics {
		list = append(list, story(fmt.Sprintf("Topic %d", i+1)))
	}
	apply(t, room, start, poker.SetTopics{By: "olga", Topics: list})
	return room
}

// A member's estimates of all topics together have a limit. One that is replaced does not
// count twice, and one that the round takes makes room.
func TestAheadIsBounded(t *testing.T) {
	room := aheadRoom(t, poker.TopicsLength)
	comment := strings.Repeat("x", poker.CommentLength)
	ahead := func(topic int) error {
		_, err := room.Apply(start, poker.EstimateAhead{By: "olga", Topic: poker.TopicID(topic), Value: "5", Comment: comment}, poker.Limits{})
		return err
	}
	n := 0
	for ahead(n+1) == nil {
		n++
	}
	if want := poker.AheadBytes / (len(comment) + 1 + 16); n != want {
		t.Fatalf("got %d estimates with long comments, want %d", n, want)
	}
	if err := ahead(n); err != nil {
		t.Errorf("the last one again: %v", err)
	}
	if err := ahead(n + 1); !errors.Is(err, poker.ErrTooMuchAhead) {
		t.Errorf("one more: got %v, want %v", err, poker.ErrTooMuchAhead)
	}
	apply(t, room, start, poker.NextTopic{By: "olga"})
	if err := ahead(n + 1); err != nil {
		t.Errorf("one more after the round has taken one: %v", err)
	}
}

// A round that waits on the list does so whatever its reasons are: others would see from
// it how long they are. What there is no room for is shortened, and comes back with an
// undo.
func TestAReasonThatDoesNotFitTheList(t *testing.T) {
	room := aheadRoom(t, 60)
	long := strings.Repeat("x", poker.CommentLength)
	for i := range poker.AheadBytes / (len(long) + 17) {
		apply(t, room, start, poker.EstimateAhead{By: "olga", Topic: poker.TopicID(i + 1), Value: "5", Comment: long})
	}
	apply(t, room, start, poker.SetTopic{By: "olga", Topic: story("On the table")})
	apply(t, room, start, poker.Estimate{By: "olga", Value: "8", Comment: long})
	apply(t, room, start, poker.NextTopic{By: "olga", Place: 60})
	size := 0
	for _, v := range room.OwnAhead("olga") {
		size += 16 + len(v.Value) + len(v.Comment)
	}
	aside := room.OwnAhead("olga")[room.Snapshot().Topics[0].ID]
	if aside.Value != "8" || !strings.HasPrefix(aside.Comment, "xxx") || !strings.HasSuffix(aside.Comment, "…") || size > poker.AheadBytes {
		t.Errorf("got %s %q, %d bytes in all, want 8 with a reason that fits", aside.Value, aside.Comment, size)
	}
	apply(t, room, start, poker.Undo{By: "olga"})
	if own := room.Own("olga"); own == nil || own.Comment != long {
		t.Errorf("after an undo: got %v, want the whole reason", own)
	}
}

// One reveal never adds more rounds than the history keeps: what would be gone at once,
// unseen, stays on the list.
func TestRevealedTogetherFitsTheHistory(t *testing.T) {
	room := aheadRoom(t, 150)
	apply(t, room, start, poker.SetTopic{By: "olga", Topic: story("On the table")})
	apply(t, room, start, poker.Estimate{By: "olga", Value: "5"})
	for i := range 150 {
		apply(t, room, start, poker.EstimateAhead{By: "olga", Topic: poker.TopicID(i + 1), Value: "5"})
	}
	apply(t, room, start, poker.RevealAhead{By: "olga"})
	history, s := room.History(), room.Snapshot()
	if len(history) != poker.HistoryLength || history[0].Topic.Title != "On the table" || history[99].Topic.Title != "Topic 99" {
		t.Fatalf("got %d rounds from %q to %q, want %d from the table to topic 99", len(history), history[0].Topic.Title, history[len(history)-1].Topic.Title, poker.HistoryLength)
	}
	if s.Topic.Title != "Topic 100" || s.Estimates != 1 || len(s.Topics) != 50 || s.Round != 101 {
		t.Fatalf("got %q with %d estimates, %d topics, round %d, want topic 100 with its own, 50, round 101", s.Topic.Title, s.Estimates, len(s.Topics), s.Round)
	}
	apply(t, room, start, poker.RevealAhead{By: "olga"})
	if history := room.History(); history[99].Topic.Title != "Topic 150" || history[49].Topic.Title != "Topic 100" {
		t.Errorf("got %q and %q, want the rest behind", history[49].Topic.Title, history[99].Topic.Title)
	}
}

// Long rounds are limited by their bytes.
func TestRevealedTogetherFitsTheHistoryInBytes(t *testing.T) {
	room := aheadRoom(t, 12)
	long := strings.Repeat("x", poker.CommentLength)
	for i := range 220 {
		by := poker.UserID(fmt.Sprintf("user%03d", i))
		apply(t, room, start, poker.Join{By: by, Name: string(by)})
		for topic := range 12 {
			apply(t, room, start, poker.EstimateAhead{By: by, Topic: poker.TopicID(topic + 1), Value: "5", Comment: long})
		}
	}
	apply(t, room, start, poker.RevealAhead{By: "olga"})
	history, rest := room.History(), room.Snapshot().Topics
	if len(history)+len(rest) != 12 || len(rest) == 0 || history[0].Topic.Title != "Topic 1" {
		t.Errorf("got %d rounds from %q and %d topics left, want 12 together, and some of each", len(history), history[0].Topic.Title, len(rest))
	}
}

// A room of an earlier version has topics without ids.
func TestTopicsOfAnEarlierVersionGetIDs(t *testing.T) {
	state := whole(aheadRoom(t, 3))
	for i := range state.Topics {
		state.Topics[i].ID = 0
	}
	state.LastTopic = 0
	room, err := poker.Restore(state)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, room, start, poker.AddTopics{By: "olga", Topics: stories([]string{"More"})})
	if got, want := fmt.Sprint(list(room.Snapshot())), `[#1 "Topic 1" #2 "Topic 2" #3 "Topic 3" #4 "More"]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Equal titles are told apart by their ids, and where a client gives none by their order.
func TestTopicsWithOneTitle(t *testing.T) {
	room := aheadRoom(t, 0)
	apply(t, room, start, poker.SetTopics{By: "olga", Topics: stories([]string{"Login", "Login", "Login|A-1"})})
	for _, test := range []struct{ set, want string }{
		{"Login Login|A-1 Login", `[#1 "Login" #3 "Login|A-1" #2 "Login"]`},
		{"#2_Login Login", `[#2 "Login" #1 "Login"]`},
		{"#2_Login #2_Login #77_Login", `[#2 "Login" #1 "Login" #4 "Login"]`},
	} {
		var topics []string
		for s := range strings.FieldsSeq(test.set) {
			topics = append(topics, strings.ReplaceAll(s, "_", " "))
		}
		apply(t, room, start, poker.SetTopics{By: "olga", Topics: stories(topics)})
		if got := fmt.Sprint(list(room.Snapshot())); got != test.want {
			t.Errorf("%s: got %s, want %s", test.set, got, test.want)
		}
	}
}
