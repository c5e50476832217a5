package actors

import (
	"context"
	"log/slog"
	"maps"
	"sync"
)

// quietHandler lets through what is at least at a level of its own, without the
// messages that Proto.Actor adds to what it has to say.
type quietHandler struct {
	slog.Handler
	least slog.Level
}

func (h quietHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.least && h.Handler.Enabled(ctx, level)
}

// Handle leaves out the attribute that holds what somebody said.
func (h quietHandler) Handle(ctx context.Context, r slog.Record) error {
	quiet := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != "message" {
			quiet.AddAttrs(a)
		}
		return true
	})
	return h.Handler.Handle(ctx, quiet)
}

func (h quietHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return quietHandler{h.Handler.WithAttrs(attrs), h.least}
}

func (h quietHandler) WithGroup(name string) slog.Handler {
	return quietHandler{h.Handler.WithGroup(name), h.least}
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
