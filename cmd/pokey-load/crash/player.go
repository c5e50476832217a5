package crash

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/game"
	"example.com/pokey/cmd/pokey-load/history"
)

// player is a member of a room who plays as people do, only faster: estimates,
// changes their mind, and if they own the room reveals, hides and clears.
type player struct {
	game   *game.Game
	client *client.Client
	room   string
	cards  []string // none if the deck takes any value
	owner  bool
	think  time.Duration // on average, before each request
	atOnce int           // requests without waiting for answers, where that tells
	stop   <-chan struct{}

	estimated int // the newest round that this player has an opinion on
}

// run plays until stop is closed or the client is told not to come back. A
// request under way is waited for.
func (p *player) run(ctx context.Context) error {
	for {
		room, known, changed := p.client.Room(p.room)
		ask, idle := history.Ask{}, true
		if known {
			ask, idle = p.next(room)
		}
		if idle {
			if !p.rest(ctx, changed, 20*p.think) {
				return nil
			}
			if known && p.owner {
				ask, idle = p.unblock()
			}
			if idle {
				continue
			}
		} else if !p.rest(ctx, nil, rand.N(2*p.think+1)) {
			return nil
		}
		if err := p.play(ctx, ask); errors.Is(err, client.ErrEnded) {
			return err
		}
	}
}

// rest waits until something changes or the time is up. It reports false when
// the player shall stop.
func (p *player) rest(ctx context.Context, changed <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-p.stop:
		return false
	case <-ctx.Done():
		return false
	}
	return true
}

// next returns the next request for the state of the room; idle for none.
func (p *player) next(room client.Room) (ask history.Ask, idle bool) {
	ask = history.Ask{Room: p.room, Round: room.Round}
	if rand.IntN(5) == 0 {
		ask.Round = 0 // whichever it is: what a repetition would hit again
	}
	switch {
	case !room.Revealed && (p.estimated < room.Round || rand.IntN(20) == 0):
		ask.Kind = history.Estimate
		ask.Value, ask.Comment = p.estimate()
		p.estimated = room.Round
	case !room.Revealed && rand.IntN(40) == 0:
		ask.Kind = history.Withdraw
	case !p.owner && rand.IntN(200) == 0:
		ask.Kind = history.Reveal // which is not theirs to ask for
	case !p.owner:
		return ask, true
	case room.Revealed && rand.IntN(8) == 0:
		ask.Kind = history.Hide
	case room.Revealed:
		ask.Kind = history.Clear
	case everybodyEstimated(room) || rand.IntN(20) == 0:
		ask.Kind = history.Reveal
	default:
		return ask, true
	}
	return ask, false
}

func everybodyEstimated(room client.Room) bool {
	for _, m := range room.Members {
		if m.Role == "estimator" && !m.Estimated {
			return false
		}
	}
	return true
}

// unblock returns an owner's request when nothing has happened for long.
func (p *player) unblock() (ask history.Ask, idle bool) {
	room, known, _ := p.client.Room(p.room)
	if !known || room.Revealed || rand.IntN(3) != 0 {
		return ask, true
	}
	return history.Ask{Kind: history.Reveal, Room: p.room, Round: room.Round}, false
}

// estimate is a value that the deck takes and a comment, which is always a
// canary, so that every estimate can be told from every other.
func (p *player) estimate() (value, comment string) {
	if len(p.cards) == 0 {
		return history.NewCanary(), history.NewCanary()
	}
	return p.cards[rand.IntN(len(p.cards))], history.NewCanary()
}

// play asks, and asks several times at once for what counts each time, if the
// player is one who does not wait for answers.
func (p *player) play(ctx context.Context, ask history.Ask) error {
	if ask.Kind != history.Clear || ask.Round != 0 || p.atOnce < 2 {
		return p.do(ctx, ask)
	}
	errs := make([]error, p.atOnce)
	var asking sync.WaitGroup
	for i := range errs {
		asking.Go(func() { errs[i] = p.do(ctx, ask) })
	}
	asking.Wait()
	return errors.Join(errs...)
}

// do asks when nothing speaks against it.
func (p *player) do(ctx context.Context, ask history.Ask) error {
	p.game.Enter()
	defer p.game.Leave()
	_, err := p.game.Do(ctx, p.client, ask)
	return err
}
