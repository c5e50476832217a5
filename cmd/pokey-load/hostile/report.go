package hostile

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/pokey/cmd/pokey-load/load"
)

// Report is what a run found.
type Report struct {
	Nodes    int           `json:"nodes"`
	Rooms    int           `json:"rooms"`
	Members  int           `json:"members"`
	Duration time.Duration `json:"duration"`
	Memory   int64         `json:"memory"` // what each node may have
	Ratio    float64       `json:"ratio"`  // what p99 may grow by; 0 for whatever it does

	// The estimates of those who play, before, during and after the attack.
	Before load.Window `json:"before"`
	During load.Window `json:"during"`
	After  load.Window `json:"after"`

	Lost        int64      `json:"lost"` // connections of those who play
	LostWhy     string     `json:"lostWhy,omitempty"`
	Linked      string     `json:"linked,omitempty"`   // what no longer works in the room whose link the attacker has
	Cleansed    string     `json:"cleansed,omitempty"` // and what the owner could not do about it afterwards
	Newcomers   Newcomers  `json:"newcomers"`
	Colleagues  Colleagues `json:"colleagues"`  // who came to that room meanwhile
	AdminFailed int        `json:"adminFailed"` // answers of the operator's port that did not come
	PeakRSS     uint64     `json:"peakRss"`     // of the largest node
	Died        []string   `json:"died,omitempty"`

	Were     State         `json:"were"`     // before the attack
	Are      State         `json:"are"`      // some seconds after it
	Rested   State         `json:"rested"`   // when its rooms and users had left memory, or should have
	RestedIn time.Duration `json:"restedIn"` // how long after it that was

	Attacks []Attack `json:"attacks"`
}

// How much more a node may hold afterwards: what comes and goes by itself.
const (
	slackConnections = 4
	slackGoroutines  = 30
	slackFiles       = 15
	slackHeap        = 32 << 20
)

// Faults are the reasons why the run failed.
func (r Report) Faults() (all []string) {
	fault := func(is bool, format string, args ...any) {
		if is {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	for _, how := range r.Died {
		fault(true, "a server ended: %s", how)
	}
	fault(r.Lost > 0, "players lost %d connections, the first: %s", r.Lost, r.LostWhy)
	for code, n := range r.During.Refused {
		fault(!delayed[code], "players were refused %d requests: %s", n, code)
	}
	fault(r.During.Estimates.Count == 0, "players saw nothing during the attack")
	if ratio := r.P99(); r.Ratio > 0 {
		fault(ratio > r.Ratio, "p99 is %.2f times as long, want at most %.2f", ratio, r.Ratio)
	}
	fault(r.PeakRSS > uint64(r.Memory), "a server took %s, want at most %s", mib(float64(r.PeakRSS)), mib(float64(r.Memory)))
	fault(r.Newcomers.Failed > 0, "%d of %d newcomers failed, the first: %s", r.Newcomers.Failed, r.Newcomers.Came, r.Newcomers.Why)
	fault(r.Newcomers.Came == 0, "no newcomer came")
	fault(r.AdminFailed > 0, "the operator's port did not answer %d times", r.AdminFailed)
	r.faultsOfLinked(fault)
	for _, a := range r.Attacks {
		fault(a.Done == 0, "the attack %q got nothing done: refused %d times %s, could not be set up %d times, the first: %s", a.Name, a.Refused, counts(a.Reasons), a.Failed, a.Why)
	}
	fault(len(r.Attacks) == 0, "there was no attack")
	r.faultsOfRest(fault)
	return all
}

// faultsOfLinked are those in the room whose link the attacker had.
func (r Report) faultsOfLinked(fault func(is bool, format string, args ...any)) {
	c := r.Colleagues
	fault(r.Linked != "", "in the room whose link the attacker had: %s", r.Linked)
	fault(r.Cleansed != "", "the owner of that room could not get rid of the attacker: %s", r.Cleansed)
	fault(c.Came == 0, "no colleague came to that room")
	fault(c.Failed > 0 || len(c.Refused) > 0, "%d of %d colleagues had no answer in that room, and others other refusals than that it is full: %s, the first: %s", c.Failed, c.Came, counts(c.Refused), c.Why)
	fault(c.Came > 0 && c.In == 0, "none of %d colleagues got into that room, %d found it full", c.Came, c.Full)
}

// faultsOfRest are about what is left of the attacker.
func (r Report) faultsOfRest(fault func(is bool, format string, args ...any)) {
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
		fault(c.are > most, "afterwards there are %.0f %s, want at most %.0f", c.are, c.what, most)
	}
}

// delayed are the refusals that players get past by asking again, as the page does:
// a store was slow for a moment, or the round was over when they did. What that
// costs them is in their times.
var delayed = map[string]bool{"unavailable": true, "stale_round": true}

// Passed reports whether nothing was found.
func (r Report) Passed() bool { return len(r.Faults()) == 0 }

// P99 is how many times as long the players' p99 is during the attack.
func (r Report) P99() float64 {
	if r.Before.Estimates.P99 == 0 {
		return 0
	}
	return float64(r.During.Estimates.P99) / float64(r.Before.Estimates.P99)
}

func mib(bytes float64) string { return fmt.Sprintf("%.0f MiB", bytes/(1<<20)) }

// Print writes the report for a person to read.
func (r Report) Print(w io.Writer) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	line("%d nodes, %d × %d = %d players, attacked for %v; each node may have %s", r.Nodes, r.Rooms, r.Members, r.Rooms*r.Members, r.Duration, mib(float64(r.Memory)))
	out := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	row := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	row("players\testimates\tp50\tp99\tp99.9\tlongest")
	for _, when := range []struct {
		name   string
		window load.Window
	}{{"before", r.Before}, {"during", r.During}, {"after", r.After}} {
		e := when.window.Estimates
		row("%s\t%d\t%v\t%v\t%v\t%v", when.name, e.Count, short(e.P50), short(e.P99), short(e.P999), short(e.Max))
	}
	row("servers\tconnections\tgoroutines\tfiles\theap\tRSS\trooms\tusers")
	for i, s := range []State{r.Were, r.Are, r.Rested} {
		row("%s\t%.0f\t%.0f\t%.0f\t%s\t%s\t%.0f\t%.0f", []string{"before", "after", "at rest"}[i], s.Connections, s.Goroutines, s.Files, mib(s.Heap), mib(s.RSS), s.Rooms, s.Users)
	}
	row("attack\tdone\trefused\tunanswered\tnot set up\trefusals")
	for _, a := range r.Attacks {
		row("%s\t%d\t%d\t%d\t%d\t%s", a.Name, a.Done, a.Refused, a.Unanswered, a.Failed, counts(a.Reasons))
	}
	_ = out.Flush()
	for _, a := range r.Attacks {
		if a.Failed > 0 {
			line("%s: could not be set up %d times, the first: %s", a.Name, a.Failed, a.Why)
		}
	}
	line("p99 ratio %.2f; largest server %s; %d newcomers, the slowest %v; %d connections lost", r.P99(), mib(float64(r.PeakRSS)), r.Newcomers.Came, short(r.Newcomers.Longest), r.Lost)
	c := r.Colleagues
	line("the room with the link: %d of %d colleagues got in and estimated, after %v on average and %v at most; %d found it full", c.In, c.Came, short(c.Mean), short(c.Longest), c.Full)
	line("rooms and users in memory were as before %v after the attack", r.RestedIn.Round(time.Second))
	for code, n := range r.During.Refused {
		line("players were refused %d times: %s", n, code)
	}
	for _, f := range r.Faults() {
		line("  %s", f)
	}
	verdict := "PASSED"
	if !r.Passed() {
		verdict = "FAILED"
	}
	line("%s", verdict)
}

// counts is how often there was what, in order.
func counts[N int | int64](of map[string]N) string {
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%s %d", code, of[code]))
	}
	return strings.Join(parts, ", ")
}

func short(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
