package hostile

import (
	"fmt"
	"time"

	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/report"
)

// Report holds the results of a run.
type Report struct {
	Nodes    int           `json:"nodes"`
	Rooms    int           `json:"rooms"`
	Members  int           `json:"members"`
	Duration time.Duration `json:"duration"`
	Memory   int64         `json:"memory"` // bytes that each node may have
	Ratio    float64       `json:"ratio"`  // factor by which p99 may grow; 0 for any

	// The estimates of the players, before, during and after the attack.
	Before load.Window `json:"before"`
	During load.Window `json:"during"`
	After  load.Window `json:"after"`

	Lost        int64      `json:"lost"` // connections of players
	LostWhy     string     `json:"lostWhy,omitempty"`
	Linked      string     `json:"linked,omitempty"`   // what no longer works in the attacked room
	Cleansed    string     `json:"cleansed,omitempty"` // what its owner could not clean up afterwards
	Newcomers   Newcomers  `json:"newcomers"`
	Colleagues  Colleagues `json:"colleagues"`  // of that room, who join it during the attack
	AdminFailed int        `json:"adminFailed"` // requests that the operator's port did not answer
	PeakRSS     uint64     `json:"peakRss"`     // of the largest node
	Died        []string   `json:"died,omitempty"`

	Were     State         `json:"were"`     // before the attack
	Are      State         `json:"are"`      // some seconds after it
	Rested   State         `json:"rested"`   // when its rooms and users had left memory, or should have
	RestedIn time.Duration `json:"restedIn"` // how long after it that was

	Attacks []Attack `json:"attacks"`
}

// How much more a node may hold afterwards, because it fluctuates by itself.
const (
	slackConnections = 4
	slackGoroutines  = 30
	slackFiles       = 15
	slackHeap        = 32 << 20
)

// Failures implements [report.Report].
func (r Report) Failures() []string {
	var f report.Failures
	for _, how := range r.Died {
		f.Add(true, "a server ended: %s", how)
	}
	f.Add(r.Lost > 0, "players lost %d connections, the first: %s", r.Lost, r.LostWhy)
	for code, n := range r.During.Refused {
		f.Add(!delayed[code], "players were refused %d requests: %s", n, code)
	}
	f.Add(r.During.Estimates.Count == 0, "players saw nothing during the attack")
	if ratio := r.P99(); r.Ratio > 0 {
		f.Add(ratio > r.Ratio, "p99 is %.2f times as long, want at most %.2f", ratio, r.Ratio)
	}
	f.Add(r.PeakRSS > uint64(r.Memory), "a server took %s, want at most %s", mib(float64(r.PeakRSS)), mib(float64(r.Memory)))
	f.Add(r.Newcomers.Failed > 0, "%d of %d newcomers failed, the first: %s", r.Newcomers.Failed, r.Newcomers.Came, r.Newcomers.Why)
	f.Add(r.Newcomers.Came == 0, "no newcomer came")
	f.Add(r.AdminFailed > 0, "the operator's port did not answer %d times", r.AdminFailed)
	r.failuresOfLinked(&f)
	for _, a := range r.Attacks {
		f.Add(a.Done == 0, "the attack %q got nothing done: refused %d times %s, could not be set up %d times, the first: %s", a.Name, a.Refused, report.Counts(a.Reasons), a.Failed, a.Why)
	}
	f.Add(len(r.Attacks) == 0, "there was no attack")
	r.failuresOfRest(&f)
	return f
}

// failuresOfLinked are the failures in the attacked room.
func (r Report) failuresOfLinked(f *report.Failures) {
	c := r.Colleagues
	f.Add(r.Linked != "", "in the room whose link the attacker had: %s", r.Linked)
	f.Add(r.Cleansed != "", "the owner of that room could not get rid of the attacker: %s", r.Cleansed)
	f.Add(c.Came == 0, "no colleague came to that room")
	f.Add(c.Failed > 0 || len(c.Refused) > 0, "%d of %d colleagues had no answer in that room, and others other refusals than that it is full: %s, the first: %s", c.Failed, c.Came, report.Counts(c.Refused), c.Why)
	f.Add(c.Came > 0 && c.In == 0, "none of %d colleagues got into that room, %d found it full", c.Came, c.Full)
}

// failuresOfRest are the failures to release what the attacker used.
func (r Report) failuresOfRest(f *report.Failures) {
	for _, c := range []struct {
		what            string
		were, are, more float64
	}{
		{"connections", r.Were.Connections, r.Are.Connections, slackConnections},
		{"goroutines", r.Were.Goroutines, r.Are.Goroutines, slackGoroutines},
		{"files", r.Were.Files, r.Are.Files, slackFiles},
		{"bytes of heap", r.Were.Heap, r.Are.Heap, slackHeap},
		{"rooms in memory", r.Were.Rooms, r.Rested.Rooms, slackRooms},
		{"users in memory", r.Were.Users, r.Rested.Users, slackUsers},
	} {
		most := c.were + c.more*float64(r.Nodes)
		f.Add(c.are > most, "afterwards there are %.0f %s, want at most %.0f", c.are, c.what, most)
	}
}

// delayed are the refusals after which players repeat the request, as the page does:
// the store was slow for a moment, or the round was over. The delay is in their
// times.
var delayed = map[string]bool{"unavailable": true, "stale_round": true}

// P99 is how many times as long the players' p99 is during the attack.
func (r Report) P99() float64 {
	if r.Before.Estimates.P99 == 0 {
		return 0
	}
	return float64(r.During.Estimates.P99) / float64(r.Before.Estimates.P99)
}

func mib(bytes float64) string { return fmt.Sprintf("%.0f MiB", bytes/(1<<20)) }

// Print implements [report.Report].
func (r Report) Print(p *report.Printer) {
	p.Line("%d nodes, %d × %d = %d players, attacked for %v; each node may have %s", r.Nodes, r.Rooms, r.Members, r.Rooms*r.Members, r.Duration, mib(float64(r.Memory)))
	p.Row("players", "estimates", "p50", "p99", "p99.9", "longest")
	for _, when := range []struct {
		name   string
		window load.Window
	}{{"before", r.Before}, {"during", r.During}, {"after", r.After}} {
		e := when.window.Estimates
		p.Row(when.name, e.Count, e.P50, e.P99, e.P999, e.Max)
	}
	p.Row("servers", "connections", "goroutines", "files", "heap", "RSS", "rooms", "users")
	for i, s := range []State{r.Were, r.Are, r.Rested} {
		p.Row([]string{"before", "after", "at rest"}[i], s.Connections, s.Goroutines, s.Files, mib(s.Heap), mib(s.RSS), s.Rooms, s.Users)
	}
	p.Row("attack", "done", "refused", "unanswered", "not set up", "refusals")
	for _, a := range r.Attacks {
		p.Row(a.Name, a.Done, a.Refused, a.Unanswered, a.Failed, report.Counts(a.Reasons))
	}
	for _, a := range r.Attacks {
		if a.Failed > 0 {
			p.Line("%s: could not be set up %d times, the first: %s", a.Name, a.Failed, a.Why)
		}
	}
	p.Line("p99 ratio %.2f; largest server %s; %d newcomers, the slowest %s; %d connections lost",
		r.P99(), mib(float64(r.PeakRSS)), r.Newcomers.Came, report.Duration(r.Newcomers.Longest), r.Lost)
	c := r.Colleagues
	p.Line("the room with the link: %d of %d colleagues got in and estimated, after %s on average and %s at most; %d found it full",
		c.In, c.Came, report.Duration(c.Mean), report.Duration(c.Longest), c.Full)
	p.Line("rooms and users in memory were as before %s after the attack", report.Duration(r.RestedIn))
	p.Line("players' requests refused: %s", report.Counts(r.During.Refused))
}
