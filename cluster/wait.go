package cluster

import (
	"context"
	"time"
)

// wake wakes the receiver of c, which has a buffer of one, or lets its next
// receive succeed.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// sleep waits for d, and returns false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
