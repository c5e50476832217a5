package compare

import (
	"fmt"
	"slices"
	"time"

	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/report"
)

// Print implements [report.Report].
func (r Report) Print(p *report.Printer) {
	p.Line("CPU: of the server, user and system, for one change that becomes visible to one member. Medians of all turns.")
	p.Row("", "peer: CPU", "p50", "p99", "memory", "Pokey: CPU", "p50", "p99", "memory", "ratio", "goal", "")
	for _, c := range r.Results {
		if c.Shape == "idle" {
			continue
		}
		p.Row(append(append(append([]any{c.Name}, columns(c.Peer)...), columns(c.Pokey)...), fmt.Sprintf("%.2f", c.Ratio()), c.Goal, c.verdict())...)
	}
	for _, c := range r.Results {
		if c.Shape == "idle" {
			p.Line("")
			p.Line("Memory of an idle connection that has joined: peer %.1f kB, Pokey %.1f kB, goal %v kB: %s",
				median(c.Peer, perConnection)/1e3, median(c.Pokey, perConnection)/1e3, c.Goal, c.verdict())
		}
	}
}

func columns(turns []load.Report) []any {
	duration := func(of func(load.Report) time.Duration) time.Duration {
		return time.Duration(median(turns, func(r load.Report) float64 { return float64(of(r)) }))
	}
	return []any{
		duration(func(r load.Report) time.Duration { return r.Server.CPUPerDelivery }),
		duration(func(r load.Report) time.Duration { return r.Estimates.P50 }),
		duration(func(r load.Report) time.Duration { return r.Estimates.P99 }),
		fmt.Sprintf("%.0f MB", median(turns, func(r load.Report) float64 { return float64(r.Server.RSSEnd) })/1e6),
	}
}

// Ratio is Pokey's median over the peer's.
func (r Result) Ratio() float64 {
	of := func(r load.Report) float64 { return float64(r.Server.CPUPerDelivery) }
	if r.Shape == "idle" {
		of = perConnection
	}
	return median(r.Pokey, of) / median(r.Peer, of)
}

func (r Result) verdict() string {
	figure := r.Ratio()
	if r.Shape == "idle" {
		figure = median(r.Pokey, perConnection) / 1e3
	}
	if figure <= r.Goal {
		return "reached"
	}
	return "missed"
}

func perConnection(r load.Report) float64 { return r.Server.RSSPerConnection }

// last describes the last turn.
func (r Result) last() string {
	one := Result{Case: r.Case, Peer: r.Peer[len(r.Peer)-1:], Pokey: r.Pokey[len(r.Pokey)-1:]}
	return fmt.Sprintf("peer %s, Pokey %s, ratio %.2f", report.Duration(one.Peer[0].Server.CPUPerDelivery),
		report.Duration(one.Pokey[0].Server.CPUPerDelivery), one.Ratio())
}

func median(turns []load.Report, of func(load.Report) float64) float64 {
	var all []float64
	for _, r := range turns {
		all = append(all, of(r))
	}
	slices.Sort(all)
	if len(all) == 0 {
		return 0
	}
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// Failures implements [report.Report]: the figures mean something if nobody was lost and
// nothing stood still. A goal that is missed is no failure.
func (r Report) Failures() []string {
	var f report.Failures
	for _, c := range r.Results {
		for i := range c.Peer {
			for _, failure := range c.Peer[i].Failures() {
				f.Add(true, "%s, peer: %s", c.Name, failure)
			}
			for _, failure := range c.Pokey[i].Failures() {
				f.Add(true, "%s, Pokey: %s", c.Name, failure)
			}
		}
	}
	f.Add(len(r.Results) == 0, "nothing was measured")
	return f
}
