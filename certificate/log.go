package certificate

import (
	"context"
	"log/slog"
	"slices"

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
	}, a.logLibrary)
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

// redundant are messages of the library that say nothing beyond what a Failure says.
var redundant = []string{"challenge failed", "validating authorization", "could not get certificate from issuer", "HTTP request failed; retrying", "will retry", "cleaning up solver"}

// logLibrary logs what the library logs.
func (a *ordered) logLibrary(entry zapcore.Entry, fields []zapcore.Field) {
	if entry.Message == "challenge failed" {
		a.keepCheck(fields)
	}
	level := slogLevel(entry.Level)
	if slices.Contains(redundant, entry.Message) || a.closed.Load() {
		level = slogLevel(zapcore.DebugLevel)
	}
	attrs := append(zaplog.Attrs(fields, loggedFields...), "what", entry.Message)
	a.log.Log(context.Background(), level, "certificates", attrs...)
}

// keepCheck keeps what an authority has found by a challenge.
func (a *ordered) keepCheck(fields []zapcore.Field) {
	values := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		f.AddTo(values)
	}
	domain, _ := values.Fields["identifier"].(string)
	problem, _ := values.Fields["problem"].(map[string]any)
	text := func(of map[string]any, name string) string {
		s, _ := of[name].(string)
		return s
	}
	c := check{text(values.Fields, "challenge_type"), text(problem, "type"), text(problem, "detail")}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.serves(domain) && len(a.checks[domain]) < maxChecks {
		a.checks[domain] = append(a.checks[domain], c)
	}
}

// maxChecks is how many challenges of an attempt are kept; there are three kinds.
const maxChecks = 5
