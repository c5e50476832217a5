package cost

import (
	"fmt"
	"time"

	"example.com/pokey/cmd/pokey-load/report"
)

// Print implements [report.Report].
func (r Report) Print(p *report.Printer) {
	row := func(name string, of func(Subject) any) {
		cells := []any{name}
		for _, s := range r.Subjects {
			cells = append(cells, of(s))
		}
		p.Row(cells...)
	}
	row("", func(s Subject) any { return s.Name })
	row("idle: CPU of the nodes, % of a core", func(s Subject) any { return fmt.Sprintf("%.2f", 100*s.Idle.Cores) })
	row("idle: memory of the nodes", func(s Subject) any { return fmt.Sprintf("%d MiB", s.Idle.RSS>>20) })
	row("idle: etcd", func(s Subject) any {
		if s.Idle.EtcdRSS == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f %% of a core, %d MiB", 100*s.Idle.EtcdCores, s.Idle.EtcdRSS>>20)
	})
	row("large room: members", func(s Subject) any { return s.FanOut.Members })
	row("large room: an estimate is seen after, p50", func(s Subject) any { return s.FanOut.Estimates.P50 })
	row("large room: an estimate is seen after, p99", func(s Subject) any { return s.FanOut.Estimates.P99 })
	row("large room: deliveries a second", func(s Subject) any { return fmt.Sprintf("%.0f", s.FanOut.PerSecond) })
	row("large room: CPU of the nodes for a delivery", func(s Subject) any { return s.cpuPerDelivery() })
	row("requests: a second", func(s Subject) any {
		return fmt.Sprintf("%.0f", float64(s.Requests.Requests)/s.Requests.Took.Seconds())
	})
	row("requests: answered after, p50", func(s Subject) any { return s.Requests.Acks.P50 })
	row("requests: answered after, p99", func(s Subject) any { return s.Requests.Acks.P99 })
	row("requests: CPU of the nodes for each", func(s Subject) any { return s.cpuPerRequest() })
}

// Failures implements [report.Report]: those of each measurement.
func (r Report) Failures() []string {
	var f report.Failures
	for _, s := range r.Subjects {
		for _, failure := range s.FanOut.Failures() {
			f.Add(true, "%s, large room: %s", s.Name, failure)
		}
		for _, failure := range s.Requests.Failures() {
			f.Add(true, "%s, requests: %s", s.Name, failure)
		}
	}
	f.Add(len(r.Subjects) == 0, "nothing was measured")
	return f
}

func (s Subject) cpuPerDelivery() string {
	if s.FanOut.Server == nil {
		return "unknown"
	}
	return report.Duration(s.FanOut.Server.CPUPerDelivery)
}

func (s Subject) cpuPerRequest() string {
	if s.Requests.Server == nil || s.Requests.Requests == 0 {
		return "unknown"
	}
	return report.Duration(s.Requests.Server.CPU / time.Duration(s.Requests.Requests))
}
