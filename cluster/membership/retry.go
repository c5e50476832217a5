package membership

import (
	"context"
	"time"
)

// The delays between attempts double from the first to the last.
const (
	retryMin = 100 * time.Millisecond
	retryMax = 2 * time.Second

	// callTimeout bounds a call of etcd that no caller waits for.
	callTimeout = 3 * time.Second
)

// sleep waits for d, and returns false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
