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

// summary writes the same JSON as encoding what [newSummary] returns. A patch removes a
// summary that is no more, and has what differs of another one.
func (d *delta) summary(was, is *poker.Summary) {
	switch {
	case is == nil && (d.full || was != nil):
		d.null("summary")
	case is != nil && (d.full || !sameSummary(was, is)):
		summary := d.enter("summary", d.full || was == nil)
		if was == nil {
			was = &poker.Summary{}
		}
		d.summaryFields(was, is)
		d.leave(summary)
	}
}

func (d *delta) summaryFields(was, is *poker.Summary) {
	d.integer("votes", was.Votes, is.Votes)
	if d.full || !slices.Equal(was.Distribution, is.Distribution) {
		d.distribution(is.Distribution)
	}
	d.number("mean", was.Mean, is.Mean)
	d.number("median", was.Median, is.Median)
	d.number("min", was.Min, is.Min)
	d.number("max", was.Max, is.Max)
	d.boolean("consensus", was.Consensus, is.Consensus)
	switch {
	case is.Spread != nil && (d.full || !sameValue(was.Spread, is.Spread)):
		d.name("spread")
		d.out = strconv.AppendInt(d.out, int64(*is.Spread), 10)
	case is.Spread == nil && d.full:
		d.null("spread")
	}
	d.optionalText("lowest", was.Lowest, is.Lowest)
	d.optionalText("highest", was.Highest, is.Highest)
	d.optionalText("recommended", was.Recommended, is.Recommended)
}

func (d *delta) distribution(counts []poker.Count) {
	d.name("distribution")
	d.out = append(d.out, '[')
	for i, c := range counts {
		if i > 0 {
			d.out = append(d.out, ',')
		}
		d.out = append(d.out, `{"value":`...)
		d.out = appendQuoted(d.out, c.Value)
		d.out = append(d.out, `,"count":`...)
		d.out = strconv.AppendInt(d.out, int64(c.Count), 10)
		if c.Step != 0 {
			d.out = append(d.out, `,"step":`...)
			d.out = strconv.AppendInt(d.out, int64(c.Step), 10)
		}
		d.out = append(d.out, '}')
	}
	d.out = append(d.out, ']')
}

// settable reports whether a patch can make one summary of the other. A patch cannot set
// a null, as a summary has for estimates that are no numbers.
func settable(was, is *poker.Summary) bool {
	if is == nil {
		return true
	}
	if was == nil {
		was = &poker.Summary{Mean: new(0.0), Median: new(0.0), Min: new(0.0), Max: new(0.0), Spread: new(0)}
	}
	stays := func(was, is *float64) bool { return finite(is) != nil || finite(was) == nil }
	return stays(was.Mean, is.Mean) && stays(was.Median, is.Median) && stays(was.Min, is.Min) && stays(was.Max, is.Max) &&
		(is.Spread != nil || was.Spread == nil)
}

// optionalNumber writes a field that is there unless there is no number.
func (d *delta) optionalNumber(name string, was, is *float64) {
	was, is = finite(was), finite(is)
	switch {
	case is != nil:
		d.number(name, was, is)
	case was != nil:
		d.null(name)
	}
}

// number writes null for a number that is missing or that JSON has no form for.
func (d *delta) number(name string, was, is *float64) {
	was, is = finite(was), finite(is)
	switch {
	case !d.full && sameValue(was, is):
	case is == nil:
		d.null(name)
	default:
		d.name(name)
		d.out = strconv.AppendFloat(d.out, *is, 'f', -1, 64)
	}
}
