//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package boltstore

import "os"

// lockDir leaves the lock to bbolt, which locks its file.
func lockDir(string) (*os.File, error) { return nil, nil }

// unlockFile leaves it to the closing of the file.
func unlockFile(*os.File) {}
