package actors

import (
	"context"
	"log/slog"
)

// quietHandler handles records from a level on, without the messages that Proto.Actor
// attaches to them.
type quietHandler struct {
	slog.Handler
	least slog.Level
}

func (h quietHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.least && h.Handler.Enabled(ctx, level)
}

// Handle leaves out the attribute that holds an actor's message.
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

// redacted stands in logs for a message that holds what a person wrote.
func redacted(kind string) slog.Value { return slog.StringValue(kind + " (not shown)") }
