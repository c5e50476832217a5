//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package boltstore

import "os"

// lockDir does nothing: bbolt locks its file.
func lockDir(string) (*os.File, error) { return nil, nil }

// unlockFile does nothing: closing the file releases the lock.
func unlockFile(*os.File) {}
