package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

const (
	newSuffix = ".new" // of a copy that is being made
	copyBatch = 1000   // records copied in one transaction
)

// tidy deals with what a survey has found: it replaces a file whose structure is
// broken, and one that is mostly free, by a copy of their sound records, and
// returns the survey of what is there now.
func (s *survey) tidy(path string, log *slog.Logger) (*survey, error) {
	if s.empty {
		log.Warn("the database is empty, as after a crash in its very first moment")
	}
	if s.halved {
		log.Warn("one of two meta pages is not valid: if this is not from a power failure, what was stored last may be lost")
	}
	switch {
	case s.faults > 0:
		return s.salvage(path, log)
	case s.index != s.indexed:
		log.Warn("the index does not agree with the records and is made anew")
	case s.wasteful():
		return s.compact(path, log)
	}
	return s, nil
}

// salvage moves the file aside and puts a copy of what is left in its place.
func (s *survey) salvage(path string, log *slog.Logger) (*survey, error) {
	kept, err := rewrite(path)
	if err != nil {
		return nil, fmt.Errorf("the database is damaged, and copying what is left of it failed: %w", err)
	}
	aside, err := moveAside(path)
	if err != nil {
		return nil, fmt.Errorf("the database is damaged and cannot be moved aside: %w", err)
	}
	log.Error("THE DATABASE IS DAMAGED: it was moved aside and a new one begun; the old one holds names and estimates until it is deleted",
		"faults", s.faults, "saved", kept, "aside", aside)
	return replaced(path)
}

// compact makes a copy take the place of the file. Without the room for it, the
// file goes on as it is.
func (s *survey) compact(path string, log *slog.Logger) (*survey, error) {
	if _, err := rewrite(path); err != nil {
		log.Warn("the database cannot be compacted", "err", err)
		return s, nil
	}
	log.Info("the database was compacted", "records", s.records, "freed", int64(s.free)*s.meta.pageSize)
	return replaced(path)
}

// replaced makes the copy take the place of the file.
func replaced(path string) (*survey, error) {
	if err := os.Rename(path+newSuffix, path); err != nil {
		return nil, err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return inspect(path)
}

// finish puts a copy in the place of a file that was moved aside when the process
// ended, and removes one that was not completed.
func finish(path string) error {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = os.Rename(path+newSuffix, path)
	} else {
		err = os.Remove(path + newSuffix)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// moveAside gives the file a name that says what it is.
func moveAside(path string) (string, error) {
	aside := path + ".corrupt-" + time.Now().UTC().Format("20060102T150405.000Z")
	for {
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			return aside, os.Rename(path, aside)
		}
		aside += "+"
	}
}

// rewrite copies the sound records of a file to a new one next to it, which is
// on the disk when rewrite returns.
func rewrite(path string) (kept int, err error) {
	from, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = from.Close() }() // it was only read
	to, raw, err := openBolt(path+newSuffix, false)
	if err != nil {
		return 0, err
	}
	c := copier{to: &file{bolt: to, raw: raw}}
	if err := c.copy(from); err != nil {
		return 0, errors.Join(err, os.Remove(path+newSuffix))
	}
	return c.kept, nil
}

// copier collects the records of a file that are sound and puts them into another.
type copier struct {
	to      *file
	pending []store.Record
	newest  store.Revision
	kept    int
	err     error
}

func (c *copier) copy(from *os.File) error {
	info, err := from.Stat()
	if err != nil {
		return errors.Join(err, c.to.close())
	}
	if m, _, err := readMetas(from); err == nil { // else there is nothing to be had
		w := walk{f: from, size: info.Size(), meta: m, visit: c.visit}
		w.run()
	}
	c.flush()
	if c.err == nil {
		c.err = contain(c.to.bolt.Sync)
	}
	return errors.Join(c.err, c.to.close())
}

// visit takes what is a record, wherever it is: the bucket's name may be damaged.
func (c *copier) visit(_ string, key, value []byte) {
	if string(key) == formatKey || c.err != nil {
		return
	}
	if r, err := unwrap(key, value); err == nil {
		c.pending = append(c.pending, r)
	}
	if len(c.pending) == copyBatch {
		c.flush()
	}
}

func (c *copier) flush() {
	if c.err != nil {
		return
	}
	c.err = c.to.update(func(tx *bbolt.Tx) error {
		for _, r := range c.pending {
			c.newest = max(c.newest, r.Revision)
		}
		if err := makeTables(tx, c.newest); err != nil {
			return err
		}
		t, err := openTables(tx)
		if err != nil {
			return err
		}
		for _, r := range c.pending {
			t.restore(r)
		}
		c.kept += t.added
		return t.fault
	})
	c.pending = c.pending[:0]
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
