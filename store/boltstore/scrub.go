package boltstore

import (
	"bytes"
	"time"

	"go.etcd.io/bbolt"
)

const (
	scrubAfter = 30 * time.Second // how long unused pages may keep what was in them
	scrubRetry = time.Second      // while a snapshot is being read
	scrubSlice = 1024             // pages overwritten before callers get their turn
	scrubRun   = 64               // pages read and overwritten at once
)

// scrub overwrites with zeros the pages that are not in use, up to the end of the
// file, until it is done or has overwritten a slice of them. The next call continues
// where this one stopped.
//
// bbolt itself may write over a free page in its next transaction before that is
// committed, so a crash during a scrub harms nothing. But if the newer meta page is
// ever damaged, bbolt falls back to the older one, whose tree consists in part of
// pages that are free in the newer tree. Hence an empty transaction comes first:
// after it both meta pages describe the same tree.
func (d *database) scrub() (done bool, err error) {
	if err := d.update(func(*bbolt.Tx) error { return nil }); err != nil {
		return false, err
	}
	_, older, err := readMetas(d.raw)
	if err != nil {
		return false, err
	}
	if !older.valid {
		return false, errDamaged
	}
	info, err := d.raw.Stat()
	if err != nil {
		return false, err
	}
	end := info.Size() / older.pageSize
	// The transaction is writable so that nobody else writes, and free pages stay free.
	err = d.transact(true, func(tx *bbolt.Tx) error { return d.scrubPages(tx, older, end) })
	if err != nil {
		return false, err
	}
	if done = d.scrubbed >= end; done {
		d.scrubbed = firstPage
	}
	return done, d.raw.Sync()
}

func (d *database) scrubPages(tx *bbolt.Tx, older meta, end int64) error {
	// The older freelist holds numbers of pages and nothing else: it is spared.
	spared, err := tx.Page(int(older.freelist))
	if err != nil {
		return err
	}
	if spared == nil {
		return errDamaged
	}
	first, last := int64(spared.ID), int64(spared.ID+spared.OverflowCount)
	z := zeroer{db: d, pageSize: older.pageSize}
	for ; d.scrubbed < end && z.overwritten < scrubSlice; d.scrubbed++ {
		page, err := tx.Page(int(d.scrubbed))
		if err != nil {
			return err
		}
		unused := page == nil || page.Type == "free" // nil: it was never used
		if !unused || d.scrubbed >= first && d.scrubbed <= last {
			continue
		}
		if err := z.add(d.scrubbed); err != nil {
			return err
		}
	}
	return z.flush()
}

// zeroer overwrites runs of pages, and leaves alone those that are zero already.
type zeroer struct {
	db          *database
	pageSize    int64
	from, until int64 // the run so far
	buf, zeros  []byte
	overwritten int
}

// add adds a page to the run. If it does not follow, or the run is long, the run is
// flushed first.
func (z *zeroer) add(id int64) error {
	if id == z.until && z.until-z.from < scrubRun {
		z.until++
		return nil
	}
	err := z.flush()
	z.from, z.until = id, id+1
	return err
}

func (z *zeroer) flush() error {
	if z.buf == nil {
		z.buf, z.zeros = make([]byte, scrubRun*z.pageSize), make([]byte, scrubRun*z.pageSize)
	}
	run := z.buf[:(z.until-z.from)*z.pageSize]
	if _, err := z.db.raw.ReadAt(run, z.from*z.pageSize); err != nil {
		return err
	}
	clean := func(at int64) bool { return bytes.Equal(run[at:at+z.pageSize], z.zeros[:z.pageSize]) }
	for at, end := int64(0), int64(len(run)); at < end; {
		if clean(at) {
			at += z.pageSize
			continue
		}
		from := at
		for at < end && !clean(at) {
			at += z.pageSize
		}
		if _, err := z.db.raw.WriteAt(z.zeros[:at-from], z.from*z.pageSize+from); err != nil {
			return err
		}
		z.overwritten += int((at - from) / z.pageSize)
	}
	return nil
}
