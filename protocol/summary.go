package protocol

import (
	"math"
	"slices"
	"strconv"

	"example.com/pokey/poker"
)

// newSummary returns a summary as it is on the wire, nil for nil. It shares no
// memory with s. A number that JSON has no form for becomes nil.
func newSummary(s *poker.Summary) *SummaryView {
	if s == nil {
		return nil
	}
	view := &SummaryView{
		Votes:        s.Votes,
		Distribution: make([]CountView, len(s.Distribution)),
		Mean:         finite(s.Mean),
		Median:       finite(s.Median),
		Min:          finite(s.Min),
		Max:          finite(s.Max),
		Consensus:    s.Consensus,
		Lowest:       s.Lowest,
		Highest:      s.Highest,
		Recommended:  s.Recommended,
	}
	for i, c := range s.Distribution {
		view.Distribution[i] = CountView(c)
	}
	if s.Spread != nil {
		view.Spread = new(*s.Spread)
	}
	return view
}

func finite(v *float64) *float64 {
	if v == nil || math.IsNaN(*v) || math.IsInf(*v, 0) {
		return nil
	}
	return new(*v)
}

func sameSummary(a, b *poker.Summary) bool {
	if a == b {
		return true
	}
	return a != nil && b != nil &&
		a.Votes == b.Votes && a.Consensus == b.Consensus &&
		slices.Equal(a.Distribution, b.Distribution) &&
		sameValue(a.Mean, b.Mean) && sameValue(a.Median, b.Median) &&
		sameValue(a.Min, b.Min) && sameValue(a.Max, b.Max) &&
		sameValue(a.Spread, b.Spread) &&
		a.Lowest == b.Lowest && a.Highest == b.Highest && a.Recommended == b.Recommended
}

func sameValue[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// summary writes the same JSON as encoding what [newSummary] returns.
func (d *delta) summary(s *poker.Summary) {
	if s == nil {
		d.null("summary")
		return
	}
	summary := d.enter("summary", true)
	d.integer("votes", 0, s.Votes)
	d.name("distribution")
	d.out = append(d.out, '[')
	for i, c := range s.Distribution {
		if i > 0 {
			d.out = append(d.out, ',')
		}
		d.out = append(d.out, `{"value":`...)
		d.out = appendQuoted(d.out, c.Value)
		d.out = append(d.out, `,"count":`...)
		d.out = strconv.AppendInt(d.out, int64(c.Count), 10)
		d.optionalInteger("step", 0, c.Step)
		d.out = append(d.out, '}')
	}
	d.out = append(d.out, ']')
	d.number("mean", s.Mean)
	d.number("median", s.Median)
	d.number("min", s.Min)
	d.number("max", s.Max)
	d.boolean("consensus", false, s.Consensus)
	if s.Spread != nil {
		d.integer("spread", 0, *s.Spread)
	} else {
		d.null("spread")
	}
	d.optionalText("lowest", "", s.Lowest)
	d.optionalText("highest", "", s.Highest)
	d.optionalText("recommended", "", s.Recommended)
	d.leave(summary)
}

// optionalNumber writes a field that is there unless there is no number.
func (d *delta) optionalNumber(name string, was, is *float64) {
	was, is = finite(was), finite(is)
	switch {
	case is != nil && (d.full || !sameValue(was, is)):
		d.number(name, is)
	case is == nil && was != nil:
		d.null(name)
	}
}

// number writes null for a number that is missing or that JSON has no form for.
func (d *delta) number(name string, v *float64) {
	if finite(v) == nil {
		d.null(name)
		return
	}
	d.name(name)
	d.out = strconv.AppendFloat(d.out, *v, 'f', -1, 64)
}
