package certificate

import (
	"log/slog"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"example.com/pokey/zaplog"
)

// loggedFields are the fields that are passed on: those that name no client.
var loggedFields = []string{"error", "identifier", "identifiers", "domain", "issuer", "attempt", "retrying_in", "challenge_type", "ca"}

// newLog returns the log of the ACME library. Its news are details here: what an
// operator wants to know of them, events tell.
func (a *ordered) newLog() *zap.Logger {
	return zaplog.New(func(level zapcore.Level) bool {
		return level >= zapcore.ErrorLevel || level > zapcore.DebugLevel && a.log.Enabled(nil, slogLevel(level)) //nolint:staticcheck // no handler of slog's looks at it
	}, a.hear)
}

func slogLevel(level zapcore.Level) slog.Level {
	switch {
	case level >= zapcore.ErrorLevel:
		return slog.LevelWarn // it tries again by itself; what is serious has an event
	case level == zapcore.WarnLevel:
		return slog.LevelInfo
	default:
		return slog.LevelDebug
	}
}
