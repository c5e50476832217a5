package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// backupFile is a file that appears under its name only when it is complete.
type backupFile struct {
	io.Writer
	file *os.File // nil for the standard output, and once it is finished
	name string
}

// createBackupFile creates a file for its owner only, beside the one with that name.
func createBackupFile(name string, replace bool) (*backupFile, error) {
	if name == "-" {
		return &backupFile{Writer: os.Stdout}, nil
	}
	if _, err := os.Lstat(name); err == nil && !replace {
		return nil, fmt.Errorf("%s exists: choose another name, or replace it with -replace", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part")
	if err != nil {
		return nil, err
	}
	return &backupFile{Writer: f, file: f, name: name}, nil
}

// finish puts the file in its place, once it is on the disk.
func (b *backupFile) finish() error {
	if b.file == nil {
		return nil
	}
	f := b.file
	b.file = nil
	err := errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), b.name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDirectory(filepath.Dir(b.name))
}

// abandon removes a file that is not finished.
func (b *backupFile) abandon() {
	if b.file != nil {
		_ = b.file.Close()
		_ = os.Remove(b.file.Name())
	}
}

// syncDirectory makes the names in a directory durable, where that is possible.
func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrInvalid) || errors.Is(err, fs.ErrPermission) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
