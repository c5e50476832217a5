package zaplog

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

func TestEntriesCarryTheFieldsOfTheirLoggers(t *testing.T) {
	var got []string
	log := New(zapcore.WarnLevel.Enabled, func(entry zapcore.Entry, fields []zapcore.Field) {
		got = append(got, fmt.Sprint(entry.Message, " ", Attrs(fields, "error", "a", "b")))
	})
	one := log.With(zap.Int("a", 1))
	two, three := one.With(zap.Int("b", 2)), one.With(zap.Int("b", 3))
	log.Info("below the level")
	log.Warn("alone")
	two.Warn("two", zap.String("secret", "x"))
	three.Error("three", zap.Error(errors.New("broken")))
	one.Warn("one")
	want := []string{"alone []", "two [a 1 b 2]", "three [err broken a 1 b 3]", "one [a 1]"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEachMessagePassesOnceAMinute(t *testing.T) {
	var l Limiter
	start := time.Now()
	for _, c := range []struct {
		message string
		after   time.Duration
		want    bool
	}{
		{"a", 0, true}, {"a", time.Second, false}, {"b", time.Second, true}, {"a", time.Minute - 1, false}, {"a", time.Minute, true}, {"b", time.Minute, false}, {"a", time.Minute + 1, false},
	} {
		if got := l.Allow(zapcore.Entry{Message: c.message, Time: start.Add(c.after)}); got != c.want {
			t.Errorf("%s after %v: got %v, want %v", c.message, c.after, got, c.want)
		}
	}
}

func TestOneOfManyPasses(t *testing.T) {
	var l Limiter
	var passed atomic.Int64
	var all sync.WaitGroup
	now := time.Now()
	for range 50 {
		all.Go(func() {
			if l.Allow(zapcore.Entry{Message: "a", Time: now}) {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	if got := passed.Load(); got != 1 {
		t.Errorf("got %d that passed, want 1", got)
	}
}

func TestMessagesDoNotFillMemory(t *testing.T) {
	var l Limiter
	for n := range 10 * maxMessages {
		l.Allow(zapcore.Entry{Message: fmt.Sprint(n), Time: time.Now()})
	}
	if got := len(l.last); got > maxMessages {
		t.Errorf("got %d messages in memory, want %d at most", got, maxMessages)
	}
}
