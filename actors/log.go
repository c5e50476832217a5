package actors

import (
	"context"
	"log/slog"
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
