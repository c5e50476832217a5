package history

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// script writes a history by hand, of one room r that ada owns. Every step takes
// one tick of its clock.
type script struct {
	*History
	hooks client.Hooks
	clock int64
	conns map[string]int // the newest connection of each user
}

func newScript() *script {
	s := &script{History: New(), conns: make(map[string]int)}
	s.now = func() int64 { s.clock++; return s.clock }
	s.hooks = s.Hooks()
	s.Created("r", "ada")
	return s
}

var (
	durable = client.Reply{OK: true, Durable: true, Sent: 1}
	again   = client.Reply{OK: true, Durable: true, Sent: 2}
)

func refused(code string) client.Reply { return client.Reply{Code: code, Sent: 1} }

func (s *script) begin(kind Kind, user string, round int, value string) *Op {
	return s.Begin(Ask{Kind: kind, Room: "r", User: user, Round: round, Value: value})
}

// do is a request that is answered before anything else happens.
func (s *script) do(kind Kind, user string, round int, value string) {
	s.End(s.begin(kind, user, round, value), durable)
}

// connect opens a connection and lets it join.
func (s *script) connect(user string) {
	s.conns[user] = 100*len(s.conns) + 1 + s.conns[user]
	s.hooks.Opened(s.conns[user], user)
	s.hooks.Joining(s.conns[user], "r")
}

// join is the first connection of a user, and the request.
func (s *script) join(user string) {
	s.connect(user)
	s.do(Join, user, 0, "")
}

// sees gives the user a status: "-" for a member without an estimate, "+" for
// one with a hidden estimate, otherwise the estimate.
func (s *script) sees(user string, version uint64, round int, members map[string]string, change ...func(*client.Room)) {
	room := client.Room{ID: "r", Epoch: "e", Version: version, Round: round, OwnerID: "ada", Members: make(map[string]client.Member)}
	for id, what := range members {
		m := client.Member{Role: "estimator", Online: true, Estimated: what != "-"}
		if m.Estimated {
			room.Estimates++
		}
		if m.Estimated && what != "+" {
			m.Shown, m.Value = true, what
			revealed(&room)
		}
		room.Members[id] = m
	}
	for _, f := range change {
		f(&room)
	}
	for i, c := range fmt.Sprint(room.Round, room.Revealed, room.Estimates, slices.Sorted(maps.Keys(room.Members))) {
		room.Digest += uint64(i+1) * uint64(c)
	}
	s.hooks.Status(s.conns[user], room)
}

func (s *script) owns(user string, round int, value string) {
	s.hooks.OwnEstimate(s.conns[user], client.OwnEstimate{RoomID: "r", Round: round, Given: value != "", Value: value})
}

func revealed(r *client.Room) { r.Revealed, r.HasSummary, r.RevealedBy = true, true, "ada" }

func lookedBy(user string) func(*client.Room) { return func(r *client.Room) { r.RevealedBy = user } }

func topic(text string) func(*client.Room) { return func(r *client.Room) { r.Topic = text } }

type members = map[string]string

// round plays a whole clean round 1 of ada and bob up to its reveal.
func (s *script) round() {
	s.join("ada")
	s.sees("ada", 2, 1, members{"ada": "-"})
	s.owns("ada", 1, "")
	s.join("bob")
	s.sees("bob", 3, 1, members{"ada": "-", "bob": "-"})
	s.sees("ada", 3, 1, members{"ada": "-", "bob": "-"})
	a, b := s.begin(Estimate, "ada", 1, "zqxaaaaaaaaaaaa"), s.begin(Estimate, "bob", 1, "zqxbbbbbbbbbbbb")
	s.End(b, durable)
	s.sees("bob", 4, 1, members{"ada": "-", "bob": "+"})
	s.End(a, durable)
	s.sees("bob", 5, 1, members{"ada": "+", "bob": "+"})
	s.sees("ada", 5, 1, members{"ada": "+", "bob": "+"})
	s.do(Reveal, "ada", 1, "")
	for _, user := range []string{"ada", "bob"} {
		s.sees(user, 6, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"})
	}
}

func (s *script) kinds(t *testing.T) map[FaultKind]bool {
	t.Helper()
	v := s.Check(10 * time.Second)
	if len(v.Undecided) > 0 {
		t.Error("undecided")
	}
	kinds := make(map[FaultKind]bool)
	for _, f := range v.Faults {
		kinds[f.Kind] = true
	}
	return kinds
}
