package crash

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/history"
)

// game is all the rooms and the people in them.
type game struct {
	site    *client.Site
	history *history.History
	backoff client.Backoff
	think   time.Duration
	atOnce  int
	back    *comeback

	rooms   []string
	clients []*client.Client // the members of the first room, then of the second, …
	running sync.WaitGroup   // the clients
	cancel  context.CancelFunc
	auditor client.Session

	gate     sync.RWMutex  // locked to let nobody ask
	stop     chan struct{} // closed to end the playing
	playing  sync.WaitGroup
	expelled atomic.Int64 // clients told not to come back
}

// cards is the deck of every other room; the rest take any value.
var cards = []string{"1", "2", "3", "5", "8"}

func newGame(site *client.Site, o Options) *game {
	return &game{
		site: site, history: history.New(), backoff: o.Backoff, think: o.Think, atOnce: o.AtOnce,
		back: newComeback(), stop: make(chan struct{}),
	}
}

// setUp makes the rooms and lets everybody join.
func (g *game) setUp(ctx context.Context, rooms, members int) error {
	running, cancel := context.WithCancel(ctx)
	g.cancel = cancel
	var err error
	if g.auditor, err = g.site.NewSession(ctx); err != nil {
		return err
	}
	for range rooms {
		first := len(g.clients)
		for range members {
			c, err := g.newClient(running)
			if err != nil {
				return err
			}
			g.clients = append(g.clients, c)
		}
		if err := g.open(running, g.clients[first:]); err != nil {
			return err
		}
	}
	return nil
}

// newClient is a new user who stays connected until the game is over.
func (g *game) newClient(ctx context.Context) (*client.Client, error) {
	session, err := g.site.NewSession(ctx)
	if err != nil {
		return nil, err
	}
	c := client.New(client.Config{Site: g.site, Session: session, Backoff: g.backoff, Hooks: g.back.hooks(g.history.Hooks())})
	g.running.Go(func() {
		if c.Run(ctx) != nil {
			g.expelled.Add(1)
		}
	})
	return c, nil
}

// open makes a room, lets the members join and begins to play in it.
func (g *game) open(ctx context.Context, members []*client.Client) error {
	var deck []string
	if len(g.rooms)%2 == 1 {
		deck = cards
	}
	made, err := g.ask(ctx, members[0], client.CreateRoom("deck", deck))
	if err != nil {
		return fmt.Errorf("create a room: %w", err)
	}
	g.history.Created(made.RoomID, members[0].UserID())
	g.rooms = append(g.rooms, made.RoomID)
	for i, c := range members {
		if err := g.join(ctx, c, made.RoomID, false); err != nil {
			return err
		}
		p := &player{
			client: c, history: g.history, room: made.RoomID, cards: deck,
			owner: i == 0, think: g.think, atOnce: g.atOnce, gate: &g.gate, stop: g.stop,
		}
		g.playing.Go(func() { _ = p.run(ctx) }) // an end for good is counted by the client
	}
	return nil
}

// ask is a request that is not about what a history knows.
func (g *game) ask(ctx context.Context, c *client.Client, r client.Request) (client.Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, requestPatience)
	defer cancel()
	reply, err := c.Do(ctx, r)
	if err == nil && !reply.OK {
		err = errors.New(reply.Code)
	}
	return reply, err
}

func (g *game) join(ctx context.Context, c *client.Client, roomID string, observe bool) error {
	if c.UserID() == "" { // not welcomed yet: any answer comes after the welcome
		if _, err := g.ask(ctx, c, client.Request{"request": "ping"}); err != nil {
			return fmt.Errorf("ping: %w", err)
		}
	}
	ask := history.Ask{Kind: history.Join, Room: roomID, User: c.UserID(), Observe: observe}
	op := g.history.Begin(ask)
	reply, err := g.ask(ctx, c, ask.Request())
	if reply.OK || reply.Code != "" {
		g.history.End(op, reply)
	}
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	return nil
}

// An auditing connection joins auditBatch rooms, because a server may well limit
// that, and auditors of them audit at a time.
const (
	auditBatch = 8
	auditors   = 4
)

// audit reads all rooms as somebody who comes fresh to them.
func (g *game) audit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestPatience)
	defer cancel()
	batches := make(chan []string, len(g.rooms))
	for batch := range slices.Chunk(g.rooms, auditBatch) {
		batches <- batch
	}
	close(batches)
	var auditing sync.WaitGroup
	errs := make([]error, auditors)
	for i := range errs {
		auditing.Go(func() {
			for batch := range batches {
				errs[i] = errors.Join(errs[i], g.auditSome(ctx, batch))
			}
		})
	}
	auditing.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

func (g *game) auditSome(ctx context.Context, rooms []string) error {
	ctx, cancel := context.WithCancel(ctx)
	c := client.New(client.Config{Site: g.site, Session: g.auditor, Backoff: g.backoff, Hooks: g.history.Hooks()})
	var running sync.WaitGroup
	running.Go(func() { _ = c.Run(ctx) })
	defer running.Wait()
	defer cancel()
	for _, roomID := range rooms {
		if err := g.join(ctx, c, roomID, true); err != nil {
			return err
		}
		for {
			_, known, changed := c.Room(roomID)
			if known {
				break
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return fmt.Errorf("no status: %w", ctx.Err())
			}
		}
	}
	return nil
}

// finish lets everybody stop asking, reveals what is hidden, reads everything
// once more and sends everybody home.
func (g *game) finish(ctx context.Context) error {
	close(g.stop)
	g.playing.Wait()
	members := len(g.clients) / max(len(g.rooms), 1)
	for i, roomID := range g.rooms {
		owner := g.clients[i*members]
		p := player{client: owner, history: g.history, room: roomID, gate: &g.gate}
		if err := p.do(ctx, history.Ask{Kind: history.Reveal, Room: roomID, User: owner.UserID()}); err != nil {
			return fmt.Errorf("last reveal: %w", err)
		}
	}
	return g.audit(ctx)
}

// leave ends all connections.
func (g *game) leave() {
	if g.cancel != nil {
		g.cancel()
	}
	g.running.Wait()
	g.playing.Wait()
}
