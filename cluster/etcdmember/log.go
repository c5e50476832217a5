package etcdmember

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// logBridge passes etcd's log on. Most of it, warnings too, is of use only to those
// who debug etcd: while another member is away, etcd warns of that many times a second,
// and the nodes have noticed it themselves. Fields may quote keys and whole requests,
// so only harmless ones pass.
type logBridge struct {
	log  *slog.Logger
	mu   *sync.Mutex
	last map[string]time.Time // by message
}

const logInterval = time.Minute

var harmless = map[string]bool{
	"error": true, "took": true, "expected-duration": true, "remote-peer-id": true, "remote-peer-urls": true, "local-member-id": true,
	"rtt": true, "size": true, "path": true, "member-id": true, "leader": true, "term": true, "reason": true, "quota-size-bytes": true, "quota-size": true,
}

// worthy are parts of the warnings that an operator should see.
var worthy = []string{"slow fdatasync", "overloaded", "space", "corrupt"}

func newLog(log *slog.Logger) *zap.Logger {
	return zap.New(logBridge{log: log, mu: &sync.Mutex{}, last: map[string]time.Time{}})
}

// slogLevel returns the level of an entry here.
func slogLevel(entry zapcore.Entry) slog.Level {
	switch {
	case entry.Level >= zapcore.DPanicLevel:
		return slog.LevelError
	case entry.Level >= zapcore.ErrorLevel:
		return slog.LevelWarn
	case entry.Level == zapcore.WarnLevel && slices.ContainsFunc(worthy, func(part string) bool { return strings.Contains(entry.Message, part) }):
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// Enabled implements [zapcore.Core].
func (b logBridge) Enabled(level zapcore.Level) bool {
	return level >= zapcore.WarnLevel || level == zapcore.InfoLevel && b.log.Enabled(context.Background(), slog.LevelDebug)
}

// With implements [zapcore.Core]. The fields name the member, of which there is one.
func (b logBridge) With([]zapcore.Field) zapcore.Core { return b }

// Check implements [zapcore.Core].
func (b logBridge) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !b.Enabled(entry.Level) {
		return checked
	}
	return checked.AddCore(entry, b)
}

// Write implements [zapcore.Core].
func (b logBridge) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	level := slogLevel(entry)
	if !b.log.Enabled(context.Background(), level) || level == slog.LevelWarn && !b.first(entry) {
		return nil
	}
	values := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		if harmless[f.Key] {
			f.AddTo(values)
		}
	}
	about := []any{"message", entry.Message}
	for name, value := range values.Fields {
		about = append(about, name, value)
	}
	b.log.Log(context.Background(), level, "etcd", about...)
	return nil
}

// first reports whether a message has not been logged in the last minute.
func (b logBridge) first(entry zapcore.Entry) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if last, ok := b.last[entry.Message]; ok && entry.Time.Sub(last) < logInterval {
		return false
	}
	b.last[entry.Message] = entry.Time
	return true
}

// Sync implements [zapcore.Core].
func (logBridge) Sync() error { return nil }
