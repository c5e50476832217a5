package chaos

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/pokey/cmd/pokey-load/history"
	"example.com/pokey/cmd/pokey-load/report"
)

// Row holds the effects of one fault. The clients whose node was hit and all others
// are measured apart; if no node was hit, all clients are others.
type Row struct {
	Round  int           `json:"round"`
	Fault  string        `json:"fault"`
	Victim string        `json:"victim,omitempty"` // the node
	Lasted time.Duration `json:"lasted"`
	Back   time.Duration `json:"back"` // from its end until everybody had seen a new change

	Others Group `json:"others"`
	Hit    Group `json:"hit"`

	Lag time.Duration `json:"lag"` // the longest time that this program did not get to run

	Missing int      `json:"missing"`         // members who did not come back in time
	Split   int      `json:"split"`           // rooms whose members saw different states in the end
	Rooms   int      `json:"rooms"`           // on all nodes together in the end
	Audit   string   `json:"audit,omitempty"` // why the rooms could not be read
	Grown   []string `json:"grown,omitempty"` // resources of which nodes have more than they should

	Exits []string        `json:"exits,omitempty"` // nodes that ended by themselves, and how
	Stops []time.Duration `json:"stops,omitempty"` // how long planned stops took

	Durable   int             `json:"durable"` // acknowledgements
	Found     []history.Fault `json:"found,omitempty"`
	Undecided int             `json:"undecided"`
	Checking  time.Duration   `json:"checking"`
}

// Group holds the measurements of a group of clients.
type Group struct {
	Clients int           `json:"clients"`
	Gap     time.Duration `json:"gap"`              // the longest status gap of any
	Target  time.Duration `json:"target,omitempty"` // the gap should not exceed this; zero for no target
	Cause   string        `json:"cause"`            // of it, with times from the beginning of the fault
	Median  time.Duration `json:"median"`           // of all clients' longest
	Lost    int           `json:"lost"`             // connections
	Asked   int           `json:"asked"`            // requests
	Waited  time.Duration `json:"waited"`           // the longest for an answer
	Refused counts        `json:"refused"`          // for the moment and by the rules, by code
	Failed  counts        `json:"failed"`           // requests that a page had given up, by code
}

func (g Group) over() bool { return g.Target > 0 && g.Gap > g.Target }

// counts are numbers by code.
type counts map[string]int

func (c counts) add(code string, n int) {
	if n > 0 {
		c[code] += n
	}
}

func (c counts) sum() (n int) {
	for _, k := range c {
		n += k
	}
	return n
}

func (c counts) String() string { return report.Counts(c) }

// Lost, doubled and leaked are the kinds of faults that a row counts; all others
// are added up.
func (r Row) count(kinds ...history.FaultKind) (n int) {
	for _, f := range r.Found {
		if slices.Contains(kinds, f.Kind) {
			n++
		}
	}
	return n
}

// failures returns everything that no fault excuses.
func (r Row) failures() []string {
	var f report.Failures
	for _, fault := range r.Found {
		f.Add(true, "%s", fault)
	}
	f.Add(r.Missing > 0, "%d members not back", r.Missing)
	f.Add(r.Split > 0, "%d rooms served twice", r.Split)
	f.Add(r.Undecided > 0, "%d rooms undecided", r.Undecided)
	f.Add(r.Audit != "", "%s", r.Audit)
	return append(f, r.Grown...)
}

// Report holds the results of a run.
type Report struct {
	Rooms   int     `json:"rooms"`
	Members int     `json:"members"`
	Rate    float64 `json:"rate"`
	Seed    uint64  `json:"seed"`
	Dir     string  `json:"dir"`

	Rows     []Row    `json:"rows"`
	Expelled int64    `json:"expelled"`       // members told not to come back
	Tapped   int64    `json:"tapped"`         // bytes between servers, searched for estimates
	Control  int64    `json:"control"`        // packets to and from clients in which there were some
	Left     []string `json:"left,omitempty"` // resources that nodes still hold when all users have expired
	Dumps    []string `json:"dumps,omitempty"`
}

// Failures implements [report.Report]: every promise must hold and be decided.
// How long people waited is for the reader to judge.
func (r Report) Failures() []string {
	var f report.Failures
	for _, row := range r.Rows {
		for _, failure := range row.failures() {
			f.Add(true, "after %s: %s", row.Fault, failure)
		}
	}
	f.Add(r.Expelled > 0, "%d members were told not to come back", r.Expelled)
	f.Add(len(r.Left) > 0, "left behind: %s", strings.Join(r.Left, " "))
	f.Add(r.Control == 0, "no estimate was found where it may be read, so the search proves nothing")
	f.Add(len(r.Rows) == 0, "nothing was done")
	return f
}

// PrintHead prints the heading of the lines that [Row.Print] prints.
func PrintHead(p *report.Printer) {
	p.Line(rowFormat, "fault", "node", "gap others", "gap hit", "median o/h", "waited o/h", "failed o/h", "refused", "conns lost", "acks", "lost/dbl/leak/other", "notes")
}

const rowFormat = "%-14s %-4s %-10s %-8s %-13s %-15s %-11s %-20s %-10s %-6v %-19s %s"

// Print prints the row as a line of a table.
func (r Row) Print(p *report.Printer) {
	others := func(s string) string { return unless(r.Others.Clients == 0, s) }
	hit := func(s string) string { return unless(r.Hit.Clients == 0, s) }
	refused := make(counts)
	for _, g := range []Group{r.Others, r.Hit} {
		for code, n := range g.Refused {
			refused.add(code, n)
		}
	}
	lost, doubled, leaked := r.count(history.Lost), r.count(history.Doubled), r.count(history.Leaked, history.Unasked)
	p.Line(rowFormat, r.Fault, r.Victim, others(report.Duration(r.Others.Gap)), hit(report.Duration(r.Hit.Gap)),
		others(report.Duration(r.Others.Median))+"/"+hit(report.Duration(r.Hit.Median)), others(report.Duration(r.Others.Waited))+"/"+hit(report.Duration(r.Hit.Waited)),
		fmt.Sprintf("%d/%d", r.Others.Failed.sum(), r.Hit.Failed.sum()), refused, fmt.Sprintf("%d/%d", r.Others.Lost, r.Hit.Lost),
		r.Durable, fmt.Sprintf("%d/%d/%d/%d", lost, doubled, leaked, len(r.Found)-lost-doubled-leaked), strings.Join(r.notes(), "; "))
}

func unless(nobody bool, s string) string {
	if nobody {
		return "-"
	}
	return s
}

// notes returns further remarks for the table.
func (r Row) notes() []string {
	var notes []string
	note := func(when bool, format string, args ...any) {
		if when {
			notes = append(notes, fmt.Sprintf(format, args...))
		}
	}
	note(r.Others.over(), "others' gap is over %s", report.Duration(r.Others.Target))
	note(r.Hit.over(), "gap is over %s", report.Duration(r.Hit.Target))
	note(r.Lag > maxLag, "the machine is busy: late by %s", report.Duration(r.Lag))
	note(r.Missing > 0, "%d members not back", r.Missing)
	note(r.Split > 0, "%d rooms served twice", r.Split)
	note(r.Undecided > 0, "%d rooms undecided", r.Undecided)
	note(r.Audit != "", "%s", r.Audit)
	note(r.Others.Failed.sum() > 0, "others' failed: %s", r.Others.Failed)
	note(r.Hit.Failed.sum() > 0, "failed: %s", r.Hit.Failed)
	note(len(r.Stops) > 0, "stops took %s", joined(r.Stops))
	note(len(r.Exits) > 0, "ended by themselves: %s", strings.Join(r.Exits, ", "))
	notes = append(notes, r.Grown...)
	for _, kind := range []history.FaultKind{history.NotLinearizable, history.Misreported, history.OutOfOrder, history.Divergent, history.Invented} {
		note(r.count(kind) > 0, "%s %d", kind, r.count(kind))
	}
	return notes
}

func joined(durations []time.Duration) string {
	var parts []string
	for _, d := range durations {
		parts = append(parts, report.Duration(d))
	}
	return strings.Join(parts, ", ")
}

// Print implements [report.Report].
func (r Report) Print(p *report.Printer) {
	p.Line("")
	PrintHead(p)
	for _, row := range r.Rows {
		row.Print(p)
	}
	p.Line("")
	p.Field("rooms × members", "%d × %d, %g requests/s", r.Rooms, r.Members, r.Rate)
	p.Field("searched between servers", "%d MB; with clients, where they may be read, estimates were in %d packets", r.Tapped>>20, r.Control)
	p.Row("told not to come back", r.Expelled)
	p.Row("left behind", strings.Join(r.Left, " "))
	p.Row("seed", r.Seed)
	p.Row("logs", r.Dir)
	for _, row := range r.Rows {
		if row.Others.over() {
			p.Line("%s, others: %s", row.Fault, row.Others.Cause)
		}
		if row.Hit.over() {
			p.Line("%s, hit: %s", row.Fault, row.Hit.Cause)
		}
	}
	for _, name := range r.Dumps {
		p.Line("see %s", name)
	}
}

// maxLag is the lag of this program below which measured times are good enough.
const maxLag = 50 * time.Millisecond
