package chaos

import (
	"context"
	"sync/atomic"
	"time"
)

// lag is how late this program itself is, because the machine is busy: what is
// measured is not more exact than that.
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

// take returns the longest since the last time.
func (l *lag) take() time.Duration { return time.Duration(l.longest.Swap(0)) }
