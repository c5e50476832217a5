package load

import (
	"context"
	"sync/atomic"
	"time"
)

// pacer makes one room after the other do its next thing, at a rate that does
// not depend on how fast the server is.
type pacer struct {
	rooms []*room
	rate  float64 // a second, over all rooms
	due   atomic.Int64
	late  atomic.Int64 // times that a room had nothing to do, because the server was behind
}

// finest is the shortest sleep; what became due meanwhile is done at once, and
// measured from when it was due.
const finest = time.Millisecond

func (p *pacer) run(ctx context.Context) {
	began := time.Now()
	tick := time.NewTicker(finest)
	defer tick.Stop()
	for n := 0; ; {
		for now := time.Now(); ; n++ {
			at := began.Add(time.Duration(float64(n) / p.rate * float64(time.Second)))
			if at.After(now) || ctx.Err() != nil {
				break
			}
			p.step(p.rooms[n%len(p.rooms)], at)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (p *pacer) step(r *room, at time.Time) {
	p.due.Add(1)
	r.mu.Lock()
	out := paced{}.next(r, at)
	r.mu.Unlock()
	if out == nil {
		p.late.Add(1)
	}
	send(out)
}
