package operator

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	interval = 5 * time.Second
	kept     = 361 // half an hour, both ends included
	window   = 12  // how many intervals a rate or quantile is for: a minute
)

// A History keeps the last half hour of a server's statuses.
type History struct {
	read func() Status

	mu  sync.Mutex
	all []Status // ascending; at most kept
}

// NewHistory returns the history of the server whose status read returns.
func NewHistory(read func() Status) *History { return &History{read: read} }

// Run reads the status again and again until ctx is done.
func (h *History) Run(ctx context.Context) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		h.Add(h.read())
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Add keeps a status, the newest so far.
func (h *History) Add(s Status) {
	if s.Cluster != nil {
		c := *s.Cluster
		c.Nodes = nil // nobody asks who was a member, and it would be most of the memory
		s.Cluster = &c
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.all) == kept {
		h.all = append(h.all[:0], h.all[1:]...)
	}
	h.all = append(h.all, s)
}

// statuses returns what is kept, ending with now.
func (h *History) statuses(now Status) []Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append(append(make([]Status, 0, len(h.all)+1), h.all...), now)
}

// before returns the newest status that is at least this much older than the last.
// Failing that, it returns the status of the server's start, when nothing had happened
// yet, or the oldest that is kept, if the server started even earlier.
func before(all []Status, ago time.Duration) Status {
	last := all[len(all)-1]
	for _, s := range slices.Backward(all) {
		if last.Time.Sub(s.Time) >= ago {
			return s
		}
	}
	if last.Time.Sub(last.Started) < ago {
		return Status{Time: last.Started, Started: last.Started}
	}
	return all[0]
}
