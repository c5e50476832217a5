package boltstore

import (
	"errors"
	"log/slog"
	"path/filepath"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

// openDatabase opens the database in a directory that this process has locked. A
// damaged file is set aside first. Revisions that are given later are above floor.
func openDatabase(dir string, floor store.Revision, noSync bool, log *slog.Logger) (*database, error) {
	path := filepath.Join(dir, fileName)
	if err := finish(path); err != nil {
		return nil, err
	}
	in, err := inspect(path)
	if err != nil {
		return nil, err
	}
	if in, err = repair(path, in, log); err != nil {
		return nil, err
	}
	db, err := openBolt(path, bbolt.Options{NoSync: noSync})
	if err != nil {
		return nil, err
	}
	err = db.update(func(tx *bbolt.Tx) error { return db.prepare(tx, in.contents, max(floor, in.newest)) })
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return nil, errors.Join(err, db.close())
	}
	return db, nil
}

// prepare creates the buckets if they are missing, rebuilds the index if it
// disagrees with the records, and removes parts that nothing will ever ask for.
func (d *database) prepare(tx *bbolt.Tx, c contents, floor store.Revision) error {
	d.records = c.sound + len(c.broken)
	for _, key := range c.broken {
		d.damaged[key] = struct{}{}
	}
	if !c.begun || store.Revision(tx.Bucket([]byte(recordBucket)).Sequence()) < floor {
		if err := createBuckets(tx, floor); err != nil {
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
