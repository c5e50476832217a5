package chaos

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/game"
)

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
	r.wiretap.searchFor(p.History)
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

// newAuditor returns the configuration of an observer that connects to the nodes in
// turn.
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
	// The owner sends half of the requests, the others the rest.
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
