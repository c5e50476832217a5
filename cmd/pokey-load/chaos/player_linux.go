package chaos

import (
	"context"
	"math/rand/v2"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/game"
	"example.com/pokey/cmd/pokey-load/history"
)

// cards is the deck of every other room; the rest take any value.
var cards = []string{"1", "2", "3", "5", "8"}

// player makes a member play at a steady pace.
type player struct {
	*member
	game  *game.Game
	cards []string // none if the deck takes any value
	owner bool
	pause time.Duration // on average, from one request to the next
	topic int           // number of the last
}

// run plays until ctx ends.
func (p *player) run(ctx context.Context) {
	wait := time.NewTimer(rand.N(2*p.pause + 1))
	defer wait.Stop()
	for {
		select {
		case <-wait.C:
		case <-ctx.Done():
			return
		}
		p.game.Enter()
		p.play(ctx)
		p.game.Leave()
		wait.Reset(rand.N(2*p.pause + 1))
	}
}

func (p *player) play(ctx context.Context) {
	if p.owner && rand.IntN(3) > 0 {
		p.setTopic(ctx)
		return
	}
	r, known, _ := p.Room(p.room.id)
	if !known {
		return
	}
	ask := history.Ask{Room: p.room.id, Round: r.Round}
	switch {
	case !p.owner && rand.IntN(20) == 0:
		ask.Kind = history.Withdraw
	case !p.owner:
		ask.Kind, ask.Value, ask.Comment = history.Estimate, history.NewCanary(), history.NewCanary()
		if len(p.cards) > 0 {
			ask.Value = p.cards[rand.IntN(len(p.cards))]
		}
	case !r.Revealed:
		ask.Kind = history.Reveal
	case rand.IntN(4) == 0:
		ask.Kind = history.Hide
	default:
		ask.Kind = history.Clear
		if rand.IntN(3) == 0 {
			ask.Round = 0 // whichever it is: what a repetition would hit again
		}
	}
	_, _ = p.ask(ctx, ask) // what became of it is noted
}

// setTopic makes a numbered change.
func (p *player) setTopic(ctx context.Context) {
	p.topic++
	p.room.mu.Lock()
	i := len(p.room.changes)
	p.room.changes = append(p.room.changes, change{number: p.topic, asked: time.Now()})
	p.room.mu.Unlock()
	reply, err := p.ask(ctx, history.Ask{Kind: history.SetTopic, Room: p.room.id, Value: topicOf(p.topic)})
	if err != nil || !reply.OK {
		return
	}
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	c := &p.room.changes[i]
	c.sent, c.answered = reply.SentAt, time.Now()
}

func (p *player) ask(ctx context.Context, ask history.Ask) (client.Reply, error) {
	asked := time.Now()
	reply, err := p.game.Do(ctx, p.Client, ask)
	if ctx.Err() != nil {
		return reply, err
	}
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	p.room.answers = append(p.room.answers, answer{by: p.member, asked: asked, took: time.Since(asked), reply: reply, err: err})
	return reply, err
}
