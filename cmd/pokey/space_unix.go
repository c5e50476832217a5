//go:build linux || darwin

package main

import "syscall"

// freeBytes returns how many bytes this process may still write to the file system
// of a directory. It reports false if the system does not tell.
func freeBytes(dir string) (uint64, bool) {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}
