package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

// openDatabase opens the database in a directory that this process has locked. A
// damaged file is set aside first. Revisions that are given later are above floor.
func openDatabase(config Config, floor store.Revision) (*database, error) {
	path := filepath.Join(config.Dir, fileName)
	if err := finish(path); err != nil {
		return nil, err
	}
	return begin(path, func() (*database, error) { return openInspected(path, config, floor) })
}

// begin opens a file. One that is new, and cannot be begun, is removed: the next start
// would take it for damaged.
func begin(path string, open func() (*database, error)) (*database, error) {
	info, before := os.Stat(path)
	db, err := open()
	if err != nil && (errors.Is(before, fs.ErrNotExist) || before == nil && info.Size() == 0 && info.Mode().IsRegular()) {
		_ = os.Remove(path) // what is wrong has been said
	}
	return db, err
}

func openInspected(path string, config Config, floor store.Revision) (*database, error) {
	in, err := inspect(path)
	if err != nil {
		return nil, err
	}
	if err := in.readable(config.Form); err != nil {
		return nil, err
	}
	if in, err = repair(path, in, config.Log); err != nil {
		return nil, err
	}
	if err := in.readable(config.Form); err != nil { // what a damaged file contained is known now
		return nil, err
	}
	db, err := openBolt(path, bbolt.Options{NoSync: config.noSync})
	if err != nil {
		return nil, err
	}
	err = db.update(func(tx *bbolt.Tx) error {
		return db.prepare(tx, in.contents, max(floor, in.newest), config.Form)
	})
	if err == nil {
		err = syncDir(config.Dir)
	}
	if err != nil {
		return nil, errors.Join(err, db.close())
	}
	return db, nil
}

// readable returns an error that wraps ErrFormat if records may have a newer form.
func (c contents) readable(form int) error {
	if c.form > form {
		return fmt.Errorf("%w: what is in its records has form %d, and this version reads up to %d", store.ErrFormat, c.form, form)
	}
	return nil
}

// prepare creates the buckets if they are missing, rebuilds the index if it
// disagrees with the records, and removes parts that nothing will ever ask for.
func (d *database) prepare(tx *bbolt.Tx, c contents, floor store.Revision, form int) error {
	d.records = c.sound + len(c.broken)
	for _, key := range c.broken {
		d.damaged[key] = struct{}{}
	}
	if !c.begun || store.Revision(tx.Bucket([]byte(recordBucket)).Sequence()) < floor {
		if err := createBuckets(tx, floor, form); err != nil {
			return err
		}
	}
	if c.begun && c.form < form {
		if err := putForm(tx.Bucket([]byte(aboutBucket)), form); err != nil {
			return err
		}
	}
	if c.begun && !c.indexed {
		if err := rebuildIndex(tx); err != nil {
			return err
		}
	}
	if len(c.orphans) == 0 {
		return nil
	}
	b, err := d.buckets(tx)
	if err != nil {
		return err
	}
	b.dropOrphans(c.orphans)
	d.records += b.added
	return b.fault
}

// rebuildIndex replaces the index by one that agrees with the sound records.
func rebuildIndex(tx *bbolt.Tx) error {
	if err := tx.DeleteBucket([]byte(expiryBucket)); err != nil {
		return err
	}
	fresh, err := tx.CreateBucket([]byte(expiryBucket))
	if err != nil {
		return err
	}
	index := expiryIndex{fresh}
	return tx.Bucket([]byte(recordBucket)).ForEach(func(k, v []byte) error {
		r, err := unwrap(k, v)
		if err != nil {
			return nil //nolint:nilerr // a damaged record is not listed
		}
		return index.add(store.Millis(r.Expires), r.Key)
	})
}
