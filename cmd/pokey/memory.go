package main

import (
	"context"
	"log/slog"
	"math"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"sync"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// memory knows how much of it the process may have, and when so much is in use
// that nobody else should be let in.
type memory struct {
	limit uint64 // bytes; math.MaxInt64 for none
	log   *slog.Logger

	mu    sync.Mutex
	next  time.Time // when to look again
	short bool
}

// The Go runtime is given this much of what the process may have, and collects
// garbage the harder the nearer it comes to that. Newcomers are turned away, and
// let in again, when so much of it is in use.
const (
	memoryGiven  = 0.8
	memoryShort  = 0.9
	memoryEnough = 0.8
	memoryLook   = 100 * time.Millisecond
	memoryQuiet  = 30 * time.Second // without a garbage collection
)

// limitMemory has the runtime keep to GOMEMLIMIT, or to what the process's cgroup
// may have.
func limitMemory(log *slog.Logger) *memory {
	limit, err := memlimit.Set(memlimit.WithRatio(memoryGiven))
	if err != nil {
		log.Debug("no limit of memory is known", "err", err)
	}
	if limit < math.MaxInt64 {
		log.Info("memory is limited", "bytes", limit)
	}
	return &memory{limit: uint64(limit), log: log}
}

// What may wait for all clients together is a sixteenth of the memory there is,
// and as much again for those that are told to go; a quarter of a gigabyte where
// nobody says how much there is.
const (
	queueShare = 16
	leastQueue = 2 << 20
	mostQueue  = 256 << 20
)

// queue is how many bytes may wait for all clients together.
func (m *memory) queue() int64 {
	return int64(min(max(m.limit/queueShare, leastQueue), mostQueue))
}

// full says that newcomers are to be turned away for want of memory.
func (m *memory) full() bool {
	if m.limit == math.MaxInt64 {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := time.Now(); now.After(m.next) {
		m.next = now.Add(memoryLook)
		m.look(inUse())
	}
	return m.short
}

// giveBack returns memory to the system when the process has been quiet for a
// while, until ctx is done. By itself the runtime keeps twice what is in use.
func (m *memory) giveBack(ctx context.Context) {
	ticker := time.NewTicker(memoryQuiet)
	defer ticker.Stop()
	var seen, given uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		collections := read("/gc/cycles/automatic:gc-cycles")[0]
		if collections == seen && collections != given {
			given = collections
			debug.FreeOSMemory()
		}
		seen = collections
	}
}

// look takes in how much is in use.
func (m *memory) look(used uint64) {
	share := float64(used) / float64(m.limit)
	switch {
	case !m.short && share > memoryShort:
		m.short = true
		m.log.Warn("memory is short: nobody else is let in", "used", used, "limit", m.limit)
	case m.short && share < memoryEnough:
		m.short = false
		m.log.Info("there is memory again", "used", used, "limit", m.limit)
	}
}

// inUse is what the process would have left after a garbage collection: all its
// memory, without what is free and what was found to be garbage.
func inUse() uint64 {
	v := read("/memory/classes/total:bytes", "/gc/heap/live:bytes", "/memory/classes/heap/objects:bytes",
		"/memory/classes/heap/unused:bytes", "/memory/classes/heap/free:bytes", "/memory/classes/heap/released:bytes")
	used := v[0] + v[1]
	for _, not := range v[2:] {
		used -= min(used, not)
	}
	return used
}

// read reads metrics of the Go runtime.
func read(names ...string) []uint64 {
	samples := make([]runtimemetrics.Sample, len(names))
	for i, name := range names {
		samples[i].Name = name
	}
	runtimemetrics.Read(samples)
	values := make([]uint64, len(names))
	for i, s := range samples {
		values[i] = s.Value.Uint64()
	}
	return values
}
