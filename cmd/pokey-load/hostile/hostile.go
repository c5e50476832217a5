// Package hostile lets one address that has the link of a room do everything that the
// protocol allows, at the limits, beside rooms that play from other addresses. It
// measures what the others notice, what the attack costs the server, and what is left
// of it afterwards.
package hostile

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/servers"
)

// Options are the options of a run.
type Options struct {
	options.Programs     // etcd only for three nodes
	Nodes            int // 1 or 3

	Rooms   int     // that play
	Members int     // of each room
	Rate    float64 // changes a second over all rooms

	Duration time.Duration // of the attack
	Before   time.Duration // how long to measure before it
	Settle   time.Duration // how long after it everything must be as before
	Memory   int           // what each node may have, in MiB
	Ratio    float64       // how many times as long the players' p99 may be during the attack; 0 for no limit
	Only     string        // the one attack to make; empty for all

	Progress func(format string, args ...any) // is told how the run goes; nil for nobody
}

// Declare implements [options.Options].
func (o *Options) Declare(s *options.Set) {
	o.Programs.Declare(s)
	o.DeclareEtcd(s, o.Nodes == 3)
	s.Int(&o.Nodes, "nodes", 1, 1, 3, "nodes, one alone or three with etcd")
	s.Int(&o.Rooms, "rooms", 200, 1, 1000, "rooms that play")
	s.Int(&o.Members, "members", 5, 1, 50, "members of each room")
	s.Float(&o.Rate, "rate", 200, 0.01, 100_000, "changes a second over all rooms")
	s.Duration(&o.Duration, "duration", 5*time.Minute, time.Second, "how long to attack")
	s.Duration(&o.Before, "before", 30*time.Second, time.Second, "how long to measure before and after")
	s.Duration(&o.Settle, "settle", 5*time.Second, 0, "how long after the attack everything must be as before")
	s.Int(&o.Memory, "memory", 512, 64, 1<<20, "what each server may have, in MiB")
	s.Float(&o.Ratio, "ratio", 1.25, 0, 1000, "how many times as long the players' p99 may be during the attack; 0 for no limit")
	s.String(&o.Only, "only", "", "the one attack to make, by its `NAME` in the report (default all)")
	s.Require(o.Nodes != 2, "-nodes 2: want 1 or 3")
	s.Require(o.Only == "" || isAttack(o.Only), "-only: there is no attack %q", o.Only)
}

// memoryGiven is the share of its memory that a server gets as GOMEMLIMIT.
const memoryGiven = 0.8

// memory returns how many bytes each node may have.
func (o *Options) memory() int64 { return int64(o.Memory) << 20 }

func (o Options) say(format string, args ...any) {
	if o.Progress != nil {
		o.Progress(format, args...)
	}
}

// Run starts the servers, plays, attacks and judges. An error means that the run
// could not be made.
func Run(ctx context.Context, o Options) (report Report, err error) {
	if err := options.Validate(&o); err != nil {
		return report, err
	}
	report = Report{Nodes: o.Nodes, Rooms: o.Rooms, Members: o.Members, Memory: o.memory(), Ratio: o.Ratio, Duration: o.Duration}
	if err := os.MkdirAll(filepath.Join(o.Dir, "data"), 0o700); err != nil {
		return report, err
	}
	start := servers.One
	if o.Nodes == 3 {
		start = servers.Three
	}
	running, err := start(ctx, servers.Options{
		Programs: o.Programs,
		Env:      []string{fmt.Sprintf("GOMEMLIMIT=%d", int64(memoryGiven*float64(o.memory())))},
	})
	defer running.Kill()
	if err != nil {
		return report, err
	}
	party, err := play(ctx, o, running)
	if err != nil {
		return report, err
	}
	defer party.End()
	r := &run{Options: o, servers: running, party: party, report: &report}
	err = r.all(ctx) // into the report, which is read after it
	return report, err
}

// play sets up the rooms that play, from many addresses and on all nodes.
func play(ctx context.Context, o Options, running *servers.Servers) (*load.Party, error) {
	var sites []*client.Site
	for _, url := range running.URLs {
		site, err := client.NewSite(url, client.SiteOptions{Sources: 100})
		if err != nil {
			return nil, err
		}
		sites = append(sites, site)
	}
	return load.NewParty(ctx, load.Options{
		Site: sites[0], Sites: sites, Shape: "paced", Rooms: o.Rooms, Members: o.Members, Rate: o.Rate,
		Duration: o.Before, WarmUp: time.Second, Dialers: 16,
	})
}

// run is a run under way.
type run struct {
	Options
	servers *servers.Servers
	party   *load.Party
	report  *Report
}

// all is the run: before, during, after.
func (r *run) all(ctx context.Context) (err error) {
	r.say("%d rooms of %d play", r.Rooms, r.Members)
	if r.report.Before, err = r.party.Measure(ctx, r.Before); err != nil {
		return err
	}
	stopWatching := r.watch(ctx)
	defer stopWatching()
	room, err := r.openLinked(ctx)
	if err != nil {
		return fmt.Errorf("the room with the link: %w", err)
	}
	defer room.close()
	if r.report.Were, err = r.state(ctx); err != nil {
		return err
	}
	attack, err := startAttacker(ctx, orders{URLs: r.servers.URLs, Room: room.id, Only: r.Only})
	if err != nil {
		return err
	}
	defer attack.end()
	guests, colleagues := r.startNewcomers(ctx), r.startColleagues(ctx, room.id)
	r.say("the attack begins")
	r.report.During, err = r.party.Measure(ctx, r.Duration)
	r.report.Newcomers, r.report.Colleagues = guests.end(), colleagues.end()
	attack.end()
	gone := time.Now()
	if err != nil {
		return err
	}
	if r.report.Attacks, err = attack.results(); err != nil {
		return err
	}
	r.report.Linked, r.report.Cleansed = room.stillWorks(ctx), room.cleanUp(ctx)
	r.say("the attack is over")
	if err := r.afterwards(ctx, gone); err != nil {
		return err
	}
	r.report.PeakRSS = stopWatching()
	r.report.Lost, r.report.LostWhy = r.party.Lost()
	for i, node := range r.servers.Nodes {
		if alive, how := node.Alive(); !alive {
			r.report.Died = append(r.report.Died, fmt.Sprintf("node %d: %s", i+1, how))
		}
	}
	return nil
}

// afterwards measures what is left of the attacker, who is gone, and how the others
// play without the attack.
func (r *run) afterwards(ctx context.Context, gone time.Time) (err error) {
	if err := client.Pause(ctx, r.Settle); err != nil {
		return err
	}
	if r.report.Are, err = r.state(ctx); err != nil {
		return err
	}
	for !r.report.Are.released(r.report.Were, r.Nodes) && time.Since(gone) < slowness*r.Settle {
		if err := client.Pause(ctx, time.Second); err != nil {
			return err
		}
		now, err := r.state(ctx)
		if err != nil {
			return err
		}
		r.report.Are = r.report.Are.least(now)
	}
	if r.report.After, err = r.party.Measure(ctx, r.Before); err != nil {
		return err
	}
	for r.report.Rested = r.report.Are; ; {
		r.report.RestedIn = time.Since(gone)
		if r.report.Rested.atRest(r.report.Were, r.Nodes) || r.report.RestedIn > r.Settle+passivation {
			return nil
		}
		if err := client.Pause(ctx, time.Second); err != nil {
			return err
		}
		if r.report.Rested, err = r.state(ctx); err != nil {
			return err
		}
	}
}
