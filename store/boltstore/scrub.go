package boltstore

import (
	"bytes"
	"time"

	"go.etcd.io/bbolt"
)

const (
	scrubAfter = 30 * time.Second // how long freed pages may keep what was in them
	scrubSlice = 1024             // pages overwritten before it is the callers' turn again
	scrubRun   = 64               // pages read and overwritten at once
	firstPage  = 2                // behind the meta pages
)

// scrub overwrites a slice of what is not in use, and comes back for the rest.
func (b *Store) scrub() {
	b.scrubAt = nil
	done, err := b.scrubSome()
	b.note(scrubbing, err)
	switch {
	case err != nil:
		b.scrubAt = time.After(b.config.scrubAfter)
		return
	case !done:
		b.scrubAt = now()
		return
	case b.dirty: // while we were at it
		b.scrubAt = time.After(b.config.scrubAfter)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.Scrubs++
	b.stats.Scrub = time.Since(b.scrubBegan)
}

func (b *Store) scrubSome() (done bool, err error) {
	if err := b.ready(); err != nil {
		return false, err
	}
	if b.file.scrubbed == firstPage {
		b.scrubBegan, b.dirty = time.Now(), false
	}
	return b.file.scrub()
}

// now is a timer that has fired.
func now() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}

// scrub overwrites with zeros pages that are not in use, and what lies behind
// the last one. It goes on where it stopped the last time, and says whether it
// has come to the end.
//
// A free page is one that bbolt itself may write over in its next transaction,
// before that is committed; so a crash in the midst of this harms nothing. But
// if the newer meta page should be damaged, bbolt falls back to the older one,
// whose tree consists in part of pages that are free in the newer. Hence an
// empty transaction comes first: after it both describe the same tree.
func (f *file) scrub() (done bool, err error) {
	if err := f.update(func(*bbolt.Tx) error { return nil }); err != nil {
		return false, err
	}
	_, older, err := readMetas(f.raw)
	if err != nil {
		return false, err
	}
	if !older.valid {
		return false, errPages
	}
	info, err := f.raw.Stat()
	if err != nil {
		return false, err
	}
	end := info.Size() / older.pageSize
	err = f.transact(true, func(tx *bbolt.Tx) error { // nobody writes, and what is free stays so
		z := zeroer{file: f, pageSize: older.pageSize}
		spared, err := freelistPages(tx, older)
		if err != nil {
			return err
		}
		for ; f.scrubbed < end && z.overwritten < scrubSlice; f.scrubbed++ {
			page, err := tx.Page(int(f.scrubbed))
			if err != nil {
				return err
			}
			unused := page == nil || page.Type == "free" // nil: behind the last page
			if unused && !spared(f.scrubbed) {
				err = z.add(f.scrubbed)
			}
			if err != nil {
				return err
			}
		}
		return z.flush()
	})
	if err != nil {
		return false, err
	}
	if done = f.scrubbed >= end; done {
		f.scrubbed = firstPage
	}
	return done, f.raw.Sync()
}

// freelistPages tells the pages in which the older meta page's free pages are
// listed. They hold numbers of pages and nothing else.
func freelistPages(tx *bbolt.Tx, older meta) (func(id int64) bool, error) {
	page, err := tx.Page(int(older.freelist))
	if err != nil || page == nil {
		return nil, errPages
	}
	first, last := int64(page.ID), int64(page.ID+page.OverflowCount)
	return func(id int64) bool { return id >= first && id <= last }, nil
}

// zeroer overwrites runs of pages, and leaves alone those that are zero already.
type zeroer struct {
	file        *file
	pageSize    int64
	from, until int64 // the run so far
	buf, zeros  []byte
	overwritten int
}

// add puts a page into the run, which is dealt with when a page does not follow.
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
	if _, err := z.file.raw.ReadAt(run, z.from*z.pageSize); err != nil {
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
		if _, err := z.file.raw.WriteAt(z.zeros[:at-from], z.from*z.pageSize+from); err != nil {
			return err
		}
		z.overwritten += int((at - from) / z.pageSize)
	}
	return nil
}
