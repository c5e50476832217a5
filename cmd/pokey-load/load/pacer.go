package load

import (
	"context"
	"sync/atomic"
	"time"
)

// pacer makes one room after the other do its next thing, at a rate that does
// not depend on how fast the server is.
type pacer struct {
	rooms int
	rate  float64 // a second, over all rooms
	step  func(room int, at time.Time) (did bool)
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
			p.next(n%p.rooms, at)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (p *pacer) next(room int, at time.Time) {
	p.due.Add(1)
	if !p.step(room, at) {
		p.late.Add(1)
	}
}

// pacer paces the rooms of a run.
func (r *run) pacer() *pacer {
	return &pacer{rooms: len(r.rooms), rate: r.Rate, step: func(i int, at time.Time) bool {
		room := r.rooms[i]
		room.mu.Lock()
		out := paced{}.next(room, at)
		room.mu.Unlock()
		send(out)
		return out != nil
	}}
}
