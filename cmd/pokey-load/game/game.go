// Package game fills rooms with clients, records all that they ask and hear,
// and reads the rooms as somebody who comes fresh to them. How the members play
// is for the caller to say.
package game

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/history"
)

// Patience is how long a request may stay unanswered before its outcome is taken
// for unknown, crashes included.
const Patience = 60 * time.Second

// Room is a room and its members, the owner first.
type Room struct {
	ID      string
	Members []*client.Client
}

// Game is the rooms and the people in them. It is safe for concurrent use.
type Game struct {
	History *history.History
	// Expelled is how many clients were told not to come back.
	Expelled atomic.Int64

	ctx     context.Context //nolint:containedctx // it is the life of the clients
	cancel  context.CancelFunc
	running sync.WaitGroup // the clients and the goroutines of [Game.Go]
	gate    sync.RWMutex   // locked to let nobody ask

	mu    sync.Mutex
	rooms []*Room
}

// New makes a game without rooms whose clients run until ctx ends or [Game.End]
// is called.
func New(ctx context.Context) *Game {
	g := &Game{History: history.New()}
	g.ctx, g.cancel = context.WithCancel(ctx)
	return g
}

// End ends all clients and waits for them.
func (g *Game) End() {
	g.cancel()
	g.running.Wait()
}

// Rooms returns the rooms so far.
func (g *Game) Rooms() []*Room {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]*Room(nil), g.rooms...)
}

// Join adds a client, who stays until the game ends. Its hooks must record: see
// [history.History.Hooks].
func (g *Game) Join(c client.Config) *client.Client {
	joined := client.New(c)
	g.running.Go(func() {
		if joined.Run(g.ctx) != nil {
			g.Expelled.Add(1)
		}
	})
	return joined
}

// Go calls f in a goroutine that [Game.End] waits for; its context ends then.
func (g *Game) Go(f func(ctx context.Context)) { g.running.Go(func() { f(g.ctx) }) }

// Open makes a room with a deck of the cards, any value if there are none, and
// lets the members join it, the owner first.
func (g *Game) Open(ctx context.Context, members []*client.Client, cards []string) (*Room, error) {
	made, err := g.ask(ctx, members[0], client.CreateRoom("deck", cards))
	if err != nil {
		return nil, fmt.Errorf("create a room: %w", err)
	}
	g.History.Created(made.RoomID, members[0].UserID())
	room := &Room{ID: made.RoomID, Members: members}
	for _, c := range members {
		if err := g.join(ctx, c, room.ID, false); err != nil {
			return nil, err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rooms = append(g.rooms, room)
	return room, nil
}

// ask sends a request that histories do not record.
func (g *Game) ask(ctx context.Context, c *client.Client, r client.Request) (client.Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	reply, err := c.Do(ctx, r)
	if err == nil && !reply.OK {
		err = errors.New(reply.Code)
	}
	return reply, err
}

func (g *Game) join(ctx context.Context, c *client.Client, roomID string, observe bool) error {
	if c.UserID() == "" { // not welcomed yet: any answer comes after the welcome
		if _, err := g.ask(ctx, c, client.Request{"request": "ping"}); err != nil {
			return fmt.Errorf("ping: %w", err)
		}
	}
	ask := history.Ask{Kind: history.Join, Room: roomID, User: c.UserID(), Observe: observe}
	op := g.History.Begin(ask)
	reply, err := g.ask(ctx, c, ask.Request())
	if reply.OK || reply.Code != "" {
		g.History.End(op, reply)
	}
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	return nil
}

// Enter begins a time in which the caller asks for things, by [Game.Do]; it ends
// with [Game.Leave]. It waits while the game is paused, and pausing waits for it.
func (g *Game) Enter() { g.gate.RLock() }

// Leave ends what [Game.Enter] began.
func (g *Game) Leave() { g.gate.RUnlock() }

// Do lets a member ask something and records it. The error is that of
// [client.Client.Do].
func (g *Game) Do(ctx context.Context, c *client.Client, ask history.Ask) (client.Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	ask.User = c.UserID()
	op := g.History.Begin(ask)
	reply, err := c.Do(ctx, ask.Request())
	if err == nil {
		g.History.End(op, reply)
	}
	return reply, err
}

// Pause waits until nobody is asking and lets nobody ask until [Game.Resume].
func (g *Game) Pause() { g.gate.Lock() }

// Resume lets people ask again.
func (g *Game) Resume() { g.gate.Unlock() }
