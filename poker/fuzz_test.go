package poker_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/pokey/poker"
)

// canary marks what must not be seen before it is revealed. Every estimate of a
// fuzzed game has its own, in the value where the deck lets it, and in the comment.
const canary = "canary"

// FuzzRoom plays games made of bytes and checks after each command what is
// true of every room.
func FuzzRoom(f *testing.F) {
	f.Add([]byte{})
	// Three bytes a command: which, by whom, and a choice.
	f.Add([]byte{4, 0, 0, 4, 1, 0, 6, 0, 0, 14, 0, 2, 8, 0, 0, 13, 0, 0, 7, 0, 0, 8, 0, 0})                   // reveal, settle, clear, undo, hide
	f.Add([]byte{11, 0, 3, 4, 0, 0, 4, 1, 0, 27, 0, 16, 13, 0, 0, 4, 1, 0, 5, 0, 0, 2, 0, 0, 27, 0, 200})     // auto-reveal, stand-in
	f.Add([]byte{4, 1, 0, 15, 0, 2, 16, 0, 0, 20, 1, 0, 13, 0, 0, 0, 2, 0, 4, 2, 3, 12, 0, 1, 18, 0, 2})      // next topic, expiry, deck, transfer
	f.Add([]byte{6, 0, 0, 4, 0, 0, 11, 0, 4, 4, 0, 0, 10, 0, 1, 17, 0, 5, 8, 1, 0, 19, 0, 1, 24, 2, 0, 3, 0}) // locks, roles, deputy, removal
	f.Fuzz(playBytes)
}

// TestRandomGames is what FuzzRoom does, with the same random games each time.
func TestRandomGames(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	for range 15 {
		script := make([]byte, 3*150)
		_, _ = random.Read(script)
		playBytes(t, script)
	}
}

func playBytes(t *testing.T, script []byte) {
	g := newGame(t)
	g.step(poker.Join{By: "olga", Name: "Olga"})
	g.step(poker.Join{By: "ada", Name: "Ada"})
	for len(script) >= 3 && g.steps < 150 {
		g.step(g.command(script[0], script[1], script[2]))
		script = script[3:]
	}
}

// game is a room and what its watchers have seen.
type game struct {
	t     *testing.T
	now   poker.Millis
	room  *poker.Room
	steps int
	shown map[string]bool // canaries that were displayed to everybody

	held any    // what the room handed out before
	dump string // and what that said then
}

var users = []poker.UserID{"olga", "ada", "bob", "eve"}

func newGame(t *testing.T) *game {
	return &game{
		t:     t,
		now:   start,
		room:  poker.NewRoom("kitchen", "e1", "olga", start, poker.Deck{Name: "free", Cards: []string{}}),
		shown: make(map[string]bool),
	}
}

// step applies a command, and everything else is a check.
func (g *game) step(c poker.Command) {
	g.steps++
	before := whole(g.room)
	topics := g.room.Snapshot().Topics
	events, err := g.room.Apply(g.now, c, poker.Limits{Members: 3})
	if err != nil && len(events) > 0 {
		g.t.Fatalf("%T: got %v and %v, want either events or a refusal", c, events, err)
	}
	after := whole(g.room)
	switch {
	case len(events) == 0 && !reflect.DeepEqual(before, after):
		g.t.Fatalf("%T changed the room without an event", c)
	case len(events) > 0 && after.Version != before.Version+1:
		g.t.Fatalf("%T: got version %d, want %d", c, after.Version, before.Version+1)
	}
	if g.held != nil && dump(g.held) != g.dump {
		g.t.Fatalf("%T changed a snapshot that was handed out before", c)
	}
	s := g.room.Snapshot()
	if _, ok := c.(poker.RevealAhead); ok {
		g.revealedAhead(before.Round)
	}
	g.secrecy(events, err, s)
	g.topicsStay(topics, s.Topics)
	g.invariants(s, after)
	g.deadline()
	g.undo(s)
	g.restore(s, after)
	g.held = []any{s, after, g.room.History(), g.room.Own(users[1])}
	g.dump = dump(g.held)
}

// secrecy follows every canary: none is in an event, an error or a hidden
// snapshot, and the history has only those that were displayed.
func (g *game) secrecy(events []poker.Event, err error, s *poker.Snapshot) {
	if found := canaries(events); len(found) > 0 {
		g.t.Fatalf("events %T reveal %q", events, found)
	}
	if err != nil && strings.Contains(err.Error(), canary) {
		g.t.Fatalf("error %v reveals an estimate", err)
	}
	for _, c := range canaries(g.room.History()) {
		if !g.shown[c] {
			g.t.Fatalf("the history reveals %q", c)
		}
	}
	found := canaries(s)
	if !s.Revealed && len(found) > 0 {
		g.t.Fatalf("a hidden room reveals %q", found)
	}
	for _, c := range found {
		g.shown[c] = true
	}
}

// invariants compares what is shown with what is so.
func (g *game) invariants(s *poker.Snapshot, state poker.State) {
	estimated, standIns := 0, 0
	g.ahead(s, state)
	for _, m := range s.Members {
		own := g.room.Own(m.ID)
		if m.Estimated != (own != nil) || m.Vote != nil && (!s.Revealed || *m.Vote != *own) {
			g.t.Fatalf("%s has an estimate: %v, but is shown as %v", m.ID, own != nil, m)
		}
		if m.Estimated {
			estimated++
		}
		if m.StandIn {
			standIns++
		}
		if m.StandIn && (!m.Online || !s.Options.StandIn) || m.Deputy && m.ID == s.Owner || m.Role == poker.Observer && m.Estimated && !s.Revealed {
			g.t.Fatalf("got member %+v, want one that can be", m)
		}
	}
	for what, broken := range map[string]bool{
		"estimates are miscounted":        s.Estimates != estimated,
		"members are missing":             len(s.Members) != len(state.Members),
		"two stand in":                    standIns > 1,
		"a summary belongs to a reveal":   (s.Summary != nil) != s.Revealed,
		"agreed on what is hidden":        s.Agreed != "" && !s.Revealed,
		"revealed by nobody":              s.Revealed && s.RevealedBy == "",
		"offered to somebody who is gone": s.OfferedTo != "" && (!g.room.Has(s.OfferedTo) || s.OfferedTo == s.Owner),
		"a count-down to nothing":         s.RevealAt != 0 && (s.Revealed || !s.Options.AutoReveal || s.Estimates == 0),
		"too long a history":              s.Finished > poker.HistoryLength || s.Finished != len(g.room.History()),
		"an undo and its end do not go":   (s.Undo == "") != (s.UndoUntil == 0),
		"too many members":                len(s.Members) > 4,
		"the tally is wrong":              !g.room.Consistent(),
		"version, round or owner differ":  s.Version != g.room.Version() || s.Round != g.room.Round() || s.Owner != g.room.Owner(),
		"deserted with an owner in sight": g.room.Deserted() && (s.Owner != "" || len(s.Members) > 0),
	} {
		if broken {
			g.t.Fatalf("%s: got %+v, want state that can be", what, s)
		}
	}
}

// deadline checks that a tick does something then, and nothing before.
func (g *game) deadline() {
	at := g.room.Deadline()
	if at == 0 {
		if events, _ := g.room.Copy().Apply(g.now+1_000_000_000, poker.Tick{}, poker.Limits{}); len(events) > 0 {
			g.t.Fatalf("a tick without a deadline: got %v, want no events", events)
		}
		return
	}
	if events, _ := g.room.Copy().Apply(at-1, poker.Tick{}, poker.Limits{}); len(events) > 0 {
		g.t.Fatalf("a tick before the deadline: got %v, want no events", events)
	}
	if events, _ := g.room.Copy().Apply(at, poker.Tick{}, poker.Limits{}); len(events) == 0 {
		g.t.Fatal("a tick at the deadline: got no events, want some")
	}
}

// undo checks that a clear that is taken back has not been.
func (g *game) undo(want *poker.Snapshot) {
	room := g.room.Copy()
	for _, c := range []poker.Command{poker.NextTopic{By: room.Owner()}, poker.Undo{By: room.Owner()}} {
		if _, err := room.Apply(g.now, c, poker.Limits{}); err != nil {
			g.t.Fatalf("%T: got %v, want it accepted", c, err)
		}
	}
	same(g.t, "after a clear and an undo", room.Snapshot(), want, func(s *poker.Snapshot) {
		s.Version, s.Undo, s.UndoUntil, s.TimerEnds, s.RevealAt = 0, "", 0, 0, 0
	})
}

// restore checks that a room comes back from its state as it was.
func (g *game) restore(want *poker.Snapshot, state poker.State) {
	room, err := poker.Restore(state)
	if err != nil {
		g.t.Fatal(err)
	}
	if !room.Consistent() {
		g.t.Fatal("the tally of a restored room differs from a recount")
	}
	same(g.t, "after a restart", room.Snapshot(), want, func(*poker.Snapshot) {})
	present := room.Present()
	for _, m := range want.Members {
		if m.Online != slices.Contains(present, m.ID) {
			g.t.Fatalf("present are %v of %v", present, want.Members)
		}
	}
}

// same compares two snapshots but for what blur takes out.
func same(t *testing.T, when string, got, want *poker.Snapshot, blur func(*poker.Snapshot)) {
	t.Helper()
	g, w := *got, *want
	g.Members, w.Members = slices.Clone(g.Members), slices.Clone(w.Members)
	blur(&g)
	blur(&w)
	if !reflect.DeepEqual(g, w) {
		t.Fatalf("%s:\n got %s\nwant %s", when, dump(g), dump(w))
	}
}
