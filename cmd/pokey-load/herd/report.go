package herd

import (
	"context"
	"strings"
	"time"

	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/report"
	"example.com/pokey/cmd/pokey-load/soak"
)

// Report holds the results of a run.
type Report struct {
	Cores   float64       `json:"cores"` // that all nodes together had; 0 for all there are
	Rooms   int           `json:"rooms"`
	Members int           `json:"members"`
	Stay    int           `json:"stay"` // rooms of three
	Kill    bool          `json:"kill"`
	Watch   time.Duration `json:"watch"`

	Returned Returned `json:"returned"`
	Cluster  Cluster  `json:"cluster"`

	// The estimates of those who stay, on the starved nodes before, and from the return on.
	Before  load.Window `json:"before"`
	During  load.Window `json:"during"`
	Lost    int64       `json:"lost"` // connections of those who stay
	LostWhy string      `json:"lostWhy,omitempty"`
	Died    []string    `json:"died,omitempty"`
}

// Returned says how the return went: how long until people saw their rooms.
type Returned struct {
	Expected int           `json:"expected"`
	Missing  int           `json:"missing"`  // not back in the end
	Expelled int           `json:"expelled"` // told not to come back
	P50      time.Duration `json:"p50"`
	P99      time.Duration `json:"p99"`
	Last     time.Duration `json:"last"`
}

// Cluster counts what nodes did meanwhile, by their own metrics.
type Cluster struct {
	Memberships float64            `json:"memberships"` // lost
	Isolations  float64            `json:"isolations"`
	Handoffs    float64            `json:"handoffs"` // of users and rooms
	Fencings    float64            `json:"fencings"`
	Activations float64            `json:"activations"`
	Leaders     float64            `json:"leaders"`    // changes of etcd's
	Handshakes  map[string]float64 `json:"handshakes"` // by status
}

// counts reads the counters of all nodes that there are.
func (r *run) counts(ctx context.Context) (all Cluster, err error) {
	all.Handshakes = make(map[string]float64)
	for i, admin := range r.servers.Admins {
		if alive, _ := r.servers.Nodes[i].Alive(); !alive || r.Kill && i == killed {
			continue
		}
		sample, err := soak.Counters(ctx, admin+"/metrics")
		if err != nil {
			return all, err
		}
		all.Memberships += sample["pokey_cluster_memberships_lost_total"]
		all.Isolations += sample["pokey_cluster_isolations_total"]
		all.Handoffs += sample["pokey_cluster_handoffs_total"]
		all.Fencings += sample["pokey_cluster_fencings_total"]
		all.Activations += sample["pokey_activations_total"]
		all.Leaders = max(all.Leaders, sample["etcd_server_leader_changes_seen_total"])
		for series, n := range sample {
			if label, is := strings.CutPrefix(series, `pokey_handshakes_total{status="`); is {
				all.Handshakes[strings.TrimSuffix(label, `"}`)] += n
			}
		}
	}
	return all, nil
}

// since is what has happened between two counts.
func (c Cluster) since(before Cluster) Cluster {
	c.Memberships -= before.Memberships
	c.Isolations -= before.Isolations
	c.Handoffs -= before.Handoffs
	c.Fencings -= before.Fencings
	c.Activations -= before.Activations
	c.Leaders -= before.Leaders
	for status, n := range before.Handshakes {
		if c.Handshakes[status] -= n; c.Handshakes[status] == 0 {
			delete(c.Handshakes, status)
		}
	}
	return c
}

// aMoment is a return within which those who stay need not have estimated.
const aMoment = 5 * time.Second

// Failures implements [report.Report].
func (r Report) Failures() []string {
	var f report.Failures
	for _, how := range r.Died {
		f.Add(true, "a server ended: %s", how)
	}
	f.Add(r.Returned.Missing > 0, "%d of %d people were not back after %v", r.Returned.Missing, r.Returned.Expected, r.Watch)
	f.Add(r.Returned.Expelled > 0, "%d people were told not to come back", r.Returned.Expelled)
	f.Add(r.Cluster.Memberships > 0, "nodes lost their memberships %.0f times", r.Cluster.Memberships)
	f.Add(r.Cluster.Isolations > 0, "nodes were isolated %.0f times", r.Cluster.Isolations)
	f.Add(!r.Kill && r.Cluster.Handoffs > 0, "%.0f users and rooms were handed to another node", r.Cluster.Handoffs)
	f.Add(r.Lost > 0, "those who stayed lost %d connections, the first: %s", r.Lost, r.LostWhy)
	f.Add(r.During.Estimates.Count == 0 && r.Returned.Last > aMoment, "those who stayed saw nothing")
	return f
}

// Print implements [report.Report].
func (r Report) Print(p *report.Printer) {
	what := "everybody left and returned"
	if r.Kill {
		what = "a node was killed"
	}
	if r.Cores > 0 {
		p.Line("the nodes had %g cores together", r.Cores)
	}
	p.Line("3 nodes with etcd inside, %d × %d people; %s; %d × 3 stayed and played", r.Rooms, r.Members, what, r.Stay)
	p.Row("back in their rooms", "of", "p50", "p99", "last")
	p.Row(r.Returned.Expected-r.Returned.Missing, r.Returned.Expected, r.Returned.P50, r.Returned.P99, r.Returned.Last)
	p.Row("who stayed", "estimates", "p50", "p99", "longest")
	p.Row("before", r.Before.Estimates.Count, r.Before.Estimates.P50, r.Before.Estimates.P99, r.Before.Estimates.Max)
	p.Row("during", r.During.Estimates.Count, r.During.Estimates.P50, r.During.Estimates.P99, r.During.Estimates.Max)
	c := r.Cluster
	p.Line("memberships lost %.0f, isolations %.0f, handed off %.0f, fenced %.0f, activated %.0f, other leaders of etcd %.0f", c.Memberships, c.Isolations, c.Handoffs, c.Fencings, c.Activations, c.Leaders)
	p.Line("handshakes by status: %s", report.Counts(whole(c.Handshakes)))
	p.Line("refused of those who stayed: %s", report.Counts(r.During.Refused))
}

func whole(counts map[string]float64) map[string]int64 {
	all := make(map[string]int64, len(counts))
	for name, n := range counts {
		all[name] = int64(n)
	}
	return all
}
