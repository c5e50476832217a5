package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/pokey/operator"
)

// A nodeReport is what one node says of itself, and how far its clock is ahead of
// this machine's.
type nodeReport struct {
	name string
	operator.Report
	ahead  time.Duration
	unsure time.Duration // half of how long the answer took
}

// nodeSkew is by how much the clocks of two nodes may differ.
const nodeSkew = time.Second

// nodes examines a server, or all nodes of a cluster, through their admin ports.
func (e *examination) nodes(ctx context.Context, admins []*url.URL) {
	var all []nodeReport
	for _, admin := range admins {
		r, err := askNode(ctx, admin)
		if !e.check(err == nil, admin.Host+" answers", "Nothing useful answers at %s: %v. Does the server run, and may this machine reach its -admin-listen?", admin, err) {
			continue
		}
		for _, f := range r.Findings {
			if f.Level == operator.Note {
				e.note(r.name+": "+f.What, f.Do)
			} else {
				e.check(false, r.name+": "+f.What, "%s", f.Do)
			}
		}
		e.clock(r.name, r.ahead)
		all = append(all, r)
	}
	if len(all) > 1 {
		e.together(ctx, admins, all)
	}
}

// askNode fetches a node's report.
func askNode(ctx context.Context, admin *url.URL) (nodeReport, error) {
	r := nodeReport{name: admin.Host}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, admin.JoinPath("status").String(), nil)
	if err != nil {
		return r, err
	}
	asked := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return r, err
	}
	took := time.Since(asked)
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return r, fmt.Errorf("it answers %s", response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&r.Report); err != nil {
		return r, fmt.Errorf("it does not answer as Pokey does: %w", err)
	}
	r.unsure = took / 2
	r.ahead = r.Time.Sub(asked.Add(r.unsure))
	return r, nil
}

// together compares nodes that should form a cluster.
func (e *examination) together(ctx context.Context, admins []*url.URL, all []nodeReport) {
	byAddress := map[string]string{}
	for _, r := range all {
		if !e.check(r.Cluster != nil, r.name+" is a node of a cluster", "It is a server alone, and has rooms of its own. Give it the settings of the other nodes (-cluster or -etcd).") {
			return
		}
		other, twice := byAddress[r.Cluster.Address]
		if !e.check(!twice, r.name+" is a node of its own", "%s and %s are the same node, %s.", r.name, other, r.Cluster.Address) {
			return
		}
		byAddress[r.Cluster.Address] = r.name
	}
	e.sameClock(all)
	versions := map[string][]string{}
	for _, r := range all {
		versions[r.Version] = append(versions[r.Version], r.name)
	}
	e.check(len(versions) == 1, "all nodes run the same version", "They run different ones: %s. Finish the upgrade, or take it back.", groups(versions))
	if views := viewsOf(all); len(views) > 1 { // perhaps it changes just now
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
		for i, admin := range admins {
			if r, err := askNode(ctx, admin); err == nil && i < len(all) && r.Cluster != nil {
				all[i] = r
			}
		}
	}
	views := viewsOf(all)
	e.check(len(views) == 1, "all nodes agree on who is a member", "They do not: %s. A node with an older view has lost its contact to etcd, or uses another etcd.", groups(views))
	for _, n := range all[0].Cluster.Nodes {
		if byAddress[n.Address] == "" {
			e.note(n.Address+" was not examined", "It is a member too: give its admin port to -admin as well.")
		}
	}
}

// sameClock compares the nodes' clocks with each other.
func (e *examination) sameClock(all []nodeReport) {
	ahead := func(a, b nodeReport) int { return int(a.ahead - b.ahead) }
	slow, fast := slices.MinFunc(all, ahead), slices.MaxFunc(all, ahead)
	apart := fast.ahead - slow.ahead
	e.check(apart < nodeSkew+slow.unsure+fast.unsure, "the nodes' clocks agree",
		"The clock of %s is %v ahead of that of %s. A user or room that moves between them expires that much early or late. Start an NTP client on all nodes.", fast.name, apart.Round(time.Millisecond), slow.name)
}

// viewsOf returns the nodes by the version of their view.
func viewsOf(all []nodeReport) map[string][]string {
	views := map[string][]string{}
	for _, r := range all {
		view := fmt.Sprintf("view %d with %d members", r.Cluster.View, len(r.Cluster.Nodes))
		views[view] = append(views[view], r.name)
	}
	return views
}

func groups(of map[string][]string) string {
	var all []string
	for what, who := range of {
		all = append(all, strings.Join(who, " and ")+": "+what)
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}
