package boltstore

import (
	"errors"
	"os"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"example.com/pokey/store"
)

const fileName = "pokey.db"

// pageSize is that of new files. bbolt would take the machine's, which is 16 KiB on
// Apple's and the newer Raspberry Pi's, and 64 KiB on some other arm64 machines: a
// commit would write four or sixteen times as much there. A file keeps its page size
// on whatever machine.
const pageSize = 4 << 10

// lockTimeout is how long another program that has the file open is waited for.
// Another Pokey is kept out by the lock on the directory.
const lockTimeout = 200 * time.Millisecond

// database is an open file. It belongs to one goroutine.
type database struct {
	bolt  *bbolt.DB
	raw   *os.File // the file that bbolt has open
	stuck bool     // a transaction has not ended

	records  int                 // and parts, damaged ones too
	damaged  map[string]struct{} // keys of records and parts that cannot be read
	scrubbed int64               // the page at which the scrub continues

	snapshots snapshots
}

// openBolt opens the database under a path, and makes it readable by its owner only.
// The error is ErrLocked if another program has it open.
func openBolt(path string, options bbolt.Options) (*database, error) {
	d := &database{damaged: map[string]struct{}{}, scrubbed: firstPage, snapshots: snapshots{closing: make(chan struct{})}}
	options.Timeout = lockTimeout
	options.PageSize = pageSize
	options.FreelistType = bbolt.FreelistMapType
	options.NoStatistics = true
	options.OpenFile = func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
		if f, err = os.OpenFile(name, flag, mode); err != nil {
			return nil, err
		}
		d.raw = f
		if options.ReadOnly {
			return f, nil
		}
		return f, f.Chmod(mode) // whatever the umask is, or the mode was
	}
	err := guard(func() (err error) {
		d.bolt, err = bbolt.Open(path, 0o600, &options)
		return err
	})
	if err != nil && d.raw != nil {
		_ = d.raw.Close() // closed already, unless bbolt panicked
	}
	if errors.Is(err, berrors.ErrTimeout) {
		err = store.ErrLocked
	}
	return d, err
}

// update runs a transaction that is on disk when update returns without error.
// After an error, also a panic of bbolt's, what bbolt holds in memory may differ
// from the file: the database must be closed.
func (d *database) update(do func(*bbolt.Tx) error) error {
	return d.transact(true, func(tx *bbolt.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return tx.Commit()
	})
}

// view runs a transaction that reads.
func (d *database) view(do func(*bbolt.Tx) error) error {
	return d.transact(false, do)
}

// transact runs a transaction, which is rolled back unless do commits it.
func (d *database) transact(writable bool, do func(*bbolt.Tx) error) error {
	d.stuck = true
	return guard(func() error {
		tx, err := d.bolt.Begin(writable)
		if err != nil {
			d.stuck = false
			return err
		}
		defer func() {
			_ = tx.Rollback() // it fails if do has committed
			d.stuck = false
		}()
		return do(tx)
	})
}

// buckets opens the buckets, and has damage that is found there remembered.
func (d *database) buckets(tx *bbolt.Tx) (*buckets, error) {
	b, err := openBuckets(tx)
	if err != nil {
		return nil, err
	}
	b.db, b.damaged = d, d.damaged
	return b, nil
}

// close closes the file and releases its lock. It ends the snapshots first.
func (d *database) close() error {
	d.snapshots.end(errInterrupted)
	if !d.stuck {
		return guard(d.bolt.Close)
	}
	// A panic has left bbolt's own locks locked, and Close would wait for them for
	// ever. The mapping stays until the process ends.
	unlockFile(d.raw)
	return d.raw.Close()
}
