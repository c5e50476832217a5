package soak

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// interesting are the series of both samples that are worth a line, sorted.
func interesting(before, after Sample) []string {
	var series []string
	for name := range maps.Keys(after) {
		if strings.HasPrefix(name, "pokey_") || slices.Contains(always, name) {
			series = append(series, name)
		}
	}
	for name := range before {
		if _, there := after[name]; !there && strings.HasPrefix(name, "pokey_") {
			series = append(series, name)
		}
	}
	slices.Sort(series)
	return series
}

var always = []string{
	"go_goroutines", "go_memstats_heap_inuse_bytes", "go_memstats_heap_alloc_bytes", "go_memstats_stack_inuse_bytes",
	"go_threads", "process_open_fds", "process_resident_memory_bytes",
}

// Print writes the report for a person to read.
func (r Report) Print(w io.Writer) {
	line(w, "%d connections in %s\n", r.Connects, r.Took.Round(time.Millisecond))
	out := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	line(out, "style\tmade\tended as expected\totherwise")
	for _, s := range r.Styles {
		var others []string
		for _, ending := range slices.Sorted(maps.Keys(s.Unexpected)) {
			others = append(others, fmt.Sprintf("%s: %d", ending, s.Unexpected[ending]))
		}
		line(out, "%s\t%d\t%d\t%s", s.Name, s.Made, s.Expected, strings.Join(others, ", "))
	}
	line(out, "\nmetric\tbefore\tafter\tchange\tper connect\t")
	for _, c := range r.Changes {
		mark := ""
		if c.Over {
			mark = fmt.Sprintf("over the limit of %+.0f", c.Limit)
		}
		change := c.After - c.Before
		line(out, "%s\t%.0f\t%.0f\t%+.0f\t%+.3f\t%s", c.Series, c.Before, c.After, change, change/float64(r.Connects), mark)
	}
	_ = out.Flush()
	if r.Passed() {
		line(w, "PASSED")
	} else {
		line(w, "FAILED")
	}
}

// line writes a line; whether a report can be written is for its reader to see.
func line(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
