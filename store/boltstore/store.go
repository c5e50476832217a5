package boltstore

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"example.com/pokey/store"
)

// Store is a [store.Store] in one file, DIR/pokey.db. A commit is on disk when it
// returns.
type Store struct {
	config Config
	lock   *os.File // nil where directories cannot be locked
	queue  *queue
	writer *writer
	once   sync.Once
}

// Open opens the store in a directory, or creates it there. A damaged file is set
// aside, and a new one is begun with what can be read of it; that, and records that
// cannot be read, are logged and are no error.
//
// The error wraps [store.ErrLocked] if the directory is in use, [store.ErrFormat] if
// a newer version has written the file, and the file system's error if the directory
// cannot be used.
func Open(config Config) (*Store, error) {
	config.Log = cmp.Or(config.Log, slog.New(slog.DiscardHandler))
	config.scrubAfter, config.Form = cmp.Or(config.scrubAfter, scrubAfter), cmp.Or(config.Form, firstForm)
	s := &Store{config: config, queue: newQueue()}
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("store: directory %s: %w", config.Dir, err)
	}
	return s, nil
}

func (s *Store) open() (err error) {
	if err := os.MkdirAll(s.config.Dir, 0o700); err != nil {
		return err
	}
	if s.lock, err = lockDir(s.config.Dir); err != nil {
		return err
	}
	if s.writer, err = startWriter(s.config, s.queue); err != nil {
		s.unlock()
		return err
	}
	return nil
}

func (s *Store) unlock() {
	if s.lock != nil {
		_ = s.lock.Close() // it was only locked
	}
}

// Load implements [store.Store]. It waits for the commits that began before it, also
// for those whose callers have given up: what it returns is their outcome.
func (s *Store) Load(ctx context.Context, key string) (store.Record, error) {
	r, _, err := s.LoadAll(ctx, key)
	return r, err
}

// LoadAll implements [store.Store], and waits as Load does.
func (s *Store) LoadAll(ctx context.Context, key string) (store.Record, []store.Record, error) {
	var found store.Record
	var parts []store.Record
	err := s.queue.run(ctx, false, func(b *buckets) (err error) {
		if found, err = b.load(key); err != nil {
			return err
		}
		found.Data, parts = bytes.Clone(found.Data), b.parts(key)
		return nil
	})
	if err != nil {
		return store.Record{}, nil, err
	}
	return found, parts, nil
}

// Commit implements [store.Store].
func (s *Store) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	if err := store.CheckKeys(r, parts); err != nil {
		return 0, err
	}
	var rev store.Revision
	err := s.queue.run(ctx, true, func(b *buckets) (err error) {
		rev, err = b.commit(r, parts)
		return err
	})
	if err != nil {
		return 0, err
	}
	return rev, nil
}

// Start implements [store.Starter].
func (s *Store) Start(timeout time.Duration, r store.Record, parts []store.Record, done func(store.Revision, error)) {
	if err := store.CheckKeys(r, parts); err != nil {
		done(0, err)
		return
	}
	var rev store.Revision
	s.queue.start(timeout,
		func(b *buckets) (err error) {
			rev, err = b.commit(r, parts)
			return err
		},
		func(err error) {
			if err != nil {
				done(0, err)
				return
			}
			done(rev, nil)
		})
}

// Delete implements [store.Store].
func (s *Store) Delete(ctx context.Context, key string, rev store.Revision) error {
	return s.queue.run(ctx, true, func(b *buckets) error { return b.remove(key, rev) })
}

// Expired implements [store.Store].
func (s *Store) Expired(ctx context.Context, now time.Time, limit int) ([]string, error) {
	var keys []string
	err := s.queue.run(ctx, false, func(b *buckets) error {
		keys = b.expired(now, limit)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}

// Durable implements [store.Store]: it is true.
func (s *Store) Durable() bool { return true }

// Shared implements [store.Store]: it is false.
func (s *Store) Shared() bool { return false }

// Stats returns what is known without waiting for the file.
func (s *Store) Stats() Stats {
	stats := s.writer.monitor.figures()
	if info, err := os.Stat(filepath.Join(s.config.Dir, fileName)); err == nil {
		stats.Bytes = info.Size()
	}
	return stats
}

// Close implements [store.Store]. Calls that have not begun return [store.ErrClosed].
func (s *Store) Close() error {
	err := store.ErrClosed
	s.once.Do(func() {
		close(s.queue.closing)
		<-s.writer.ended
		s.unlock()
		err = s.writer.err
	})
	return err
}
