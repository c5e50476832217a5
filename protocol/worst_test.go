package protocol

import (
	"fmt"
	"strings"
	"testing"

	"example.com/pokey/poker"
)

// worst is a text of at most so many characters and bytes that becomes as long as it
// can on the wire: quotes are written with a backslash, and the bytes left over go
// into marks.
func worst(characters, bytes int) string {
	const most = 4 // marks on a character
	marks := (bytes - characters) / len("\u0301")
	var b strings.Builder
	for range characters {
		b.WriteByte('"')
		n := min(marks, most)
		marks -= n
		b.WriteString(strings.Repeat("\u0331", n))
	}
	return b.String()
}

func mustApply(t *testing.T, room *poker.Room, c poker.Command) {
	t.Helper()
	if _, err := room.Apply(noon, c, poker.Limits{}); err != nil {
		t.Fatalf("%T: %v", c, err)
	}
}

// worstRoom has everything there is at its longest, and so many members.
func worstRoom(t *testing.T, members int) *poker.Room {
	t.Helper()
	room := poker.NewRoom(roomID, "0123456789", ada, noon, poker.Deck{Name: "free"})
	topic := worst(poker.TopicLength, poker.TopicBytes)
	short := worst(poker.TopicsBytes/poker.TopicsLength/2, poker.TopicsBytes/poker.TopicsLength)
	mustApply(t, room, poker.SetTopic{By: ada, Topic: titled(topic)})
	mustApply(t, room, poker.SetTopics{By: ada, Topics: repeat(short, poker.TopicsLength)})
	mustApply(t, room, poker.SetOptions{By: ada, AutoReveal: new(true), StandIn: new(true), LateEstimates: new(poker.LateLocked)})
	name := "x" + worst(poker.NameLength-1, poker.NameBytes-1)
	mark := poker.Mark{Colour: "violet", Emoji: "👩🏽\u200d❤️\u200d👩🏽"}
	for i := range members {
		mustApply(t, room, poker.Join{By: worstUser(i), Name: name, Mark: mark})
		mustApply(t, room, poker.SetDeputy{By: ada, User: worstUser(i), Deputy: true})
	}
	for _, m := range room.Snapshot().Members {
		for i := range poker.TopicsLength {
			mustApply(t, room, poker.EstimateAhead{By: m.ID, Topic: poker.TopicID(i + 1), Value: "5"})
		}
	}
	mustApply(t, room, poker.Lock{By: ada, Locked: true})
	for i := range poker.WaitingLength {
		mustApply(t, room, poker.Join{By: worstUser(members + i), Name: name, Mark: mark, Wait: true})
	}
	mustApply(t, room, poker.StartTimer{By: ada, Seconds: 60})
	mustApply(t, room, poker.Transfer{By: ada, To: worstUser(0)})
	return room
}

// worstRound has every member give another value and the longest reason, and reveals.
func worstRound(t *testing.T, room *poker.Room) {
	t.Helper()
	comment := worst(poker.CommentLength, poker.CommentBytes)
	for i := range room.Members() {
		n := fmt.Sprint(i)
		value := n + worst(poker.ValueLength-len(n), poker.ValueBytes-len(n))
		mustApply(t, room, poker.Estimate{By: worstUser(i), Value: value, Comment: comment})
	}
	mustApply(t, room, poker.Reveal{By: ada})
	mustApply(t, room, poker.Settle{By: ada, Value: worst(poker.ValueLength, poker.ValueBytes)})
}

func worstUser(i int) poker.UserID { return poker.UserID(fmt.Sprintf("%026d", i)) }

func repeat(title string, n int) []poker.Story {
	all := make([]poker.Story, n)
	for i := range all {
		all[i].Title = title
	}
	return all
}

// TestStatusesAreBounded makes the longest status that the default limits allow, and
// one member more, who is the owner.
func TestStatusesAreBounded(t *testing.T) {
	const most = 1 << 20
	room := worstRoom(t, 101)
	worstRound(t, room)
	deck := poker.Deck{Name: worst(poker.DeckNameLength, poker.DeckNameBytes)}
	for i := range poker.DeckSize {
		n := fmt.Sprint(i)
		deck.Cards = append(deck.Cards, n+worst(poker.CardLength-len(n), poker.CardBytes-len(n)))
	}
	s := room.Snapshot()
	s.Deck = deck // with it the values could not be as long as they are
	status := AppendStatus(nil, s)
	if len(status) > most || len(status) < most/2 {
		t.Errorf("got a status of %d bytes, want at most %d and not much less", len(status), most)
	}
	prev := *s
	prev.Version--
	prev.Members = nil
	if patch, ok := AppendPatch(nil, &prev, s); ok && len(patch) > most {
		t.Errorf("got a patch of %d bytes, want at most %d", len(patch), most)
	}
	t.Logf("the longest status has %d bytes", len(status))
}

// TestTopicsAreBounded refuses a list that would be too long, of topics that are not.
func TestTopicsAreBounded(t *testing.T) {
	room := worstRoom(t, 1)
	topic := worst(poker.TopicLength, poker.TopicBytes)
	if _, err := room.Apply(noon, poker.SetTopics{By: ada, Topics: repeat(topic, 65)}, poker.Limits{}); err == nil {
		t.Errorf("65 topics of more than 1000 bytes were accepted, want %v", poker.ErrInvalidTopic)
	}
}

// ownAhead is as much as a member may estimate ahead.
func ownAhead(t *testing.T) OwnAhead {
	t.Helper()
	room := worstRoom(t, 1)
	e := OwnAhead{RoomID: roomID, All: true, Estimates: map[poker.TopicID]*OwnAheadVote{}}
	for i := range poker.TopicsLength {
		vote := OwnAheadVote{Value: "5", Comment: strings.Repeat(`"`, poker.CommentLength)}
		c := poker.EstimateAhead{By: worstUser(0), Topic: poker.TopicID(i + 1), Value: vote.Value, Comment: vote.Comment}
		if _, err := room.Apply(noon, c, poker.Limits{}); err != nil {
			vote.Comment = ""
		}
		e.Estimates[c.Topic] = &vote
	}
	return e
}

// TestOtherEventsAreBounded makes each event as long as it can be.
func TestOtherEventsAreBounded(t *testing.T) {
	text := worst(poker.CommentLength, poker.CommentBytes)
	long := strings.Repeat("\u2028", MaxMessage/len("\u2028")/2) // a client's own words, in an answer
	e := NewError(UnknownRequest)
	e.ID, e.Request, e.RoomID = strings.Repeat("\u2028", maxID), long, poker.RoomID(long)
	for _, event := range []Event{
		*e,
		Welcome{Name: text, UserID: ada},
		User{Name: text, UserID: ada},
		OwnEstimate{RoomID: roomID, Value: &text, Comment: text},
		ownAhead(t),
	} {
		if n := len(Encode(event)); n > MaxEvent {
			t.Errorf("%T: got %d bytes, want at most %d", event, n, MaxEvent)
		}
	}
}
