package load

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"example.com/pokey/cmd/pokey-load/options"
)

// Party is rooms that play at a steady rate, whatever happens beside them. It is
// measured a window at a time.
type Party struct {
	run    *run
	cancel context.CancelFunc
	pacing chan struct{}
	gc     int
}

// NewParty sets the rooms up and lets them play until the party ends.
func NewParty(ctx context.Context, o Options) (*Party, error) {
	if o.Shape != "paced" {
		return nil, errors.New("only for shape paced, whose load does not depend on the server")
	}
	if err := options.Validate(&o); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	p := &Party{run: &run{Options: o}, cancel: cancel, pacing: make(chan struct{}), gc: debug.SetGCPercent(400)} // as in Run
	if err := p.run.setUp(ctx); err != nil {
		close(p.pacing)
		p.End()
		return nil, fmt.Errorf("set-up: %w", err)
	}
	for _, room := range p.run.rooms {
		send(room.begin())
	}
	pace := p.run.pacer()
	go func() {
		defer close(p.pacing)
		pace.run(ctx)
	}()
	return p, nil
}

// Measure measures for a while, after the warm-up.
func (p *Party) Measure(ctx context.Context, d time.Duration) (Window, error) {
	return p.MeasureUntil(ctx, nil, d)
}

// MeasureUntil is Measure until done is closed, if that is sooner.
func (p *Party) MeasureUntil(ctx context.Context, done <-chan struct{}, most time.Duration) (Window, error) {
	p.run.Duration = most
	return p.run.windowUntil(ctx, done)
}

// Lost is how many connections have ended before their time, and why the first did.
func (p *Party) Lost() (int64, string) { return p.run.losses.count.Load(), p.run.losses.why() }

// End ends it, and the connections with it.
func (p *Party) End() {
	p.cancel()
	<-p.pacing
	p.run.takeDown()
	debug.SetGCPercent(p.gc)
}
