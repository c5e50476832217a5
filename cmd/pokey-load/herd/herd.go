// Package herd lets thousands of people leave a starved cluster and return to it at the
// same moment, or kills one of its nodes so that its people return to the others. It
// measures how long they take, what those notice who stay, and whether the cluster takes
// any of its nodes for lost.
package herd

import (
	"context"
	"fmt"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/servers"
)

// Options are the options of a run.
type Options struct {
	options.Programs

	Rooms   int // whose members leave and return
	Members int // of each of these rooms, on all nodes in turn
	Stay    int // rooms of three that play all the time
	Rate    float64

	Before time.Duration // how long the starved nodes are measured before
	Kill   bool          // a node is killed, and only its people leave, who return at once
	Away   time.Duration // how long they are away otherwise
	Watch  time.Duration // within which time all must be back
	Cores  float64       // what all nodes together get meanwhile; 0 for all there are

	Progress func(format string, args ...any) // is told how the run goes; nil for nobody
}

// Declare implements [options.Options].
func (o *Options) Declare(s *options.Set) {
	o.Programs.Declare(s)
	s.Int(&o.Rooms, "rooms", 1500, 1, 10_000, "rooms whose members leave and return")
	s.Int(&o.Members, "members", 2, 1, 50, "members of each of these rooms")
	s.Int(&o.Stay, "stay", 180, 1, 1000, "rooms of three people who stay and play")
	s.Float(&o.Rate, "rate", 30, 0.01, 10_000, "changes a second of those who stay, over all rooms")
	s.Bool(&o.Kill, "kill", false, "kill a node, instead of letting everybody leave and return")
	s.Duration(&o.Before, "before", 10*time.Second, 0, "how long to measure before")
	s.Duration(&o.Away, "away", 20*time.Second, 0, "how long people are away, without -kill")
	s.Duration(&o.Watch, "watch", 150*time.Second, time.Second, "within which time all must be back")
	s.Float(&o.Cores, "cores", 0.2, 0, 64, "cores that all nodes together get meanwhile, which needs Linux and root; 0 for all there are")
	s.Require(o.Rooms*o.Members <= 20_000, "-rooms × -members: at most 20000 people")
}

func (o Options) say(format string, args ...any) {
	if o.Progress != nil {
		o.Progress(format, args...)
	}
}

// Run starts three nodes with etcd inside, lets people come, leave and return, and judges.
// An error means that the run could not be made.
func Run(ctx context.Context, o Options) (report Report, err error) {
	if err := options.Validate(&o); err != nil {
		return report, err
	}
	report = Report{Cores: o.Cores, Rooms: o.Rooms, Members: o.Members, Stay: o.Stay, Kill: o.Kill, Watch: o.Watch}
	programs := o.Programs
	programs.Args = append(append([]string{}, servers.Limitless...), o.Args...)
	running, err := servers.ThreeEmbedded(ctx, servers.Options{Programs: programs})
	defer running.Kill()
	if err != nil {
		return report, err
	}
	stay, err := load.NewParty(ctx, load.Options{
		Site: running.Sites[0], Sites: o.kept(running), Shape: "paced", Rooms: o.Stay, Members: 3, Rate: o.Rate,
		Duration: o.Watch, WarmUp: time.Second, Dialers: 16,
	})
	if err != nil {
		return report, err
	}
	defer stay.End()
	r := &run{Options: o, servers: running, stay: stay, report: &report}
	defer r.end()
	err = r.all(ctx)
	return report, err
}

// run is a run under way.
type run struct {
	Options
	servers *servers.Servers
	stay    *load.Party
	people  *people
	starved *starved
	report  *Report
}

func (r *run) end() {
	if r.people != nil {
		r.people.leave()
	}
	r.starved.end()
	r.servers.Kill()
	r.starved.end() // now it can be removed
}

func (r *run) all(ctx context.Context) (err error) {
	began := time.Now()
	if r.people, err = r.arrive(ctx); err != nil {
		return err
	}
	r.say("%d people came within %v", r.Rooms*r.Members, time.Since(began).Round(time.Second))
	if r.Cores > 0 {
		if r.starved, err = starve(r.Cores, r.pids()); err != nil {
			return err
		}
	}
	if r.report.Before, err = r.stay.Measure(ctx, r.Before); err != nil {
		return err
	}
	were, err := r.counts(ctx)
	if err != nil {
		return err
	}
	var returning int
	if r.Kill {
		r.say("a node is killed")
		returning = r.people.lose(killed)
		r.servers.Nodes[killed].Kill()
	} else {
		r.people.leave()
		r.say("everybody has left")
		if err := client.Pause(ctx, r.Away); err != nil {
			return err
		}
		r.say("everybody returns")
		returning = r.people.comeBack(ctx)
	}
	if r.report.During, err = r.stay.MeasureUntil(ctx, r.people.back, r.Watch); err != nil {
		return err
	}
	r.starved.end()
	are, err := r.counts(ctx)
	if err != nil {
		return err
	}
	r.report.Cluster = are.since(were)
	r.report.Returned = r.people.returned(returning)
	r.report.Lost, r.report.LostWhy = r.stay.Lost()
	for i, node := range r.servers.Nodes {
		if alive, how := node.Alive(); !alive && (!r.Kill || i != killed) {
			r.report.Died = append(r.report.Died, fmt.Sprintf("node %d: %s", i+1, how))
		}
	}
	return nil
}

func (r *run) pids() (all []int) {
	for _, node := range r.servers.Nodes {
		all = append(all, node.PID())
	}
	return all
}

// killed is the node that is killed.
const killed = 2

// kept are the nodes of those who stay: they do not connect again.
func (o Options) kept(s *servers.Servers) []*client.Site {
	if o.Kill {
		return s.Sites[:killed]
	}
	return s.Sites
}
