package cost

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Print writes the report for a person to read.
func (r Report) Print(w io.Writer) {
	out := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	row := func(name string, of func(Subject) string) {
		_, _ = fmt.Fprint(out, name)
		for _, s := range r.Subjects {
			_, _ = fmt.Fprint(out, "\t", of(s))
		}
		_, _ = fmt.Fprintln(out)
	}
	row("", func(s Subject) string { return s.Name })
	row("idle: CPU of the nodes, % of a core", func(s Subject) string { return fmt.Sprintf("%.2f", 100*s.Idle.Cores) })
	row("idle: memory of the nodes", func(s Subject) string { return fmt.Sprintf("%d MiB", s.Idle.RSS>>20) })
	row("idle: etcd", func(s Subject) string {
		if s.Idle.EtcdRSS == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f %% of a core, %d MiB", 100*s.Idle.EtcdCores, s.Idle.EtcdRSS>>20)
	})
	row("large room: members", func(s Subject) string { return fmt.Sprint(s.FanOut.Members) })
	row("large room: an estimate is seen after, p50", func(s Subject) string { return short(s.FanOut.Estimates.P50) })
	row("large room: an estimate is seen after, p99", func(s Subject) string { return short(s.FanOut.Estimates.P99) })
	row("large room: deliveries a second", func(s Subject) string { return fmt.Sprintf("%.0f", s.FanOut.PerSecond) })
	row("large room: CPU of the nodes for a delivery", func(s Subject) string { return s.cpuPerDelivery() })
	row("requests: a second", func(s Subject) string {
		return fmt.Sprintf("%.0f", float64(s.Requests.Requests)/s.Requests.Took.Seconds())
	})
	row("requests: answered after, p50", func(s Subject) string { return short(s.Requests.Acks.P50) })
	row("requests: answered after, p99", func(s Subject) string { return short(s.Requests.Acks.P99) })
	row("requests: CPU of the nodes for each", func(s Subject) string { return s.cpuPerRequest() })
	_ = out.Flush()
	if !r.Sound() {
		_, _ = fmt.Fprintln(w, "connections were lost or rooms stood still: see the JSON report")
	}
}

func (s Subject) cpuPerDelivery() string {
	if s.FanOut.Server == nil {
		return "unknown"
	}
	return s.FanOut.Server.CPUPerDelivery.Round(10 * time.Nanosecond).String()
}

func (s Subject) cpuPerRequest() string {
	if s.Requests.Server == nil || s.Requests.Requests == 0 {
		return "unknown"
	}
	return (s.Requests.Server.CPU / time.Duration(s.Requests.Requests)).Round(time.Microsecond).String()
}

func short(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
