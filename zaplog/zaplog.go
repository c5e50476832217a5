// Package zaplog passes on the log of a library that uses zap.
package zaplog

import (
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// New returns a logger that gives write each entry of an enabled level, with its
// fields and those of the logger it came from. Several goroutines may call write at
// once.
func New(enabled func(zapcore.Level) bool, write func(zapcore.Entry, []zapcore.Field)) *zap.Logger {
	return zap.New(core{zap.LevelEnablerFunc(enabled), write, nil})
}

// core implements [zapcore.Core].
type core struct {
	zapcore.LevelEnabler
	write func(zapcore.Entry, []zapcore.Field)
	with  []zapcore.Field
}

func (c core) With(fields []zapcore.Field) zapcore.Core {
	c.with = append(slices.Clip(c.with), fields...)
	return c
}

func (c core) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !c.Enabled(entry.Level) {
		return checked
	}
	return checked.AddCore(entry, c)
}

func (c core) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	c.write(entry, append(slices.Clip(c.with), fields...))
	return nil
}

func (core) Sync() error { return nil }

// Attrs returns names and values, for slog, of the fields with these names, in the
// order of the names. What else a library logs may quote keys or name clients. An
// "error" is an "err" here, as in the rest of the log.
func Attrs(fields []zapcore.Field, names ...string) (attrs []any) {
	values := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		if slices.Contains(names, f.Key) {
			f.AddTo(values)
		}
	}
	for _, name := range names {
		v, ok := values.Fields[name]
		if name == "error" {
			name = "err"
		}
		if ok {
			attrs = append(attrs, name, v)
		}
	}
	return attrs
}

const (
	interval    = time.Minute
	maxMessages = 1000
)

// Limiter lets each message pass once a minute. Its zero value is ready; several
// goroutines may use it.
type Limiter struct {
	mu   sync.Mutex
	last map[string]time.Time // by message
}

// Allow reports whether the message of an entry has not passed in the minute before.
func (l *Limiter) Allow(entry zapcore.Entry) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last, ok := l.last[entry.Message]; ok && entry.Time.Sub(last) < interval {
		return false
	}
	if l.last == nil || len(l.last) >= maxMessages { // messages that quote values do not fill memory
		l.last = map[string]time.Time{}
	}
	l.last[entry.Message] = entry.Time
	return true
}
