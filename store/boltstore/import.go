package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

const importSuffix = ".import" // of a file that is being imported

// Import is a new file in the making, for records from elsewhere. It replaces the
// store's file only when it is complete and found to be sound.
type Import struct {
	dir      string
	lock     *os.File
	copier   copier
	revision store.Revision
	records  int
}

// BeginImport begins an import into a directory, which no store may use until it ends.
// The form is that of the records' data; see [Config]. The error wraps
// [store.ErrLocked] if a store uses the directory.
func BeginImport(dir string, form int) (i *Import, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("store: directory %s: %w", dir, err)
		}
	}()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	i = &Import{dir: dir, copier: copier{form: form}}
	if i.lock, err = lockDir(dir); err != nil {
		return nil, err
	}
	if err := finish(i.file("")); err != nil {
		return nil, errors.Join(err, i.unlock())
	}
	if i.copier.to, err = openBolt(i.file(importSuffix), bbolt.Options{NoSync: true}); err != nil {
		return nil, errors.Join(err, i.unlock())
	}
	return i, nil
}

func (i *Import) file(suffix string) string { return filepath.Join(i.dir, fileName+suffix) }

// removeUnfinished removes what an import has left that did not end.
func (i *Import) removeUnfinished() error {
	err := os.Remove(i.file(importSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Existing returns how many records and parts are in the file that the import will
// replace. A damaged file has at least one.
func (i *Import) Existing() (records int, err error) {
	in, err := inspect(i.file(""))
	if err != nil {
		if errors.Is(err, store.ErrFormat) {
			return 1, nil
		}
		return 0, err
	}
	if in.faults > 0 {
		return 1, nil
	}
	return in.sound + len(in.broken), nil
}

// Add adds a record with its parts, which get new revisions.
func (i *Import) Add(r store.Record, parts []store.Record) error {
	if err := store.CheckKeys(r, parts); err != nil {
		return err
	}
	for _, one := range append([]store.Record{r}, parts...) {
		i.revision++
		one.Revision = i.revision
		i.copier.add(one)
		i.records++
	}
	return i.copier.err
}

// Finish puts the new file in the place of the old one, which is renamed; it returns
// that name, if there was a file. Whatever happens, one of them is in its place, and
// the new one only if all of it can be read from the disk.
func (i *Import) Finish() (aside string, err error) {
	i.copier.flush()
	if i.copier.err == nil {
		i.copier.err = guard(i.copier.to.bolt.Sync)
	}
	if err := errors.Join(i.copier.err, i.copier.to.close()); err != nil {
		return "", errors.Join(err, i.removeUnfinished(), i.unlock())
	}
	in, err := inspect(i.file(importSuffix))
	if err == nil && (in.faults > 0 || in.sound != i.records || len(in.broken) > 0) {
		err = fmt.Errorf("store: the new file has %d of %d records, and %d faults: %w", in.sound, i.records, in.faults, store.ErrCorrupt)
	}
	if err != nil {
		return "", errors.Join(err, i.removeUnfinished(), i.unlock())
	}
	aside, err = i.swap()
	return aside, errors.Join(err, i.unlock())
}

// swap renames the files. From the first renaming on, the new file counts as complete,
// and whoever opens the store next finishes what a crash interrupted here.
func (i *Import) swap() (aside string, err error) {
	if err := errors.Join(os.Rename(i.file(importSuffix), i.file(newSuffix)), syncDir(i.dir)); err != nil {
		return "", err
	}
	if _, err := os.Lstat(i.file("")); err == nil {
		if aside, err = renameFile(i.file(""), "replaced", time.Now()); err != nil {
			return "", err
		}
	}
	return aside, errors.Join(os.Rename(i.file(newSuffix), i.file("")), syncDir(i.dir))
}

// Abort ends the import without a trace.
func (i *Import) Abort() error {
	return errors.Join(i.copier.to.close(), i.removeUnfinished(), i.unlock())
}

func (i *Import) unlock() error {
	if i.lock == nil {
		return nil
	}
	return i.lock.Close()
}
