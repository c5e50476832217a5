package actors

import (
	"context"
	"log/slog"
	"maps"
	"sync"
)

// levelHandler lets through what is at least at a level of its own.
type levelHandler struct {
	slog.Handler
	least slog.Level
}

func (h levelHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.least && h.Handler.Enabled(ctx, level)
}

func (h levelHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return levelHandler{h.Handler.WithAttrs(attrs), h.least}
}

func (h levelHandler) WithGroup(name string) slog.Handler {
	return levelHandler{h.Handler.WithGroup(name), h.least}
}

// redacted is what a message that carries somebody's words looks like in a log.
func redacted(kind string) slog.Value { return slog.StringValue(kind + " (not shown)") }

// counterVec counts by name. The names are ours, so there are few.
type counterVec struct {
	mu sync.Mutex
	n  map[string]int64
}

func (c *counterVec) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int64{}
	}
	c.n[name]++
}

func (c *counterVec) snapshot() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}
