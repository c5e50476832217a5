package hostile

import (
	"fmt"
	"io"
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

	Lost        int64     `json:"lost"` // connections of those who play
	LostWhy     string    `json:"lostWhy,omitempty"`
	Linked      string    `json:"linked,omitempty"` // what no longer works in the room whose link the attacker has
	Newcomers   Newcomers `json:"newcomers"`
	AdminFailed int       `json:"adminFailed"` // answers of the operator's port that did not come
	PeakRSS     uint64    `json:"peakRss"`     // of the largest node
	Died        []string  `json:"died,omitempty"`

	Were    State    `json:"were"` // before the attack
	Are     State    `json:"are"`  // some seconds after it
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
	fault(r.Linked != "", "in the room whose link the attacker had: %s", r.Linked)
	for _, c := range []struct {
		what            string
		were, are, more float64
	}{
		{"connections", r.Were.Connections, r.Are.Connections, slackConnections},
		{"goroutines", r.Were.Goroutines, r.Are.Goroutines, slackGoroutines},
		{"files", r.Were.Files, r.Are.Files, slackFiles},
		{"bytes of heap", r.Were.Heap, r.Are.Heap, slackHeap},
	} {
		most := c.were + c.more*float64(r.Nodes)
		fault(c.are > most, "afterwards there are %.0f %s, want at most %.0f", c.are, c.what, most)
	}
	return all
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
	for i, s := range []State{r.Were, r.Are} {
		row("%s\t%.0f\t%.0f\t%.0f\t%s\t%s\t%.0f\t%.0f", []string{"before", "after"}[i], s.Connections, s.Goroutines, s.Files, mib(s.Heap), mib(s.RSS), s.Rooms, s.Users)
	}
	row("attack\tdone\trefused")
	for _, a := range r.Attacks {
		row("%s\t%d\t%d", a.Name, a.Done, a.Refused)
	}
	_ = out.Flush()
	line("p99 ratio %.2f; largest server %s; %d newcomers, the slowest %v; %d connections lost", r.P99(), mib(float64(r.PeakRSS)), r.Newcomers.Came, short(r.Newcomers.Longest), r.Lost)
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

func short(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
