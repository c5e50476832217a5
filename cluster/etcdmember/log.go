package etcdmember

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"example.com/pokey/zaplog"
)

// harmless are the fields that are passed on. Others may quote keys and whole requests.
var harmless = []string{
	"error", "took", "expected-duration", "remote-peer-id", "remote-peer-urls", "local-member-id",
	"rtt", "size", "path", "member-id", "leader", "term", "reason", "quota-size-bytes", "quota-size",
}

// worthy are parts of the warnings that an operator should see.
var worthy = []string{"slow fdatasync", "overloaded", "space", "corrupt"}

// expected are errors of each first start: nothing is wrong, and nobody has to do anything.
var expected = []string{"failed to update storage version"}

// newLog returns etcd's log. Most of it, warnings too, is of use only to those who debug
// etcd: while another member is away, etcd warns of that many times a second, and the
// nodes have noticed it themselves.
func newLog(log *slog.Logger) *zap.Logger {
	var warnings zaplog.Limiter
	enabled := func(level slog.Level) bool { return log.Enabled(context.Background(), level) }
	return zaplog.New(func(level zapcore.Level) bool {
		return level >= zapcore.WarnLevel || level == zapcore.InfoLevel && enabled(slog.LevelDebug)
	}, func(entry zapcore.Entry, fields []zapcore.Field) {
		level := slogLevel(entry)
		if !enabled(level) || level == slog.LevelWarn && !warnings.Allow(entry) {
			return
		}
		attrs := append([]any{"message", entry.Message}, zaplog.Attrs(fields, harmless...)...)
		log.Log(context.Background(), level, "etcd", attrs...)
	})
}

// slogLevel returns the level of an entry here.
func slogLevel(entry zapcore.Entry) slog.Level {
	switch {
	case entry.Level >= zapcore.DPanicLevel:
		return slog.LevelError
	case entry.Level >= zapcore.ErrorLevel && !slices.Contains(expected, entry.Message):
		return slog.LevelWarn
	case entry.Level == zapcore.WarnLevel && slices.ContainsFunc(worthy, func(part string) bool { return strings.Contains(entry.Message, part) }):
		return slog.LevelWarn
	}
	return slog.LevelDebug
}
