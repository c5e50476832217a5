package boltstore

import (
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Stats are the figures of a [Store] at one moment.
type Stats struct {
	Records int           // sound and damaged records and parts
	Damaged int           // records and parts known to be damaged
	Bytes   int64         // the size of the file
	Failing bool          // the last commit, load or scrub failed
	Scrubs  int           // how often unused pages were overwritten
	Scrub   time.Duration // how long that took the last time
}

// operation is what may fail on its own: a full disk can still be read.
type operation int

const (
	writing operation = iota
	reading
	scrubbing
	operations
)

func (o operation) String() string {
	return [operations]string{"writing", "reading", "scrubbing"}[o]
}

// monitor keeps the figures, and logs when an operation begins or ceases to fail.
// The writer updates it; any goroutine may read it.
type monitor struct {
	log *slog.Logger

	mu     sync.Mutex
	stats  Stats
	failed [operations]bool // the last time
	slow   time.Time        // when a slow disk was logged last
}

const (
	slowWrite = 300 * time.Millisecond // from here on, a transaction is worth a warning
	slowAgain = time.Minute            // between warnings
)

// wrote warns of a disk that is slow, before it is so slow that nothing is saved.
func (m *monitor) wrote(took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if took < slowWrite || time.Since(m.slow) < slowAgain {
		return
	}
	m.slow = time.Now()
	m.log.Warn("the disk is slow: from a second on, people are told that they are not being saved", "took", took.Round(time.Millisecond))
}

// outcome records how an operation ended.
func (m *monitor) outcome(o operation, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	failed := err != nil
	if failed == m.failed[o] {
		return
	}
	m.failed[o] = failed
	m.stats.Failing = slices.Contains(m.failed[:], true)
	if failed {
		m.log.Error("the database file has failed", "operation", o, "err", err)
	} else {
		m.log.Info("the database file works again", "operation", o)
	}
}

// setRecords records how many records and parts there are, and how many are damaged.
func (m *monitor) setRecords(records, damaged int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.Records, m.stats.Damaged = records, damaged
}

// scrubDone records that a scrub is done.
func (m *monitor) scrubDone(took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.Scrubs++
	m.stats.Scrub = took
}

func (m *monitor) figures() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stats
}
