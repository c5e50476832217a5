package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/options"
)

// runner is a run under way.
type runner struct {
	Options
	cluster  *cluster
	balancer *balancer
	wiretap  *wiretap
	random   *rand.Rand

	mu       sync.Mutex
	stopping map[string]bool // nodes that are meant to be down
	exits    []string        // nodes that ended by themselves
	stops    []time.Duration // how long planned stops took

	party   *party
	made    int              // rooms, in all parties
	scanned map[string]int64 // bytes of each node's log
	lag     lag
	report  Report
}

// Run does it all. The error says that the run could not be made, not that the
// server failed; the report is good for what was done until then.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := errors.Join(options.Validate(&o), os.MkdirAll(o.Dir, 0o700)); err != nil {
		return Report{}, err
	}
	chosen := chooseFaults(o)
	if o.Seed == 0 {
		o.Seed = rand.Uint64()
	}
	r := &runner{
		Options: o, wiretap: newWiretap(), random: rand.New(rand.NewPCG(o.Seed, 0)), //nolint:gosec // who is hit is no secret
		stopping: make(map[string]bool), scanned: make(map[string]int64), report: Report{Rooms: o.Rooms, Members: o.Members, Rate: o.Rate, Seed: o.Seed, Dir: o.Dir},
	}
	err := r.run(ctx, chosen)
	r.report.Tapped, r.report.Control = r.wiretap.servers.Load(), r.wiretap.control.Load()
	return r.report, err
}

func (r *runner) run(ctx context.Context, chosen []fault) (err error) {
	if r.cluster, err = newCluster(r.Options, r.wiretap.packet); err != nil {
		return err
	}
	if err := r.cluster.start(ctx, r.Options); err != nil {
		return err
	}
	if r.balancer, err = newBalancer(r.cluster); err != nil {
		return err
	}
	bare, err := r.scrapeAll(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var minding sync.WaitGroup
	defer minding.Wait()
	defer cancel()
	minding.Go(func() { r.balancer.check(ctx) })
	minding.Go(func() { r.supervise(ctx) })
	minding.Go(func() { r.lag.watch(ctx) })
	if r.party, err = r.newParty(ctx); err != nil {
		return err
	}
	defer func() { r.party.end() }()
	for round := range r.Rounds {
		for i, f := range chosen {
			row, err := r.breakOnce(ctx, f, round+1)
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			r.report.Rows = append(r.report.Rows, row)
			if r.Progress != nil {
				r.Progress(row)
			}
			last := round == r.Rounds-1 && i == len(chosen)-1
			if !last && (len(row.failures()) > 0 || i == len(chosen)-1) { // so that histories stay short, and what follows is judged by itself
				r.party.end()
				if r.party, err = r.newParty(ctx); err != nil {
					return err
				}
			}
		}
	}
	if r.Settle {
		r.party.end()
		r.settle(ctx, bare)
	}
	return nil
}
