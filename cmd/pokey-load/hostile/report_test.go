package hostile

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/report"
)

// sound is the report of a run in which nothing was found.
func sound() Report {
	held := State{Connections: 80, Goroutines: 200, Files: 150, Heap: 30 << 20, Rooms: 21, Users: 81}
	estimates := load.Window{Estimates: load.Latency{Count: 100, P99: 10 * time.Millisecond}}
	return Report{
		Nodes: 1, Rooms: 20, Members: 4, Memory: 256 << 20, Ratio: 1.25,
		Before: estimates, During: estimates, After: estimates,
		Newcomers: Newcomers{Came: 10}, Colleagues: Colleagues{Came: 5, In: 4, Full: 1}, PeakRSS: 100 << 20,
		Were: held, Are: held, Rested: held, Attacks: []Attack{{Name: "one", Done: 1}, {Name: "other", Done: 7}},
	}
}

// Each fault alone fails a run, and says so.
func TestFaults(t *testing.T) {
	if faults := sound().Failures(); len(faults) != 0 {
		t.Fatalf("got faults %q in a sound report, want none", faults)
	}
	for want, spoil := range map[string]func(*Report){
		"a server ended":                      func(r *Report) { r.Died = []string{"node 1: killed"} },
		"players lost 1 connections":          func(r *Report) { r.Lost = 1 },
		"players were refused 2 requests":     func(r *Report) { r.During.Refused = map[string]uint64{"rate_limited": 2} },
		"players saw nothing":                 func(r *Report) { r.During.Estimates.Count = 0 },
		"p99 is 1.30 times":                   func(r *Report) { r.During.Estimates.P99 = 13 * time.Millisecond },
		"a server took 257 MiB":               func(r *Report) { r.PeakRSS = 257 << 20 },
		"1 of 10 newcomers failed":            func(r *Report) { r.Newcomers.Failed = 1 },
		"no newcomer came":                    func(r *Report) { r.Newcomers.Came = 0 },
		"port did not answer 1 times":         func(r *Report) { r.AdminFailed = 1 },
		"link the attacker had: join: no":     func(r *Report) { r.Linked = "join: no" },
		"could not get rid of the attacker":   func(r *Report) { r.Cleansed = "removeAway: no" },
		"no colleague came":                   func(r *Report) { r.Colleagues = Colleagues{} },
		"1 of 6 colleagues had no answer":     func(r *Report) { r.Colleagues.count(0, errors.New("gone")) },
		"room_locked: 1, the first: refused":  func(r *Report) { r.Colleagues.count(0, refusal{"room_locked"}) },
		"none of 5 colleagues got into":       func(r *Report) { r.Colleagues.In, r.Colleagues.Full = 0, 5 },
		`"one" got nothing done: refused 3`:   func(r *Report) { r.Attacks[0] = Attack{Name: "one", Refused: 3} },
		"not be set up 2 times, the first: x": func(r *Report) { r.Attacks[1] = Attack{Name: "other", Failed: 2, Why: "x"} },
		"there was no attack":                 func(r *Report) { r.Attacks = nil },
		"there are 85 connections":            func(r *Report) { r.Are.Connections = 85 },
		"there are 231 goroutines":            func(r *Report) { r.Are.Goroutines = 231 },
		"there are 166 files":                 func(r *Report) { r.Are.Files = 166 },
		"bytes of heap":                       func(r *Report) { r.Are.Heap = 63 << 20 },
		"there are 32 rooms in memory":        func(r *Report) { r.Rested.Rooms = 32 },
		"there are 92 users in memory":        func(r *Report) { r.Rested.Users = 92 },
	} {
		r := sound()
		spoil(&r)
		var text strings.Builder
		_ = report.WriteText(&text, r)
		faults := r.Failures()
		switch {
		case len(faults) != 1 || !strings.Contains(faults[0], want):
			t.Errorf("got faults %q, want one with %q", faults, want)
		case report.Passed(r) || !strings.Contains(text.String(), faults[0]) || !strings.Contains(text.String(), "FAILED"):
			t.Errorf("passed: %v, for a report with %q:\n%s", report.Passed(r), want, &text)
		}
	}
}

// Five seconds after the attack its rooms may still be in memory: they take their
// time, and are judged after it.
func TestRoomsMayRestLater(t *testing.T) {
	r := sound()
	r.Are.Rooms, r.Are.Users = 500, 300
	if faults := r.Failures(); len(faults) != 0 {
		t.Errorf("got faults %q, want none", faults)
	}
	if r.Are.atRest(r.Were, 1) || !r.Rested.atRest(r.Were, 1) {
		t.Error("500 rooms are at rest, or 21 of 21 are not")
	}
}

// Nothing counts as done but what the server says it took.
func TestTally(t *testing.T) {
	var m attempt
	for _, msg := range []string{
		`{"event":"ok","id":"t0"}`, `{"event":"error","id":"t1","code":"rate_limited"}`, `{"event":"error","code":"room_full"}`,
		`{"event":"roomPatch","roomId":"r","since":1,"version":2,"patch":{}}`,
	} {
		m.countMessage([]byte(msg))
	}
	m.countEnd(nil)
	m.countEnd(errOver)
	m.countEnd(refusal{"room_full"})
	m.countEnd(&setUpError{"1 of 15 got in", errors.New("status 503")})
	got := m.result()
	if got.Done != 1 || got.Refused != 3 || got.Failed != 1 || got.Why != "1 of 15 got in: status 503" {
		t.Errorf("got %+v, want 1 done, 3 refused and 1 failed for too few people", got)
	}
	if reasons := report.Counts(got.Reasons); reasons != "rate_limited: 1, room_full: 2" {
		t.Errorf("got refusals %s, want rate_limited: 1, room_full: 2", reasons)
	}
	if got.Done = 0; !slices.ContainsFunc((Report{Attacks: []Attack{got}}).Failures(), func(f string) bool { return strings.Contains(f, got.Why) }) {
		t.Error("an attack that could not be set up is no fault")
	}
}

// One node needs no etcd.
func TestEtcdIsForThreeNodes(t *testing.T) {
	o := Options{
		Programs: options.Programs{Binary: "pokey"}, Nodes: 1, Rooms: 1, Members: 1, Rate: 1,
		Duration: time.Second, Before: time.Second, Memory: 64,
	}
	if err := options.Validate(&o); err != nil {
		t.Errorf("one node: got %v, want no error", err)
	}
	if o.Nodes = 3; options.Validate(&o) == nil {
		t.Error("three nodes: got no error, want one for etcd")
	}
}
