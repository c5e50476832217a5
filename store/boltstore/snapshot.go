package boltstore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

// Snapshot implements [store.Store]. It reads one transaction on the caller's
// goroutine, while commits go on. Meanwhile the file grows by what is written, unused
// pages are not overwritten, and a commit waits if bbolt has to map a larger file.
// Close ends a snapshot with [store.ErrClosed], and a failed commit with another error.
func (s *Store) Snapshot(ctx context.Context, visit func(r store.Record, parts []store.Record) error) (damaged int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	var snap *snapshot
	// A caller that gives up must not leave the snapshot open: it waits for the writer.
	err = s.queue.run(context.WithoutCancel(ctx), false, func(b *buckets) (err error) {
		snap, err = b.db.beginSnapshot()
		return err
	})
	if err != nil {
		return 0, err
	}
	defer snap.end()
	err = guard(func() error {
		damaged, err = snap.read(ctx, visit)
		return err
	})
	return damaged, err
}

// snapshots are the snapshots of a database that are being read. Only the writer
// begins them.
type snapshots struct {
	closing chan struct{} // closed when the database is about to be
	closed  bool          // whether it is
	why     error         // set before that
	reading atomic.Int32
	readers sync.WaitGroup
}

// open reports whether a snapshot is being read.
func (s *snapshots) open() bool { return s.reading.Load() > 0 }

// errInterrupted ends the snapshots of a database that is closed and opened again.
var errInterrupted = errors.New("store: a commit has failed meanwhile, and the file is opened again")

// end ends all snapshots with an error, and returns when they have ended.
func (s *snapshots) end(why error) {
	if !s.closed {
		s.closed, s.why = true, why
		close(s.closing)
	}
	s.readers.Wait()
}

// snapshot is a transaction that is read outside the writer's goroutine.
type snapshot struct {
	of *snapshots
	tx *bbolt.Tx
}

func (d *database) beginSnapshot() (*snapshot, error) {
	tx, err := d.bolt.Begin(false)
	if err != nil {
		return nil, err
	}
	d.snapshots.reading.Add(1)
	d.snapshots.readers.Add(1)
	return &snapshot{of: &d.snapshots, tx: tx}, nil
}

func (s *snapshot) end() {
	_ = s.tx.Rollback() // it was only read
	s.of.reading.Add(-1)
	s.of.readers.Done()
}

// read visits the records. The parts of a record follow it in the file.
func (s *snapshot) read(ctx context.Context, visit func(store.Record, []store.Record) error) (damaged int, err error) {
	b, err := openBuckets(s.tx)
	if err != nil {
		return 0, err
	}
	var record store.Record // the last sound one, with its parts
	var parts []store.Record
	pass := func() error {
		if record.Key == "" {
			return nil
		}
		return visit(record, parts)
	}
	err = b.records.ForEach(func(k, v []byte) error {
		select {
		case <-s.of.closing:
			return s.of.why
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		r, err := unwrap(k, v)
		switch {
		case err != nil:
			damaged++
			return nil //nolint:nilerr // it is counted
		case !store.IsPart(r.Key):
			err = pass()
			record, parts = r, nil
		case store.RecordKey(r.Key) == record.Key:
			parts = append(parts, store.Record{Key: r.Key, Data: r.Data})
		default:
			damaged++ // its record is
		}
		return err
	})
	if err != nil {
		return damaged, err
	}
	return damaged, pass()
}
