//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// ownerOf returns to whom a file belongs, or -1 if that is unknown.
func ownerOf(info fs.FileInfo) int {
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(owner.Uid)
	}
	return -1
}

// giveToOwner gives what root has made in a directory to whom the directory belongs.
// A service with a user of its own could not open it otherwise, and systemd looks only
// at the directory itself. It follows no links, and leaves alone what has several names.
func giveToOwner(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // nothing was written to it
	info, err := root.Stat(".")
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		made, ok := info.Sys().(*syscall.Stat_t)
		if !ok || made.Uid != 0 || !entry.IsDir() && made.Nlink > 1 {
			return nil
		}
		return root.Lchown(name, int(owner.Uid), int(owner.Gid))
	})
	if err != nil {
		return fmt.Errorf("giving what was written in %s to its owner: %w", dir, err)
	}
	return nil
}
