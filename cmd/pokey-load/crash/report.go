package crash

import (
	"time"

	"example.com/pokey/cmd/pokey-load/history"
	"example.com/pokey/cmd/pokey-load/report"
)

// kinds are the columns of the last table.
var kinds = []history.FaultKind{
	history.Lost, history.Doubled, history.Leaked, history.Unasked, history.NotLinearizable,
	history.Misreported, history.OutOfOrder, history.Divergent, history.Invented,
}

const cycleFormat = "%5v %8v %8v %8v %8v %8v %9v %7v %9v"

// PrintHead prints the heading of the lines that [Cycle.Print] prints.
func PrintHead(p *report.Printer) {
	p.Line(cycleFormat, "cycle", "lived", "ready", "gap p50", "gap max", "missing", "acks", "faults", "checking")
}

// Print prints the cycle as a line of a table.
func (c Cycle) Print(p *report.Printer) {
	p.Line(cycleFormat, c.Number, report.Duration(c.Lived), report.Duration(c.Ready), report.Duration(c.Gap), report.Duration(c.Longest),
		c.Missing, c.Acks, c.Faults, report.Duration(c.Checking))
}

// Print implements [report.Report].
func (r Report) Print(p *report.Printer) {
	v := r.Verdict
	var longest time.Duration
	for _, c := range r.Cycles {
		longest = max(longest, c.Longest)
	}
	p.Line("")
	p.Row("cycles", len(r.Cycles))
	p.Field("rooms × members", "%d × %d", r.Rooms, r.Members)
	p.Field("requests", "%d, %d acknowledged as durable, %d never answered", v.Requests, v.Durable, v.Unknown)
	p.Field("judged", "%d reads, %d statuses, %d messages, the log", v.Reads, v.Statuses, v.Messages)
	p.Row("longest status gap", longest)
	p.Row("told not to come back", r.Expelled)
	for _, kind := range kinds {
		p.Row(kind, v.Count(kind))
	}
	p.Row("undecided rooms", len(v.Undecided))
	for _, name := range r.Dumps {
		p.Line("see %s", name)
	}
}

// Failures implements [report.Report]: every promise must hold and be decided.
func (r Report) Failures() []string {
	var f report.Failures
	for _, c := range r.Cycles {
		f.Add(c.Missing > 0, "cycle %d: %d members did not come back", c.Number, c.Missing)
	}
	f.Add(r.Expelled > 0, "%d members were told not to come back", r.Expelled)
	f.Add(len(r.Verdict.Undecided) > 0, "%d rooms are undecided", len(r.Verdict.Undecided))
	for _, fault := range r.Verdict.Faults {
		f.Add(true, "%s", fault)
	}
	return f
}
