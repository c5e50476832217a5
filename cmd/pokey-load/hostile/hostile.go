// Package hostile has one address with a link do everything that the protocol
// allows, at the limits, beside rooms that play from other addresses, and says
// what these noticed, what it cost the server and what is left when it has gone.
package hostile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/servers"
)

// Options are what a run consists of.
type Options struct {
	Binary string // the server's
	Etcd   string // etcd's, for three nodes
	Dir    string // for data and logs
	Nodes  int    // 1 or 3

	Rooms   int     // that play, 1 to 1 000
	Members int     // of each, 1 to 50
	Rate    float64 // changes a second over all of them

	Duration time.Duration // of the attack
	Before   time.Duration // how long to measure before it
	Settle   time.Duration // how long after it everything is to be as before
	Memory   int64         // what each node may have, in bytes
	Ratio    float64       // how many times as long p99 may be; 0 for whatever it is
	Only     string        // the one attack to make; empty for all

	Progress func(format string, args ...any) // is told how it goes; nil for nobody
}

// Validate says what is wrong with the options, if anything is.
func (o Options) Validate() error {
	switch {
	case o.Binary == "" || o.Nodes == 3 && o.Etcd == "":
		return errors.New("no binaries given")
	case o.Nodes != 1 && o.Nodes != 3:
		return errors.New("nodes: 1 or 3")
	case o.Rooms < 1 || o.Rooms > 1000 || o.Members < 1 || o.Members > 50:
		return errors.New("rooms: 1 to 1000, members: 1 to 50")
	case o.Duration < time.Second || o.Before < time.Second || o.Settle < 0:
		return errors.New("durations: a second at least")
	case o.Rate <= 0 || o.Ratio < 0:
		return errors.New("rate: more than 0, ratio: 0 or more")
	case o.Memory < 64<<20:
		return errors.New("memory: 64 MiB at least")
	case o.Only != "" && !named(o.Only):
		return fmt.Errorf("no attack %q", o.Only)
	}
	return nil
}

// memoryGiven is what part of its memory a server's runtime is told to keep to.
const memoryGiven = 0.8

func (o Options) say(format string, args ...any) {
	if o.Progress != nil {
		o.Progress(format, args...)
	}
}

// Run starts the servers, plays, attacks and judges. The error says that the run
// could not be made.
func Run(ctx context.Context, o Options) (report Report, err error) {
	if err := o.Validate(); err != nil {
		return report, err
	}
	report = Report{Nodes: o.Nodes, Rooms: o.Rooms, Members: o.Members, Memory: o.Memory, Ratio: o.Ratio, Duration: o.Duration}
	if err := os.MkdirAll(filepath.Join(o.Dir, "data"), 0o700); err != nil {
		return report, err
	}
	start := servers.One
	if o.Nodes == 3 {
		start = servers.Three
	}
	running, err := start(ctx, servers.Options{
		Binary: o.Binary, Etcd: o.Etcd, Dir: o.Dir,
		Env: []string{fmt.Sprintf("GOMEMLIMIT=%d", int64(memoryGiven*float64(o.Memory)))},
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
	attack, err := r.startAttack(ctx, room.id)
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
	r.report.Attacks = attack.results()
	if err != nil {
		return err
	}
	r.report.Linked, r.report.Cleansed = room.stillWorks(ctx), room.cleansed(ctx)
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

// afterwards says what is left of the attacker, who has gone, and how it is to play
// without them.
func (r *run) afterwards(ctx context.Context, gone time.Time) (err error) {
	if err := client.Pause(ctx, r.Settle); err != nil {
		return err
	}
	if r.report.Are, err = r.state(ctx); err != nil {
		return err
	}
	if r.report.After, err = r.party.Measure(ctx, r.Before); err != nil {
		return err
	}
	for r.report.Rested = r.report.Are; ; {
		r.report.RestedIn = time.Since(gone)
		if r.report.Rested.rests(r.report.Were, r.Nodes) || r.report.RestedIn > r.Settle+passivation {
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
