package boltstore

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"example.com/pokey/store"
)

// Config says where a [Store] keeps its records, and whom it tells.
type Config struct {
	// Dir is the directory, which belongs to one Bolt at a time. It is made if it
	// is not there, for its owner only.
	Dir string
	// Log is told about damage and failures, never about a record's key or data.
	// Nil means that nobody is.
	Log *slog.Logger
	// Observe, if there is one, is called after each transaction with the number
	// of commits and deletions in it, how long it took, and why it failed. It must
	// not block. It may be nil.
	Observe func(records int, took time.Duration, err error)

	noSync     bool          // for tests that do not outlive the process
	scrubAfter time.Duration // for tests that cannot wait; else scrubAfter
}

// Store is a [store.Store] in one file, DIR/pokey.db. A commit is on the disk when it
// returns. Everything that touches the file happens on one goroutine, which
// puts the commits of all callers that wait into one transaction.
type Store struct {
	config  Config
	lock    *os.File // nil where directories cannot be locked
	calls   chan *call
	closing chan struct{}
	ended   chan struct{}
	once    sync.Once

	mu    sync.Mutex
	stats Stats

	// What follows belongs to the writer's goroutine.
	file       *file // nil after a failure, until it is opened again
	newest     store.Revision
	failed     [works]bool      // the last time
	scrubAt    <-chan time.Time // nil while there is nothing to scrub
	scrubBegan time.Time
	dirty      bool // something was written since then
	closeErr   error
}

// Stats is what a [Store] says about itself.
type Stats struct {
	Records int           // sound and damaged ones, parts among them
	Damaged int           // records known to be damaged
	Bytes   int64         // the size of the file
	Failing bool          // the last commit, load or scrub failed
	Scrubs  int           // how often freed pages were overwritten
	Scrub   time.Duration // how long that took the last time
}

// Open opens the store in a directory, or begins one there. A file that is
// damaged is moved aside and a new one begun with what is left of it; that, and
// records that cannot be read, is logged and never an error.
//
// It returns an error that wraps [store.ErrLocked] if the directory is in use,
// [store.ErrFormat] if a newer version has written the file, and the one of the file
// system if it cannot be used.
func Open(config Config) (*Store, error) {
	config.Log = cmp.Or(config.Log, slog.New(slog.DiscardHandler))
	config.scrubAfter = cmp.Or(config.scrubAfter, scrubAfter)
	b := &Store{
		config:  config,
		calls:   make(chan *call),
		closing: make(chan struct{}),
		ended:   make(chan struct{}),
	}
	if err := b.open(); err != nil {
		return nil, fmt.Errorf("store: directory %s: %w", config.Dir, err)
	}
	go b.run()
	return b, nil
}

func (b *Store) open() (err error) {
	if err := os.MkdirAll(b.config.Dir, 0o700); err != nil {
		return err
	}
	if b.lock, err = lockDir(b.config.Dir); err != nil {
		return err
	}
	if err := b.reopen(); err != nil {
		b.unlock()
		return err
	}
	return nil
}

// reopen opens the file, and has it scrubbed at once: whoever had it before may
// not have come to it.
func (b *Store) reopen() (err error) {
	if b.file, err = openFile(b.config.Dir, b.newest, !b.config.noSync, b.config.Log); err != nil {
		return err
	}
	if n := len(b.file.damaged); n > 0 && n != b.stats.Damaged {
		b.config.Log.Error("records are damaged and will not be read", "damaged", n, "records", b.file.records)
	}
	b.scrubAt = now()
	b.publish()
	return nil
}

func (b *Store) unlock() {
	if b.lock != nil {
		_ = b.lock.Close() // it was only locked
	}
}

// Load implements [store.Store]. It waits for the commits that were made before it,
// also for those that their callers no longer wait for: what it returns is their
// outcome.
func (b *Store) Load(ctx context.Context, key string) (store.Record, error) {
	r, _, err := b.LoadAll(ctx, key)
	return r, err
}

// LoadAll implements [store.Store], and waits as Load does.
func (b *Store) LoadAll(ctx context.Context, key string) (store.Record, []store.Record, error) {
	var found store.Record
	var parts []store.Record
	err := b.do(ctx, false, func(t *tables) (err error) {
		if found, err = t.load(key); err != nil {
			return err
		}
		found.Data, parts = bytes.Clone(found.Data), t.parts(key)
		return nil
	})
	if err != nil {
		return store.Record{}, nil, err
	}
	return found, parts, nil
}

// Commit implements [store.Store].
func (b *Store) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	if err := store.CheckKeys(r, parts); err != nil {
		return 0, err
	}
	var rev store.Revision
	err := b.do(ctx, true, func(t *tables) (err error) {
		rev, err = t.commit(r, parts)
		return err
	})
	if err != nil {
		return 0, err
	}
	return rev, nil
}

// Delete implements [store.Store].
func (b *Store) Delete(ctx context.Context, key string, rev store.Revision) error {
	return b.do(ctx, true, func(t *tables) error { return t.remove(key, rev) })
}

// Expired implements [store.Store]. It leaves out records that are damaged.
func (b *Store) Expired(ctx context.Context, now time.Time, limit int) ([]string, error) {
	var keys []string
	err := b.do(ctx, false, func(t *tables) error {
		keys = t.expired(now, limit)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}

// Durable implements [store.Store]: it is true.
func (b *Store) Durable() bool { return true }

// Shared implements [store.Store]: it is false.
func (b *Store) Shared() bool { return false }

// Close implements [store.Store]. Commits that have not begun return [store.ErrClosed].
func (b *Store) Close() error {
	err := store.ErrClosed
	b.once.Do(func() {
		close(b.closing)
		<-b.ended
		err = b.closeErr
	})
	return err
}

// Stats returns what is known without waiting for the file.
func (b *Store) Stats() Stats {
	b.mu.Lock()
	s := b.stats
	b.mu.Unlock()
	if info, err := os.Stat(filepath.Join(b.config.Dir, fileName)); err == nil {
		s.Bytes = info.Size()
	}
	return s
}

// publish brings the figures up to date.
func (b *Store) publish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.Failing = slices.Contains(b.failed[:], true)
	if b.file != nil {
		b.stats.Records = b.file.records
		b.stats.Damaged = len(b.file.damaged)
	}
}
