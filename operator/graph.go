package operator

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// A graph is one or two lines over the last half hour.
type graph struct {
	Title, Now, Note string
	Says             string // the same for who cannot see it
	Top              string // the value at the upper edge
	Lines            []line
}

type line struct {
	Class, Path string // Path is the d of an SVG path
}

// The coordinates of a graph.
const (
	graphWidth  = 300
	graphHeight = 60
)

// A measure computes a value from a status and the one a minute before it. It
// reports false if there was nothing to measure.
type measure func(now, minute Status) (float64, bool)

// newGraph draws the measures; text writes a value. The first line's last value is
// the graph's figure.
func newGraph(title, note string, all []Status, text func(float64) string, measures ...measure) graph {
	g := graph{Title: title, Note: note, Now: "none"}
	series := make([][]float64, len(measures))
	highest, most, least := 0.0, 0.0, math.Inf(1)
	for m, of := range measures {
		series[m] = make([]float64, len(all))
		for i := range all {
			v, ok := of(all[i], before(all[:i+1], window*interval))
			series[m][i] = v
			switch {
			case !ok:
				series[m][i] = math.NaN()
			case m == 0:
				least, most = min(least, v), max(most, v)
				fallthrough
			default:
				highest = max(highest, v)
			}
		}
	}
	if v := series[0][len(all)-1]; !math.IsNaN(v) {
		g.Now = text(v)
	}
	top := roundUp(highest)
	g.Top = text(top)
	g.Says = fmt.Sprintf("%s: now %s; nothing was measured in the last half hour.", title, g.Now)
	if !math.IsInf(least, 1) {
		g.Says = fmt.Sprintf("%s: now %s; in the last half hour between %s and %s.", title, g.Now, text(least), text(most))
	}
	for m, values := range series {
		g.Lines = append(g.Lines, line{Class: []string{"first", "second"}[m], Path: path(all, values, top)})
	}
	return g
}

// roundUp returns the next number of the form 1, 2 or 5 times a power of ten.
func roundUp(v float64) float64 {
	if v <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 2, 5} {
		if v <= f*unit {
			return f * unit
		}
	}
	return 10 * unit
}

// path draws values of 0 to top. Where there is none, the line has a gap.
func path(all []Status, values []float64, top float64) string {
	var b strings.Builder
	last := all[len(all)-1].Time
	move := true
	for i, v := range values {
		x := graphWidth * (1 - float64(last.Sub(all[i].Time))/float64((kept-1)*interval))
		if math.IsNaN(v) || x < 0 {
			move = true
			continue
		}
		command := 'L'
		if move {
			command, move = 'M', false
		}
		fmt.Fprintf(&b, "%c%.1f %.1f", command, x, graphHeight*(1-v/top))
	}
	return b.String()
}

// graphs are the small graphs of the page.
func graphs(all []Status) []graph {
	gauge := func(of func(Status) float64) measure {
		return func(now, _ Status) (float64, bool) { return of(now), true }
	}
	quantile := func(q float64, of func(Status) Histogram) measure {
		return func(now, minute Status) (float64, bool) { return of(now).since(of(minute)).quantile(q) }
	}
	commit := func(s Status) Histogram { return s.Commit }
	delivery := func(s Status) Histogram { return s.Delivery }
	return []graph{
		newGraph("Connections", "open WebSockets", all, numberText, gauge(func(s Status) float64 { return float64(s.Connections) })),
		newGraph("Rooms in use", "used now or a moment ago", all, numberText, gauge(func(s Status) float64 { return float64(s.Rooms) })),
		newGraph("Requests a second", "of clients", all, numberText, func(now, minute Status) (float64, bool) {
			took := now.Time.Sub(minute.Time)
			return float64(now.Requests-min(now.Requests, minute.Requests)) / took.Seconds(), took >= time.Second
		}),
		newGraph("Saving", "median; thin line: 99 %", all, secondsText, quantile(0.5, commit), quantile(0.99, commit)),
		newGraph("Delivery", "median; thin line: 99 %", all, secondsText, quantile(0.5, delivery), quantile(0.99, delivery)),
		newGraph("Memory", "in use by the process", all, bytesText, gauge(func(s Status) float64 { return float64(s.Memory) })),
	}
}
