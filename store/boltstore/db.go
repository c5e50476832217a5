package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"example.com/pokey/store"
)

const fileName = "pokey.db"

// file is an open database. It belongs to one goroutine.
type file struct {
	bolt  *bbolt.DB
	raw   *os.File // what bbolt has open, for the scrub
	stuck bool     // a transaction has not come to its end

	records  int
	damaged  map[string]struct{} // keys of records that cannot be read
	scrubbed int64               // the page the scrub goes on with
}

// openFile opens the database in a directory that belongs to this process, once
// its pages have been looked at: one that is damaged is moved aside, and what can
// be saved of it is copied to a new one. The revisions it will give are above
// floor.
func openFile(dir string, floor store.Revision, sync bool, log *slog.Logger) (*file, error) {
	path := filepath.Join(dir, fileName)
	if err := finish(path); err != nil {
		return nil, err
	}
	s, err := inspect(path)
	if err != nil {
		return nil, err
	}
	if s, err = s.tidy(path, log); err != nil {
		return nil, err
	}
	floor = max(floor, s.newest)
	f := &file{records: s.records + len(s.damaged), damaged: map[string]struct{}{}, scrubbed: firstPage}
	for _, key := range s.damaged {
		f.damaged[key] = struct{}{}
	}
	if f.bolt, f.raw, err = openBolt(path, sync); err != nil {
		return nil, err
	}
	err = f.update(func(tx *bbolt.Tx) error {
		if err := prepare(tx, s, floor); err != nil {
			return err
		}
		return f.dropOrphans(tx, s.orphans)
	})
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// inspect surveys the file under a path. One that is not there, or empty, is
// sound.
func inspect(path string) (*survey, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return &survey{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return &survey{empty: true}, nil
	}
	s := look(f, info.Size())
	return s, s.format
}

// prepare makes what is missing in a file, and the index anew if it does not
// agree with the records.
func prepare(tx *bbolt.Tx, s *survey, floor store.Revision) error {
	if s.known && s.index == s.indexed && store.Revision(tx.Bucket([]byte(recordBucket)).Sequence()) >= floor {
		return nil
	}
	if err := makeTables(tx, floor); err != nil {
		return err
	}
	if s.index == s.indexed {
		return nil
	}
	return makeIndex(tx)
}

// openBolt opens a database whose pages are sound, readable by the owner only.
func openBolt(path string, sync bool) (db *bbolt.DB, raw *os.File, err error) {
	options := &bbolt.Options{
		Timeout:      lockTimeout,
		NoSync:       !sync,
		FreelistType: bbolt.FreelistMapType,
		NoStatistics: true,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			if raw, err = os.OpenFile(name, flag, mode); err != nil {
				return nil, err
			}
			return raw, raw.Chmod(mode) // whatever the umask was, or the mode before
		},
	}
	err = contain(func() (err error) {
		db, err = bbolt.Open(path, 0o600, options)
		return err
	})
	if err != nil && raw != nil {
		_ = raw.Close() // closed already, unless bbolt panicked
	}
	if errors.Is(err, berrors.ErrTimeout) {
		err = store.ErrLocked
	}
	return db, raw, err
}

// lockTimeout is for other programs than this one, which has locked the directory.
const lockTimeout = 200 * time.Millisecond

// update runs a transaction that is on the disk when it returns without error.
// After an error, a panic of bbolt's among them, what bbolt holds in memory may
// no longer be what is in the file: it has to be closed.
func (f *file) update(do func(*bbolt.Tx) error) error {
	return f.transact(true, func(tx *bbolt.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return tx.Commit()
	})
}

// view runs a transaction that reads.
func (f *file) view(do func(*bbolt.Tx) error) error {
	return f.transact(false, do)
}

// transact runs a transaction and leaves nothing of it unless do commits it.
func (f *file) transact(writable bool, do func(*bbolt.Tx) error) error {
	f.stuck = true
	return contain(func() error {
		tx, err := f.bolt.Begin(writable)
		if err != nil {
			f.stuck = false
			return err
		}
		defer func() {
			_ = tx.Rollback() // it fails if do has committed
			f.stuck = false
		}()
		return do(tx)
	})
}

// tables opens the buckets for callers.
func (f *file) tables(tx *bbolt.Tx) (*tables, error) {
	t, err := openTables(tx)
	if err != nil {
		return nil, err
	}
	t.damaged = f.damaged
	return t, nil
}

// close leaves the file to others.
func (f *file) close() error {
	if !f.stuck {
		return contain(f.bolt.Close)
	}
	// A panic has left bbolt's own locks locked, and Close would wait for them for
	// ever. The mapping stays until the process ends.
	unlockFile(f.raw)
	return f.raw.Close()
}

// contain makes an error of a panic, and of a fault while mapped pages are read.
func contain(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: the database cannot be read: %v", p)
		}
	}()
	return do()
}
