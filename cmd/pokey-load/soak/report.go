package soak

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/pokey/cmd/pokey-load/report"
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

// Print implements [report.Report].
func (r Report) Print(p *report.Printer) {
	p.Line("%d connections in %s", r.Connects, report.Duration(r.Took))
	p.Line("")
	p.Row("style", "made", "ended as expected", "otherwise")
	for _, s := range r.Styles {
		p.Row(s.Name, s.Made, s.Expected, report.Counts(s.Unexpected))
	}
	p.Line("")
	p.Row("metric", "before", "after", "change", "per connection")
	for _, c := range r.Changes {
		change := c.After - c.Before
		p.Row(c.Series, fmt.Sprintf("%.0f", c.Before), fmt.Sprintf("%.0f", c.After), fmt.Sprintf("%+.0f", change), fmt.Sprintf("%+.3f", change/float64(r.Connects)))
	}
	p.Line("")
}
