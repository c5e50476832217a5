package chaos

import (
	"context"
	"sync/atomic"
	"time"
)

// lag measures how late this program itself runs because the machine is busy. No
// measured time is more exact than that.
type lag struct{ longest atomic.Int64 }

const lagTick = 5 * time.Millisecond

// watch measures until ctx ends.
func (l *lag) watch(ctx context.Context) {
	tick := time.NewTimer(lagTick)
	defer tick.Stop()
	for {
		began := time.Now()
		tick.Reset(lagTick)
		select {
		case <-tick.C:
			late := time.Since(began) - lagTick
			l.longest.Store(max(l.longest.Load(), int64(late)))
		case <-ctx.Done():
			return
		}
	}
}

// take returns the longest lag since the last call.
func (l *lag) take() time.Duration { return time.Duration(l.longest.Swap(0)) }
