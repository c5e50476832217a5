package main

import (
	"context"
	"log/slog"
	"math"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// Newcomers are turned away above nine tenths, until less than eight are
// in use.
func TestMemoryHysteresis(t *testing.T) {
	m := &memory{limit: 1000, log: slog.New(slog.DiscardHandler)}
	for _, step := range []struct {
		used uint64
		want bool
	}{{0, false}, {900, false}, {901, true}, {900, true}, {800, true}, {799, false}, {900, false}, {5000, true}} {
		if m.update(step.used); m.short != step.want {
			t.Errorf("%d of 1000: %v", step.used, m.short)
		}
	}
}

// What is in use is about what is held, whatever garbage there is besides.
func TestMemoryInUse(t *testing.T) {
	runtime.GC()
	runtime.GC() // the first one leaves what the pools of earlier tests hold
	before := inUse()
	held := make([]byte, 64<<20)
	for range 100 {
		_ = make([]byte, 1<<20+len(held)&1)
	}
	runtime.GC()
	if grown := int64(inUse()) - int64(before); grown < 48<<20 || grown > 96<<20 {
		t.Errorf("%d bytes more are in use with 64 MiB held", grown)
	}
	clear(held)
}

// What was needed in a rush goes back to the system when it is over.
func TestMemoryIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{limit: math.MaxInt64, log: slog.New(slog.DiscardHandler)}
		free := func() uint64 { return read("/memory/classes/heap/free:bytes")[0] }
		for tries := 1; ; tries++ { // the runtime gives some back by itself, if it has the time
			for range 10 {
				clear(make([]byte, 64<<20))
			}
			runtime.GC()
			if got := free(); got >= 32<<20 {
				break
			} else if tries == 100 {
				t.Fatalf("%d bytes are free after a rush: the test is blind", got)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go m.giveBack(ctx)
		for range 10 { // a collection of the runtime's own puts it off by one tick
			time.Sleep(memoryQuiet)
			synctest.Wait()
			if free() <= 16<<20 {
				return
			}
		}
		t.Errorf("%d bytes are still free", free())
	})
}

// A1. What may wait for clients is a share of the memory there is.
func TestMemoryForQueues(t *testing.T) {
	for limit, want := range map[uint64]int64{16 << 20: 2 << 20, 256 << 20: 16 << 20, 1 << 30: 64 << 20, 64 << 30: 256 << 20, math.MaxInt64: 256 << 20} {
		if got := (&memory{limit: limit}).queue(); got != want {
			t.Errorf("of %d bytes: got %d, want %d", limit, got, want)
		}
	}
}
