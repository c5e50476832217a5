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

// memory knows how much memory the process may have, and whether so much is in use
// that no more clients should be accepted.
type memory struct {
	limit uint64 // bytes; math.MaxInt64 for none
	log   *slog.Logger

	mu    sync.Mutex
	next  time.Time // when to measure again
	short bool
}

// The Go runtime's limit is memoryGiven of what the process may have; it collects
// garbage more often the closer it gets to that. Newcomers are refused when more
// than memoryShort of the limit is in use, and accepted again below memoryEnough.
const (
	memoryGiven  = 0.8
	memoryShort  = 0.9
	memoryEnough = 0.8
	memoryPoll   = 100 * time.Millisecond
	memoryQuiet  = 10 * time.Second // without a garbage collection
)

// limitMemory sets the runtime's limit: GOMEMLIMIT, or else a share of what the
// process's cgroup may have.
func limitMemory(log *slog.Logger) *memory {
	limit, err := memlimit.Set(memlimit.WithRatio(memoryGiven))
	if err != nil {
		log.Debug("no memory limit is known", "err", err)
	}
	if limit < math.MaxInt64 {
		log.Info("memory is limited", "bytes", limit)
	}
	return &memory{limit: uint64(limit), log: log}
}

// The outgoing queues of all clients together may hold a sixteenth of the memory
// limit, and as much again for clients that are being closed; 256 MiB if no limit
// is known.
const (
	queueShare = 16
	leastQueue = 2 << 20
	mostQueue  = 256 << 20
)

// queue returns how many bytes the queues of all clients together may hold.
func (m *memory) queue() int64 {
	return int64(min(max(m.limit/queueShare, leastQueue), mostQueue))
}

// full reports whether newcomers must be refused because memory is short.
func (m *memory) full() bool {
	if m.limit == math.MaxInt64 {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := time.Now(); now.After(m.next) {
		m.next = now.Add(memoryPoll)
		m.update(inUse())
	}
	return m.short
}

// giveBack returns memory to the operating system whenever the process has been
// quiet for a while, until ctx is done. By itself the runtime keeps up to twice the
// memory in use.
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

// update decides whether memory is short with this many bytes in use.
func (m *memory) update(used uint64) {
	share := float64(used) / float64(m.limit)
	switch {
	case !m.short && share > memoryShort:
		m.short = true
		m.log.Warn("memory is short: newcomers are refused", "used", used, "limit", m.limit)
	case m.short && share < memoryEnough:
		m.short = false
		m.log.Info("memory is sufficient again: newcomers are accepted", "used", used, "limit", m.limit)
	}
}

// inUse returns how many bytes would still be in use after a garbage collection:
// all memory of the process except free memory and known garbage.
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
