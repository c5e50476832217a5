package crash

import (
	"context"
	"fmt"
	"sync"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/game"
	"example.com/pokey/cmd/pokey-load/history"
)

// party is a game and its players.
type party struct {
	*game.Game
	site    *client.Site
	backoff client.Backoff
	player  player // the settings that all players share
	back    *returns

	auditors []client.Config
	stop     chan struct{} // closed to end the playing
	playing  sync.WaitGroup
}

// cards is the deck of every other room; the rest take any value.
var cards = []string{"1", "2", "3", "5", "8"}

func newParty(ctx context.Context, site *client.Site, o Options) *party {
	p := &party{Game: game.New(ctx), site: site, backoff: o.Backoff, back: newComeback(), stop: make(chan struct{})}
	p.player = player{game: p.Game, think: o.Think, atOnce: o.AtOnce, stop: p.stop}
	return p
}

// config is that of a new user's client.
func (p *party) config(ctx context.Context, hooks client.Hooks) (client.Config, error) {
	session, err := p.site.NewSession(ctx)
	return client.Config{Site: p.site, Session: session, Backoff: p.backoff, Hooks: hooks}, err
}

// setUp makes the rooms and lets everybody join and begin to play.
func (p *party) setUp(ctx context.Context, rooms, members int) error {
	for i := range rooms {
		if i%game.RoomsPerAuditor == 0 {
			auditor, err := p.config(ctx, p.History.Hooks())
			if err != nil {
				return err
			}
			p.auditors = append(p.auditors, auditor)
		}
		if err := p.open(ctx, i, members); err != nil {
			return err
		}
	}
	return nil
}

// open makes the i-th room.
func (p *party) open(ctx context.Context, i, members int) error {
	var joined []*client.Client
	for range members {
		config, err := p.config(ctx, p.back.hooks(p.History.Hooks()))
		if err != nil {
			return err
		}
		joined = append(joined, p.Join(config))
	}
	var deck []string
	if i%2 == 1 {
		deck = cards
	}
	room, err := p.Open(ctx, joined, deck)
	if err != nil {
		return err
	}
	for i, c := range joined {
		playing := p.player
		playing.client, playing.room, playing.cards, playing.owner = c, room.ID, deck, i == 0
		p.playing.Add(1)
		p.Go(func(ctx context.Context) {
			defer p.playing.Done()
			_ = playing.run(ctx) // an end for good is counted by the client
		})
	}
	return nil
}

// audit reads all rooms through new connections.
func (p *party) audit(ctx context.Context) error { return p.Audit(ctx, p.auditors) }

// finish stops all players, reveals what is hidden and reads all rooms once more.
func (p *party) finish(ctx context.Context) error {
	close(p.stop)
	p.playing.Wait()
	for _, room := range p.Rooms() {
		reveal := history.Ask{Kind: history.Reveal, Room: room.ID}
		if _, err := p.Do(ctx, room.Members[0], reveal); err != nil {
			return fmt.Errorf("last reveal: %w", err)
		}
	}
	return p.audit(ctx)
}
