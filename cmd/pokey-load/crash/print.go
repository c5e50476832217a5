package crash

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"example.com/pokey/cmd/pokey-load/history"
)

// kinds are the columns of the last table.
var kinds = []history.FaultKind{
	history.Lost, history.Doubled, history.Leaked, history.Unasked, history.NotLinearizable,
	history.Misreported, history.OutOfOrder, history.Divergent, history.Invented,
}

// PrintHead writes the heading of the lines that [Cycle.Print] writes.
func PrintHead(w io.Writer) {
	line(w, "%5s %8s %8s %8s %8s %8s %9s %7s %9s", "cycle", "lived", "ready", "gap p50", "gap max", "missing", "acks", "faults", "checking")
}

// Print writes the cycle as a line of a table.
func (c Cycle) Print(w io.Writer) {
	line(w, "%5d %8s %8s %8s %8s %8d %9d %7d %9s", c.Number, short(c.Lived), short(c.Ready), short(c.Gap), short(c.Longest), c.Missing, c.Acks, c.Faults, short(c.Checking))
}

// Print writes what the run found for a person to read.
func (r Report) Print(w io.Writer) {
	v := r.Verdict
	var longest time.Duration
	for _, c := range r.Cycles {
		longest = max(longest, c.Longest)
	}
	out := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	line(out, "\ncycles\t%d", len(r.Cycles))
	line(out, "rooms × members\t%d × %d", r.Rooms, r.Members)
	line(out, "requests\t%d, %d acknowledged as durable, %d never answered", v.Requests, v.Durable, v.Unknown)
	line(out, "judged\t%d reads, %d statuses, %d messages, the log", v.Reads, v.Statuses, v.Messages)
	line(out, "longest status gap\t%s", short(longest))
	line(out, "told not to come back\t%d", r.Expelled)
	for _, kind := range kinds {
		line(out, "%s\t%d", kind, v.Count(kind))
	}
	line(out, "undecided rooms\t%d", len(v.Undecided))
	_ = out.Flush()
	for i, f := range v.Faults {
		if i == maxDumps {
			line(w, "… and %d more", len(v.Faults)-i)
			break
		}
		line(w, "%s", f)
	}
	for _, name := range r.Dumps {
		line(w, "see %s", name)
	}
	if r.Passed() {
		line(w, "PASSED")
	} else {
		line(w, "FAILED")
	}
}

func short(d time.Duration) string { return d.Round(time.Millisecond).String() }

// line writes a line; whether a report can be written is for its reader to see.
func line(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
