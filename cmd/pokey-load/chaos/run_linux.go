package chaos

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/game"
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
	chosen := faults
	if len(o.Faults) > 0 {
		chosen = nil
		for _, name := range o.Faults {
			chosen = append(chosen, faultByName(name))
		}
	}
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
			row, err := r.one(ctx, f, round+1)
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

// supervise starts nodes again that ended by themselves, as a service manager
// does.
func (r *runner) supervise(ctx context.Context) {
	for client.Pause(ctx, time.Second) == nil {
		for name, p := range r.cluster.nodes {
			r.mu.Lock()
			alive, how := p.Alive()
			meant := r.stopping[name]
			if !alive && !meant {
				r.exits = append(r.exits, name+": "+how)
				if err := p.Start(); err != nil {
					log.Print(err)
				}
			}
			r.mu.Unlock()
		}
	}
}

func (r *runner) mean(name string, down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopping[name] = down
}

func (r *runner) killNode(name string) {
	r.mean(name, true)
	r.cluster.nodes[name].Kill()
}

func (r *runner) startNode(ctx context.Context, name string) error {
	err := r.cluster.startNode(ctx, name)
	r.mean(name, false)
	return err
}

func (r *runner) stopNode(ctx context.Context, name string) error {
	r.mean(name, true)
	took, status, err := r.cluster.nodes[name].Stop(ctx)
	if err == nil && status != 0 {
		err = fmt.Errorf("%s stopped with status %d", name, status)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stops = append(r.stops, took)
	return err
}

// party is a game with its members and players.
type party struct {
	*game.Game
	rooms    []*room
	auditors []client.Config
	dir      string
	playing  sync.WaitGroup
	cancel   context.CancelFunc
	found    int // faults so far
	durable  int // acknowledgements so far
	ended    bool
}

func (p *party) end() {
	if p.ended {
		return
	}
	p.ended = true
	p.Pause()
	p.cancel()
	p.Resume()
	p.playing.Wait()
	p.End()
}

// openers is how many rooms are opened at a time.
const openers = 8

// newParty fills the rooms and lets the play begin.
func (r *runner) newParty(ctx context.Context) (*party, error) {
	p := &party{Game: game.New(ctx), dir: r.Dir}
	r.wiretap.listen(p.History)
	playing, cancel := context.WithCancel(ctx)
	p.cancel = cancel
	for range 1 + (r.Rooms-1)/game.RoomsPerAuditor {
		auditor, err := r.newAuditor(ctx, p)
		if err != nil {
			return nil, err
		}
		p.auditors = append(p.auditors, auditor)
	}
	numbers := make(chan int, r.Rooms)
	for i := range r.Rooms {
		numbers <- i
	}
	close(numbers)
	p.Pause() // until everybody is there
	defer p.Resume()
	var opening sync.WaitGroup
	errs := make([]error, openers)
	var mu sync.Mutex
	for i := range errs {
		opening.Go(func() {
			for n := range numbers {
				room, err := r.open(ctx, playing, p, n)
				if err != nil {
					errs[i] = fmt.Errorf("room %d: %w", n, err)
					return
				}
				mu.Lock()
				p.rooms = append(p.rooms, room)
				mu.Unlock()
			}
		})
	}
	opening.Wait()
	r.made += len(p.rooms)
	return p, errors.Join(errs...)
}

// newAuditor is somebody whose every connection is to the next node.
func (r *runner) newAuditor(ctx context.Context, p *party) (client.Config, error) {
	session, err := r.balancer.sites[0].NewSession(ctx)
	var turn atomic.Int64
	return client.Config{
		Session: session, Hooks: p.History.Hooks(), Silence: silence, Patience: patience, Persistent: true,
		Dial: func(ctx context.Context) (*client.Conn, error) {
			conn, _, err := r.balancer.dial(ctx, session, int(turn.Add(1))%len(nodeNames))
			return conn, err
		},
	}, err
}

// open makes the n-th room, whose members sit on all nodes in turn, and lets them
// play.
func (r *runner) open(ctx, playing context.Context, p *party, n int) (*room, error) {
	opened := &room{}
	var joined []*client.Client
	for i := range r.Members {
		home := (n + i) % len(nodeNames)
		session, err := r.balancer.sites[home].NewSession(ctx)
		if err != nil {
			return nil, err
		}
		m, config := newMember(home, session, r.balancer, p.History)
		m.room = opened
		m.Client = p.Join(config)
		opened.members, joined = append(opened.members, m), append(joined, m.Client)
	}
	var deck []string
	if n%2 == 1 {
		deck = cards
	}
	made, err := p.Open(ctx, joined, deck)
	if err != nil {
		return nil, err
	}
	opened.id = made.ID
	// Half of what is asked for is the owner's, the rest the others'.
	each := time.Duration(float64(r.Rooms) / r.Rate * 2 * float64(time.Second))
	for i, m := range opened.members {
		pl := &player{member: m, game: p.Game, cards: deck, owner: i == 0, pause: each}
		if i > 0 {
			pl.pause *= time.Duration(r.Members - 1)
		}
		p.playing.Go(func() { pl.run(playing) })
	}
	return opened, nil
}
