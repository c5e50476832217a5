package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

const newSuffix = ".new" // of a copy that is being written

// repair replaces a file by a copy of its sound records if its structure is damaged
// or if it is mostly free, and returns the inspection of the file to be used.
func repair(path string, in inspection, log *slog.Logger) (inspection, error) {
	if in.empty {
		log.Warn("the database file is empty, as after a crash while it was created")
	}
	if in.halved {
		log.Warn("one of the two meta pages of the database file is invalid: unless the power failed, the last changes may be lost")
	}
	switch {
	case in.faults > 0:
		return setAside(path, in, log)
	case !in.indexed && in.begun:
		log.Warn("the expiry index disagrees with the records and is rebuilt")
	case in.wasteful():
		return compact(path, in, log)
	}
	return in, nil
}

// setAside renames a damaged file and puts a copy of what can be read in its place.
func setAside(path string, in inspection, log *slog.Logger) (inspection, error) {
	copied := 0
	if !in.loops {
		var err error
		if copied, _, err = copyRecords(path, path+newSuffix); err != nil {
			return in, fmt.Errorf("the database file is damaged, and a new one cannot be written: %w", err)
		}
	}
	aside, err := renameFile(path, "corrupt", time.Now())
	if err != nil {
		return in, fmt.Errorf("the database file is damaged, and cannot be renamed: %w", err)
	}
	log.Error("the database file is damaged and was set aside; a new one was begun with the records that can be read; "+
		"other rooms are empty when their links are opened; the old file holds names and estimates: inspect it, and delete it",
		"file", aside, "saved", copied, "faults", in.faults)
	if in.loops { // bbolt creates a new file when it opens it
		return inspect(path)
	}
	return replace(path)
}

// wastefulFrom is the size in pages from which a file that is mostly free is copied
// when it is opened.
const wastefulFrom = 1024

// wasteful reports whether compaction pays. A damaged record would not survive it.
func (in inspection) wasteful() bool {
	return len(in.broken) == 0 && in.meta.pages >= wastefulFrom && in.free > int(in.meta.pages)/2
}

// compact replaces the file by a copy. If that fails, as on a full disk, the file
// stays as it is.
func compact(path string, in inspection, log *slog.Logger) (inspection, error) {
	_, unread, err := copyRecords(path, path+newSuffix)
	if err == nil && unread != nil {
		err = errors.Join(unread, os.Remove(path+newSuffix))
	}
	if err != nil {
		log.Warn("the database file cannot be compacted", "err", err)
		return in, nil
	}
	log.Info("the database file was compacted", "records", in.sound, "freed_bytes", int64(in.free)*in.meta.pageSize)
	return replace(path)
}

// replace puts the copy in the place of the file.
func replace(path string) (inspection, error) {
	if err := os.Rename(path+newSuffix, path); err != nil {
		return inspection{}, err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return inspection{}, err
	}
	return inspect(path)
}

// finish completes a replacement that the end of the process interrupted. A copy
// counts if the file was renamed already; otherwise it is incomplete and removed, as
// is what an import has left.
func finish(path string) error {
	if err := os.Remove(path + importSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
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

// renameFile adds to the name of a file why and when it was set aside, and returns the
// new name.
func renameFile(path, why string, now time.Time) (string, error) {
	aside := path + "." + why + "-" + now.UTC().Format("20060102T150405.000Z")
	for {
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			return aside, os.Rename(path, aside)
		}
		aside += "+"
	}
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
