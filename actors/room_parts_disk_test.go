package actors

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
)

// disk stores what a partWriter writes, without an actor around it.
type disk struct {
	t      *testing.T
	room   *poker.Room
	writer *partWriter
	recent recentRequests
	data   []byte
	parts  map[string][]byte
	bytes  int      // written by the last commit
	wrote  []string // the parts that the last commit wrote
}

func newDisk(t *testing.T, room *poker.Room) *disk {
	return &disk{t: t, room: room, writer: newPartWriter(func(any) {}), recent: recentRequests{}, parts: map[string][]byte{}}
}

// commit writes what has changed. A commit that fails may have written it or not.
func (d *disk) commit(fails bool) {
	parts, data := d.writer.changes(d.room, d.recent), record.EncodeRoom(d.room.State())
	d.bytes, d.wrote = len(data), nil
	seen := map[string]bool{}
	for _, p := range parts {
		if seen[p.Name] {
			d.t.Fatalf("got %s twice in one commit", p.Name)
		}
		seen[p.Name] = true
		d.bytes += len(p.Name) + len(p.Data)
		d.wrote = append(d.wrote, p.Name)
	}
	slices.Sort(d.wrote)
	if fails {
		if rand.IntN(2) == 0 {
			d.write(data, parts) // although it reports a failure
		}
		d.writer.written(errors.New("disk"))
		return
	}
	d.write(data, parts)
	d.writer.written(nil)
}

func (d *disk) write(data []byte, parts []record.Part) {
	d.data = data
	for _, p := range parts {
		if d.parts[p.Name] = p.Data; len(p.Data) == 0 {
			delete(d.parts, p.Name)
		}
	}
}

// load returns the room as it would come back, on a disk of its own.
func (d *disk) load() *disk {
	again := newDisk(d.t, nil)
	var parts []record.Part
	for name, data := range d.parts {
		parts = append(parts, record.Part{Name: name, Data: data})
	}
	again.writer.found(parts)
	l, err := record.Decode(d.room.ID(), d.data, parts)
	if err != nil {
		d.t.Fatal(err)
	}
	if len(l.Odd) > 0 {
		d.t.Fatalf("odd parts: got %q, want none", l.Odd)
	}
	if again.room, err = poker.Restore(l.State); err != nil {
		d.t.Fatal(err)
	}
	maps.Copy(again.recent, l.Requests)
	again.writer.loaded(again.room.State(), l)
	return again
}

// apply applies a command and remembers it as a request of its user.
func (d *disk) apply(now poker.Millis, by poker.UserID, c poker.Command) {
	events, err := d.room.Apply(now, c, poker.Limits{})
	if err != nil || len(events) == 0 {
		return
	}
	d.recent.add(by, rand.Uint64(), time.UnixMilli(int64(now)))
	d.writer.touch(by)
	for _, e := range events {
		if left, ok := e.(poker.Left); ok {
			d.recent.forget(left.User)
			d.writer.touch(left.User)
		}
	}
}

// likely returns a random command that makes sense in a room of few members.
func likely(room *poker.Room, by, other poker.UserID) poker.Command {
	deck := poker.Deck{Name: "d", Cards: []string{"1", "2", "3"}[:1+rand.IntN(3)]}
	topics := []poker.Story{{Title: "a", Key: "A-1"}, {Title: "b"}, {Title: "c", Estimate: "5"}, {Title: "d"}}[rand.IntN(4):]
	on := rand.IntN(2) == 0
	topic := poker.TopicID(1 + rand.IntN(12))
	if topics := room.Snapshot().Topics; len(topics) > 0 {
		topic = topics[rand.IntN(len(topics))].ID
	}
	all := []poker.Command{
		poker.Join{By: by, Name: "Name " + string(by)},
		poker.Join{By: by},
		poker.Leave{By: by},
		poker.Disconnect{By: by},
		poker.Estimate{By: by, Value: "1", Comment: "why"},
		poker.Estimate{By: by, Value: "2"},
		poker.Estimate{By: other, Value: "1"},
		poker.Estimate{By: by, Value: "1"},
		poker.Withdraw{By: by},
		poker.Reveal{By: by},
		poker.Hide{By: by},
		poker.Clear{By: by},
		poker.Clear{By: "olga"},
		poker.NextTopic{By: "olga"},
		poker.NextTopic{By: "olga", Place: 2},
		poker.AddTopics{By: "olga", Topics: topics},
		poker.Undo{By: "olga"},
		poker.Undo{By: by},
		poker.Settle{By: by, Value: "1"},
		poker.AmendRound{By: "olga", Round: 1 + rand.IntN(3), Agreed: "2"},
		poker.SetTopic{By: by, Topic: topics[0]},
		poker.SetTopics{By: "olga", Topics: topics},
		poker.SetDeck{By: "olga", Deck: deck},
		poker.SetRole{By: by, Role: poker.Observer},
		poker.SetRole{By: by, Role: poker.Estimator},
		poker.Rename{By: by, Name: "New"},
		poker.SetOptions{By: "olga", AutoReveal: &on, StandIn: &on},
		poker.SetDeputy{By: "olga", User: by, Deputy: on},
		poker.Remove{By: "olga", User: by},
		poker.Forget{User: by},
		poker.StartTimer{By: by, Seconds: 60},
		poker.Tick{},
		poker.Transfer{By: "olga", To: by},
		poker.Transfer{By: by, To: "olga"},
		poker.EstimateAhead{By: by, Topic: topic, Value: "1", Comment: "long before"},
		poker.EstimateAhead{By: other, Topic: topic, Value: "2"},
		poker.EstimateAhead{By: by, Topic: topic, Value: "1"},
		poker.WithdrawAhead{By: by, Topic: topic},
		poker.RevealAhead{By: "olga"},
		poker.NextTopic{By: "olga", Place: 1},
	}
	return all[rand.IntN(len(all))]
}

func sameState(t *testing.T, got, want *poker.State) {
	t.Helper()
	plain := func(s *poker.State) string {
		c := *s
		text := fmt.Sprintf("%+v", struct{ Topics, Banned, Cards []any }{list(c.Topics), list(c.Banned), list(c.Deck.Cards)})
		if u := c.Undo; u != nil {
			text += fmt.Sprintf(" %s %d %v %v %v %v %s %d", u.What, u.Until, u.Revealed, u.RevealedBy, u.Topic, u.Topics, u.Agreed, u.Taken)
			if u.What == "clear" {
				text += votes(u.Votes)
			}
		}
		for _, f := range c.History {
			text += fmt.Sprintf("\n%d %v %q %d %q %d %s", f.Round, f.Topic, f.Deck, f.At, f.Agreed, f.Hidden, f.RevealedBy)
			for _, v := range f.Votes {
				text += fmt.Sprintf(" %s %s %s %s", v.User, v.Name, v.Vote.Value, v.Vote.Comment)
			}
		}
		for _, u := range sorted(c.Members) {
			m := c.Members[u]
			v := m.Vote
			ahead := m.Ahead
			m.Vote, m.Ahead = nil, nil
			text += fmt.Sprintf("\n%s %+v", u, m)
			if v != nil {
				text += " " + v.Value + " " + v.Comment
			}
			for _, id := range slices.Sorted(maps.Keys(ahead)) {
				text += fmt.Sprintf(" %d=%s %s", id, ahead[id].Value, ahead[id].Comment)
			}
		}
		c.Topics, c.Banned, c.Deck, c.Undo, c.History, c.Members = nil, nil, poker.Deck{Name: c.Deck.Name}, nil, nil, nil
		return fmt.Sprintf("%+v %s", c, text)
	}
	if g, w := plain(got), plain(want); g != w {
		t.Fatalf("got\n%s\nwant\n%s", g, w)
	}
}

func list[T any](s []T) (all []any) {
	for _, v := range s {
		all = append(all, v)
	}
	return all
}

func sorted[V any](m map[poker.UserID]V) (keys []poker.UserID) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func votes(m map[poker.UserID]poker.Vote) (text string) {
	for _, u := range sorted(m) {
		text += " " + string(u) + "=" + m[u].Value + m[u].Comment
	}
	return text
}
