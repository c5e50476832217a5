package boltstore

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"os"
	"slices"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

// inspection is what was found in a file before it is opened for use.
type inspection struct {
	contents
	meta   meta
	empty  bool // the file exists and has no bytes
	halved bool // one of the two meta pages is invalid
	faults int  // what is wrong with the structure
	loops  bool // bbolt must not even try to read the file
	free   int  // pages that are not in use
}

// inspect inspects the file under a path. One that does not exist is sound. The
// error wraps ErrFormat if a newer version has written the file, and is ErrLocked
// if another program has it open.
func inspect(path string) (in inspection, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return in, nil
	}
	if err != nil {
		return in, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return in, err
	}
	if !info.Mode().IsRegular() {
		return in, fmt.Errorf("%s is not a file", path)
	}
	if in.empty = info.Size() == 0; in.empty {
		return in, nil
	}
	newer, older, err := readMetas(f)
	if errors.Is(err, errDamaged) {
		in.faults, in.loops = 1, true
		return in, nil
	}
	if err != nil {
		return in, err
	}
	c := checkPages(f, info.Size(), newer)
	in.meta, in.halved, in.faults, in.loops, in.free = newer, !older.valid, c.faults, c.loops, int(c.free)
	if in.faults > 0 {
		return in, nil
	}
	in.contents, err = readFile(path, !in.halved)
	if errors.Is(err, errDamaged) {
		in.faults, err = 1, nil
	}
	return in, err
}

// readFile reads the contents of a file after checkPages has found no fault. Unless
// one of the meta pages is invalid, which it takes for a fault, bbolt checks the order
// of the keys and the freelist first.
func readFile(path string, check bool) (c contents, err error) {
	db, err := openBolt(path, bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		return c, err
	}
	err = db.view(func(tx *bbolt.Tx) error {
		if check {
			for fault := range tx.Check() { // all of them: the check waits for its reader
				err = fmt.Errorf("%w: %w", errDamaged, fault)
			}
		}
		if err == nil {
			c, err = readContents(tx)
		}
		return err
	})
	return c, errors.Join(err, db.close())
}

// contents are what a sound file holds.
type contents struct {
	begun   bool           // there are buckets
	form    int            // that records may have
	sound   int            // records and parts
	broken  []string       // keys of records and parts whose envelopes are damaged
	orphans []string       // keys of parts that seem to have no sound record
	newest  store.Revision // of the sound records
	indexed bool           // the index agrees with the sound records
}

// readContents reads all buckets. There are none after a crash in the very first
// moment. The error is errDamaged if they are not what this version writes.
func readContents(tx *bbolt.Tx) (contents, error) {
	c := contents{indexed: true}
	var names []string
	_ = tx.ForEach(func(name []byte, _ *bbolt.Bucket) error { // it returns no other error than ours
		names = append(names, string(name))
		return nil
	})
	if len(names) == 0 {
		return c, nil
	}
	if !slices.Equal(names, []string{aboutBucket, expiryBucket, recordBucket}) {
		return c, errDamaged
	}
	c.begun = true
	if err := checkFormat(tx); err != nil {
		return c, err
	}
	c.form = formOf(tx)
	b, err := openBuckets(tx)
	if err != nil {
		return c, err
	}
	c.read(b)
	return c, nil
}

// checkFormat returns an error that wraps ErrFormat for a file of a newer version,
// and errDamaged if the version cannot be read.
func checkFormat(tx *bbolt.Tx) error {
	about := tx.Bucket([]byte(aboutBucket))
	if about == nil {
		return errDamaged
	}
	r, err := unwrap([]byte(formatKey), about.Get([]byte(formatKey)))
	switch {
	case err != nil || len(r.Data) != 1:
		return errDamaged
	case r.Data[0] > format:
		return fmt.Errorf("%w: format %d", store.ErrFormat, r.Data[0])
	}
	return nil
}

func (c *contents) read(b *buckets) {
	seed := maphash.MakeSeed()
	var actual, expected uint64 // sums over the entries of the index
	record := ""                // the last sound one
	_ = b.records.ForEach(func(k, v []byte) error {
		r, err := unwrap(k, v)
		if err != nil {
			c.broken = append(c.broken, string(k))
			return nil //nolint:nilerr // it is noted
		}
		c.sound++
		c.newest = max(c.newest, r.Revision)
		switch {
		case !store.IsPart(r.Key):
			record = r.Key
		case store.RecordKey(r.Key) != record:
			c.orphans = append(c.orphans, r.Key)
		}
		if at := store.Millis(r.Expires); at != 0 {
			expected += maphash.Bytes(seed, indexKey(at, r.Key))
		}
		return nil
	})
	_ = b.expiry.bucket.ForEach(func(k, _ []byte) error {
		actual += maphash.Bytes(seed, k)
		return nil
	})
	c.indexed = actual == expected
}
