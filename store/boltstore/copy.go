package boltstore

import (
	"bytes"
	"errors"
	"os"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

// What is copied in one transaction at most, unless a single record is larger.
const (
	copyBatch = 1000    // records
	copySize  = 4 << 20 // bytes
)

// copyRecords copies the sound records of a file to a new one, which is on disk when
// copyRecords returns. Unread is why it has not reached all of them; err means that
// there is no new file, and wraps ErrFormat if a newer version wrote the old one, or
// ErrLocked if another program has it open.
func copyRecords(from, to string) (copied int, unread, err error) {
	target, err := openBolt(to, bbolt.Options{NoSync: true})
	if err != nil {
		return 0, nil, err
	}
	c := copier{to: target, form: firstForm}
	unread = c.read(from)
	c.flush()
	if c.err == nil {
		c.err = guard(target.bolt.Sync)
	}
	err = errors.Join(c.err, target.close())
	if errors.Is(unread, store.ErrFormat) || errors.Is(unread, store.ErrLocked) {
		err = errors.Join(err, unread)
	}
	if err != nil {
		return 0, nil, errors.Join(err, os.Remove(to))
	}
	return c.copied, unread, nil
}

// copier collects records and writes them in batches.
type copier struct {
	to     *database
	batch  []store.Record
	newest store.Revision
	size   int // of the data in batch, in bytes
	copied int
	form   int   // that records may have
	err    error // of the new file
}

// read adds the sound records of a file.
func (c *copier) read(path string) error {
	from, err := openBolt(path, bbolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	err = from.view(func(tx *bbolt.Tx) error {
		if err := guard(func() error { return checkFormat(tx) }); errors.Is(err, store.ErrFormat) {
			return err
		}
		_ = guard(func() error { // else it is that of the first files
			c.form = formOf(tx)
			return nil
		})
		return eachRecord(tx, c.add)
	})
	return errors.Join(err, from.close())
}

func (c *copier) add(r store.Record) {
	r.Data = bytes.Clone(r.Data)
	c.size += len(r.Data)
	if c.batch = append(c.batch, r); len(c.batch) == copyBatch || c.size >= copySize {
		c.flush()
	}
}

func (c *copier) flush() {
	if c.err != nil {
		return
	}
	c.err = c.to.update(func(tx *bbolt.Tx) error {
		for _, r := range c.batch {
			c.newest = max(c.newest, r.Revision)
		}
		if err := createBuckets(tx, c.newest, c.form); err != nil {
			return err
		}
		b, err := openBuckets(tx)
		if err != nil {
			return err
		}
		for _, r := range c.batch {
			b.restore(r)
		}
		c.copied += b.added
		return b.fault
	})
	c.batch, c.size = c.batch[:0], 0
}

// eachRecord visits the sound records of a file that may be damaged, in whatever
// bucket they are. It returns why it has not reached all of them.
func eachRecord(tx *bbolt.Tx, visit func(store.Record)) error {
	var all error
	err := eachKey(tx.Cursor(), func(name, _ []byte) {
		if b := tx.Bucket(name); b != nil {
			all = errors.Join(all, eachKey(b.Cursor(), func(k, v []byte) {
				if r, err := unwrap(k, v); err == nil && r.Key != formatKey && r.Key != formKey {
					visit(r)
				}
			}))
		}
	})
	return errors.Join(all, err)
}

// eachKey visits the keys of a bucket from the first one up to where it is damaged,
// and then from the last one down to the other end of the damage. It ends in any
// case, because it goes on only while the keys are in order.
func eachKey(c *bbolt.Cursor, visit func(k, v []byte)) error {
	var low, high []byte // visited are the keys up to low, and those from high on
	step := func(k, v []byte) bool {
		if len(k) > bbolt.MaxKeySize || bytes.Compare(k, low) <= 0 || high != nil && bytes.Compare(k, high) >= 0 {
			return false
		}
		visit(k, v)
		return true
	}
	ahead := guard(func() error {
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if !step(k, v) {
				return errDamaged
			}
			low = bytes.Clone(k)
		}
		return nil
	})
	if ahead == nil {
		return nil
	}
	back := guard(func() error {
		for k, v := c.Last(); k != nil && step(k, v); k, v = c.Prev() {
			high = bytes.Clone(k)
		}
		return nil
	})
	return errors.Join(ahead, back)
}
