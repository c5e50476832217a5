package load

import (
	"strings"
	"testing"
	"time"

	"example.com/pokey/cmd/pokey-load/wire"
)

// table is a room of three members that gets its messages by hand.
func table(t *testing.T, s shape) (*room, func(m int, msg string, at int) []outgoing) {
	t.Helper()
	r := &room{id: "r", shape: s, ready: make(chan struct{})}
	r.reader.index = map[string]int{"a": 0, "b": 1, "c": 2}
	for i := range 3 {
		r.members = append(r.members, &member{room: r, number: i, joining: true})
	}
	r.start(time.Unix(0, 0))
	return r, func(m int, msg string, at int) []outgoing {
		t.Helper()
		head, err := wire.Peek([]byte(msg))
		if err != nil {
			t.Fatal(err)
		}
		out, err := r.update(r.members[m], head, []byte(msg), time.Unix(int64(at), 0))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

const (
	everybody = `{"event":"roomStatus","roomId":"r","version":1,"room":{"revealed":false,"round":1,"members":{"a":{"estimated":false},"b":{"estimated":false},"c":{"estimated":false}}}}`
	oneDone   = `{"event":"roomPatch","roomId":"r","since":1,"version":2,"patch":{"members":{"a":{"estimated":true}}}}`
	allDone   = `{"event":"roomPatch","roomId":"r","since":2,"version":4,"patch":{"members":{"b":{"estimated":true},"c":{"estimated":true}}}}`
	shown     = `{"event":"roomPatch","roomId":"r","since":4,"version":5,"patch":{"revealed":true}}`
	nextRound = `{"event":"roomStatus","roomId":"r","version":7,"room":{"revealed":false,"round":2,"members":{"a":{"estimated":true},"b":{"estimated":false},"c":{"estimated":false}}}}`
)

func TestPatchThatDoesNotFit(t *testing.T) {
	r, see := table(t, idle{})
	see(0, everybody, 1)
	if out := see(0, allDone, 2); len(out) != 1 || !strings.Contains(string(out[0].msg), `"joinRoom"`) {
		t.Errorf("got %v", out)
	}
	if out := see(0, shown, 2); len(out) != 0 {
		t.Errorf("asked twice: %s", out[0].msg)
	}
	see(0, everybody, 3)
	see(0, oneDone, 3)
	if r.tally.resyncs != 1 || r.members[0].view.version != 2 {
		t.Errorf("%d resyncs, version %d", r.tally.resyncs, r.members[0].view.version)
	}
}

// Whether changes come one by one or folded, each counts once for each member.
func TestDeliveriesCount(t *testing.T) {
	r, see := table(t, idle{})
	for m := range 3 {
		see(m, everybody, 1)
	}
	select {
	case <-r.ready:
	default:
		t.Fatal("not ready")
	}
	for i, s := range []step{0, 1, 2, r.reveal(), r.clear()} {
		r.sent(1, s, time.Unix(int64(10+i), 0))
	}
	r.sent(2, 0, time.Unix(20, 0))

	see(0, oneDone, 30) // their own: no latency
	see(0, allDone, 31)
	see(0, shown, 32)
	see(0, nextRound, 33)
	if tl := r.tally; tl.deliveries != 6 || tl.superseded != 0 || tl.estimates.count != 2 || tl.transitions.count != 2 {
		t.Errorf("one by one: %+v", tl)
	}
	see(1, nextRound, 50) // everything at once
	tl := r.tally
	if tl.deliveries != 12 || tl.superseded != 4 || tl.estimates.count != 2+3 || tl.transitions.count != 4 {
		t.Errorf("folded: %+v", tl)
	}
	if tl.estimates.longest != 40*time.Second || tl.transitions.longest != 37*time.Second {
		t.Errorf("longest %v and %v", tl.estimates.longest, tl.transitions.longest)
	}
}

func TestRefusalThatMayPassIsTriedAgain(t *testing.T) {
	r, see := table(t, burst{})
	for m := range 3 {
		see(m, everybody, 1)
	}
	out := r.begin()
	if len(out) != 3 {
		t.Fatalf("%d estimates", len(out))
	}
	answer := func(msg string, again bool) []outgoing {
		head, err := wire.Peek([]byte(msg))
		if err != nil {
			t.Fatal(err)
		}
		return r.answered(out[0].to, head, again, time.Now())
	}
	id := out[0].to.waiting[0].id
	if again := answer(`{"event":"error","id":"`+id+`","code":"rate_limited","retryable":true}`, true); len(again) != 1 || string(again[0].msg) != string(out[0].msg) {
		t.Errorf("got %v", again)
	}
	answer(`{"event":"ok","id":"`+id+`"}`, false)
	answer(`{"event":"error","code":"bad_json"}`, false)
	if tl := r.tally; tl.acks.count != 1 || tl.refused["rate_limited"] != 1 || tl.refused["bad_json"] != 1 || len(out[0].to.waiting) != 0 {
		t.Errorf("got %+v", tl)
	}
}
