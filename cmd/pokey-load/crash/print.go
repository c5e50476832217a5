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
	fmt.Fprintf(w, "%5s %8s %8s %8s %8s %8s %9s %7s %9s\n", "cycle", "lived", "ready", "gap p50", "gap max", "missing", "acks", "faults", "checking")
}

// Print writes the cycle as a line of a table.
func (c Cycle) Print(w io.Writer) {
	fmt.Fprintf(w, "%5d %8s %8s %8s %8s %8d %9d %7d %9s\n", c.Number, short(c.Lived), short(c.Ready), short(c.Gap), short(c.Longest), c.Missing, c.Acks, c.Faults, short(c.Checking))
}

// Print writes what the run found for a person to read.
func (r Report) Print(w io.Writer) {
	v := r.Verdict
	var longest time.Duration
	for _, c := range r.Cycles {
		longest = max(longest, c.Longest)
	}
	out := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintf(out, "\ncycles\t%d\n", len(r.Cycles))
	fmt.Fprintf(out, "rooms × members\t%d × %d\n", r.Rooms, r.Members)
	fmt.Fprintf(out, "requests\t%d, %d acknowledged as durable, %d never answered\n", v.Requests, v.Durable, v.Unknown)
	fmt.Fprintf(out, "judged\t%d reads, %d statuses, %d messages, the log\n", v.Reads, v.Statuses, v.Messages)
	fmt.Fprintf(out, "longest status gap\t%s\n", short(longest))
	fmt.Fprintf(out, "told not to come back\t%d\n", r.Expelled)
	for _, kind := range kinds {
		fmt.Fprintf(out, "%s\t%d\n", kind, v.Count(kind))
	}
	fmt.Fprintf(out, "undecided rooms\t%d\n", len(v.Undecided))
	_ = out.Flush()
	for i, f := range v.Faults {
		if i == maxDumps {
			fmt.Fprintf(w, "… and %d more\n", len(v.Faults)-i)
			break
		}
		fmt.Fprintln(w, f)
	}
	for _, name := range r.Dumps {
		fmt.Fprintln(w, "see", name)
	}
	if r.Passed() {
		fmt.Fprintln(w, "PASSED")
	} else {
		fmt.Fprintln(w, "FAILED")
	}
}

func short(d time.Duration) string { return d.Round(time.Millisecond).String() }
