package main

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// What a data directory needs.
const (
	enoughSpace   = 256 << 20 // bytes
	syncs         = 64        // how often saving is measured
	longestSyncs  = 5 * time.Second
	slowSync      = 50 * time.Millisecond  // the median
	slowestSync   = 300 * time.Millisecond // from a second on, people are told that they are not being saved
	bytesPerWrite = 4096
)

// data examines a data directory.
func (e *examination) data(dir string) {
	info, err := os.Stat(dir)
	if !e.check(err == nil && info.IsDir(), dir+" is a directory", "It is not, or it cannot be read by this user: %v. Pokey creates it on its first start; run this as the user that Pokey runs as.", err) {
		return
	}
	if runtime.GOOS != "windows" {
		e.readers(dir, info, os.Geteuid())
		if secret, err := os.Stat(filepath.Join(dir, "secret.key")); err == nil {
			e.check(secret.Mode().Perm()&0o077 == 0, "only its owner may read the secret", "The mode of secret.key is %v: chmod 600 it. Pokey does not start otherwise.", secret.Mode().Perm())
		}
	}
	e.fileSystem(dir)
	if free, ok := freeBytes(dir); ok {
		e.check(free >= enoughSpace, fmt.Sprintf("there is space: %d MB", free/1e6), "Only %d MB are left. When the file system is full, meetings go on, and nothing is saved. Make room.", free/1e6)
	}
	e.saving(dir)
}

// readers checks that nobody else may read a data directory. A volume that Kubernetes
// has mounted belongs to root, and Pokey's user cannot change its mode: there, what is
// in it must be closed to others.
func (e *examination) readers(dir string, info fs.FileInfo, uid int) {
	if uid == 0 || uid == ownerOf(info) {
		e.check(info.Mode().Perm()&0o077 == 0, "only its owner may read "+dir, "Its mode is %v, and it holds names, texts and estimates: chmod 700 %s.", info.Mode().Perm(), dir)
		return
	}
	entries, err := os.ReadDir(dir)
	var open []string
	for _, entry := range entries {
		if found, err := entry.Info(); err == nil && uid == ownerOf(found) && found.Mode().Perm()&0o077 != 0 {
			open = append(open, entry.Name())
		}
	}
	e.check(err == nil && len(open) == 0, "only its owner may read what is in "+dir, "Others may read or change %q there (%v): it may hold names, texts and estimates. Take their permissions away.", open, err)
}

// fileSystem checks what kind of file system a directory is on.
func (e *examination) fileSystem(dir string) {
	switch name, kind := fileSystem(dir); kind {
	case networkFiles:
		e.check(false, "the data is on a disk of this machine", "It is on %s, a network file system. Locks, syncs and pauses depend on another machine, and two servers can damage the file. Use a local disk; for several machines, use a cluster.", name)
	case memoryFiles:
		e.check(false, "the data is on a disk", "It is on %s, in memory: it is lost when the machine restarts. Use a disk.", name)
	case layeredFiles:
		e.note("the data is on "+name, "This looks like the inside of a container: without a volume at this place, the data is lost with the container.")
	case diskFiles:
		e.check(true, "the data is on a disk of this machine", "")
	case unknownFiles:
	}
}

// A filesKind is where the files of a file system are.
type filesKind int

const (
	unknownFiles filesKind = iota
	diskFiles
	networkFiles
	memoryFiles
	layeredFiles
)

// warnOfFiles says at the start what the doctor would say of a directory.
func warnOfFiles(dir string, log *slog.Logger) {
	switch name, kind := fileSystem(dir); kind {
	case networkFiles:
		log.Warn("the data is on a network file system: use a local disk, or a cluster; locks and syncs depend on another machine, and two servers may damage the file", "setting", "-data", "files", name)
	case memoryFiles:
		log.Warn("the data is on a file system in memory: it is lost when the machine restarts", "setting", "-data", "files", name)
	case unknownFiles, diskFiles, layeredFiles:
	}
}

// saving measures how long it takes until a change is on the disk.
func (e *examination) saving(dir string) {
	took, err := measureSyncs(dir)
	if !e.check(err == nil && len(took) > 0, "a file can be written", "It cannot: %v. Look at the free space, at who owns the directory, and whether the file system is mounted read-only.", err) {
		return
	}
	slices.Sort(took)
	median, slowest := took[len(took)/2], took[len(took)-1]
	e.check(median < slowSync && slowest < slowestSync, fmt.Sprintf("saving is fast: median %v, slowest of %d %v", median.Round(10*time.Microsecond), len(took), slowest.Round(10*time.Microsecond)),
		"It is not: from a second on, people are told that they are not being saved. See what else uses the disk, and whether it is a real one (cloud volumes have limits of writes a second).")
}

// measureSyncs writes and syncs a small file again and again, for a few seconds at
// most.
func measureSyncs(dir string) (took []time.Duration, err error) {
	f, err := os.CreateTemp(dir, "doctor-")
	if err != nil {
		return nil, err
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	page := make([]byte, bytesPerWrite)
	for begun := time.Now(); len(took) < syncs && time.Since(begun) < longestSyncs; {
		start := time.Now()
		if _, err := f.WriteAt(page, int64(len(took)%8)*bytesPerWrite); err != nil {
			return nil, err
		}
		if err := f.Sync(); err != nil {
			return nil, &fs.PathError{Op: "sync", Path: dir, Err: err}
		}
		took = append(took, time.Since(start))
	}
	return took, nil
}
