// Package report prints the results of a run and decides whether the run passed, in
// the same way for every command.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Report holds the results of a run. Its JSON form is for programs to read.
type Report interface {
	// Print prints the findings for a person to read, without the verdict.
	Print(p *Printer)
	// Failures returns the reasons why the run failed; none if it passed.
	Failures() []string
}

// Passed reports whether nothing failed.
func Passed(r Report) bool { return len(r.Failures()) == 0 }

// WriteJSON writes the report for a program to read.
func WriteJSON(w io.Writer, r Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// maxFailures is how many failures are worth a line.
const maxFailures = 20

// WriteText writes the report for a person to read: the findings, the failures,
// and PASSED or FAILED as the last line.
func WriteText(w io.Writer, r Report) error {
	p := NewPrinter(w)
	r.Print(p)
	failures := r.Failures()
	for _, f := range failures[:min(len(failures), maxFailures)] {
		p.Line("  %s", f)
	}
	if more := len(failures) - maxFailures; more > 0 {
		p.Line("  … and %d more", more)
	}
	if len(failures) == 0 {
		p.Line("PASSED")
	} else {
		p.Line("FAILED")
	}
	return p.Flush()
}

// Printer prints lines and tables. It remembers the first error, which
// [Printer.Flush] returns.
type Printer struct {
	w     io.Writer
	table *tabwriter.Writer // of the rows since the last line; nil if there are none
	err   error
}

// NewPrinter returns a printer that writes to w.
func NewPrinter(w io.Writer) *Printer { return &Printer{w: w} }

// Flush ends the table that is being printed, if there is one, and returns the
// first error of all that was printed.
func (p *Printer) Flush() error {
	if p.table != nil {
		p.keep(p.table.Flush())
		p.table = nil
	}
	return p.err
}

// Line ends the table that is being printed, if there is one, and prints a line.
func (p *Printer) Line(format string, args ...any) {
	_ = p.Flush() // it is remembered
	_, err := fmt.Fprintf(p.w, format+"\n", args...)
	p.keep(err)
}

// Row prints a row of a table. Consecutive rows are aligned with each other.
func (p *Printer) Row(cells ...any) {
	if p.table == nil {
		p.table = tabwriter.NewWriter(p.w, 0, 8, 2, ' ', 0)
	}
	for i, cell := range cells {
		if i > 0 {
			_, _ = io.WriteString(p.table, "\t")
		}
		if d, is := cell.(time.Duration); is {
			cell = Duration(d)
		}
		_, _ = fmt.Fprint(p.table, cell)
	}
	_, err := io.WriteString(p.table, "\n")
	p.keep(err)
}

// Field prints a row of two cells: a label, and its value.
func (p *Printer) Field(label, format string, args ...any) {
	p.Row(label, fmt.Sprintf(format, args...))
}

func (p *Printer) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

// Duration formats d with three significant digits.
func Duration(d time.Duration) string {
	unit := time.Nanosecond
	for d.Abs()/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit).String()
}

// Counts formats numbers by name, sorted by name; "none" if there are none.
func Counts[N int | int64 | uint64](counts map[string]N) string {
	if len(counts) == 0 {
		return "none"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s: %d", name, counts[name]))
	}
	return strings.Join(parts, ", ")
}

// Failures collects reasons why a run failed.
type Failures []string

// Add adds a failure if it happened.
func (f *Failures) Add(happened bool, format string, args ...any) {
	if happened {
		*f = append(*f, fmt.Sprintf(format, args...))
	}
}
