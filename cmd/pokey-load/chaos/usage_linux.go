package chaos

import (
	"context"
	"fmt"
	"strings"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/soak"
)

// The metrics of nodes that are compared, and by how much each may exceed its value
// before the first client once all users have expired. The limits are those of
// package soak, except for the memory of a process that has just started: its tables
// of actors grow once.
var mayGrow = []struct {
	series string
	by     float64
}{
	{"pokey_connections", 0},
	{"pokey_users", 0},
	{"pokey_rooms", 0},
	{"go_goroutines", 50},
	{"go_memstats_heap_inuse_bytes", 20 << 20},
}

const lastCollection = "go_memstats_last_gc_time_seconds"

// expiry is how long users outlive their last connection.
const expiry = 4 * time.Minute

// settlePatience is for users to expire and for the garbage to be collected, which
// an idle Go program does every two minutes.
const settlePatience = expiry + 5*time.Minute

func (r *runner) scrape(ctx context.Context, name string) (soak.Sample, error) {
	return soak.Scrape(ctx, "http://"+r.cluster.address(name, adminPort)+"/metrics")
}

// count looks whether the nodes have as many rooms in all as there are, each of
// them once, or fewer.
func (r *runner) count(ctx context.Context, row *Row) {
	for deadline := time.Now().Add(converge); ; {
		row.Rooms, row.Grown = 0, nil
		for _, name := range nodeNames {
			s, err := r.scrape(ctx, name)
			if err != nil {
				row.Grown = append(row.Grown, fmt.Sprintf("%s does not report its metrics: %v", name, err))
			}
			row.Rooms += int(s["pokey_rooms"])
		}
		if row.Rooms > r.made {
			row.Grown = append(row.Grown, fmt.Sprintf("%d rooms on the nodes, of %d that were ever made", row.Rooms, r.made))
		}
		if len(row.Grown) == 0 || time.Now().After(deadline) || client.Pause(ctx, poll) != nil {
			return
		}
	}
}

// scrapeAll returns the metrics of all nodes.
func (r *runner) scrapeAll(ctx context.Context) (map[string]soak.Sample, error) {
	all := make(map[string]soak.Sample)
	for _, name := range nodeNames {
		s, err := r.scrape(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[name] = s
	}
	return all, nil
}

// settle waits until all users have expired and the garbage is collected, and
// reports what nodes hold then that they did not hold before.
func (r *runner) settle(ctx context.Context, bare map[string]soak.Sample) {
	least, began := make(map[string]soak.Sample), time.Now()
	for {
		r.report.Left = nil
		collected := true
		for _, name := range nodeNames {
			s, err := r.scrape(ctx, name)
			if err != nil {
				r.report.Left = append(r.report.Left, fmt.Sprintf("%s: %v", name, err))
				continue
			}
			if s["pokey_users"]+s["pokey_rooms"]+s["pokey_connections"] > 0 {
				least[name] = nil // it is still falling
			}
			if least[name] == nil {
				least[name] = make(soak.Sample)
			}
			least[name].Least(s)
			collected = collected && s[lastCollection] > float64(began.Add(expiry).Unix())
			r.report.Left = append(r.report.Left, left(name, bare[name], least[name])...)
		}
		if len(r.report.Left) == 0 && collected || time.Since(began) > settlePatience || client.Pause(ctx, time.Second) != nil {
			return
		}
	}
}

// left returns the metrics by which a node exceeds its limits.
func left(name string, bare, now soak.Sample) (more []string) {
	for _, m := range mayGrow {
		if growth := now[m.series] - bare[m.series]; growth > m.by {
			more = append(more, fmt.Sprintf("%s %s +%.0f", name, strings.TrimPrefix(m.series, "pokey_"), growth))
		}
	}
	return more
}
