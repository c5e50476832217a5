package certificate

import (
	"log/slog"
	"slices"

	"go.uber.org/zap/zapcore"
)

// logBridge passes on what the ACME library logs. Its news are details here: what
// an operator wants to know of them, events tell. Of the fields, only those go along
// that name no client.
type logBridge struct {
	log  *slog.Logger
	with []zapcore.Field
}

// loggedFields are the fields that are passed on.
var loggedFields = []string{"error", "identifier", "identifiers", "domain", "issuer", "attempt", "retrying_in", "challenge_type", "ca"}

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

// Enabled implements [zapcore.Core].
func (b *logBridge) Enabled(level zapcore.Level) bool {
	return level > zapcore.DebugLevel && b.log.Enabled(nil, slogLevel(level)) //nolint:staticcheck // no handler of slog's looks at it
}

// With implements [zapcore.Core].
func (b *logBridge) With(fields []zapcore.Field) zapcore.Core {
	return &logBridge{b.log, append(slices.Clip(b.with), fields...)}
}

// Check implements [zapcore.Core].
func (b *logBridge) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !b.Enabled(entry.Level) {
		return checked
	}
	return checked.AddCore(entry, b)
}

// Write implements [zapcore.Core].
func (b *logBridge) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	values := zapcore.NewMapObjectEncoder()
	for _, f := range append(slices.Clip(b.with), fields...) {
		f.AddTo(values)
	}
	var attrs []any
	for _, name := range loggedFields {
		if v, ok := values.Fields[name]; ok {
			attrs = append(attrs, name, v)
		}
	}
	b.log.Log(nil, slogLevel(entry.Level), "certificates", append(attrs, "what", entry.Message)...) //nolint:staticcheck // as above
	return nil
}

// Sync implements [zapcore.Core].
func (*logBridge) Sync() error { return nil }
