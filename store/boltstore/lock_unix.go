//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package boltstore

import (
	"errors"
	"os"
	"syscall"
	"time"

	"example.com/pokey/store"
)

const (
	lockPatience = 500 * time.Millisecond // for a process that is just ending
	lockRetry    = 25 * time.Millisecond
)

// lockDir locks the directory for this process until the file it returns is closed. A
// lock on the file inside would not do, because that is replaced when it is damaged or
// mostly free. Where directories cannot be locked, as on some network file systems,
// lockDir returns nil, and only bbolt's own lock is left.
func lockDir(dir string) (*os.File, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(lockPatience); ; {
		err = syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return d, nil
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return nil, d.Close()
		case time.Now().After(deadline):
			return nil, errors.Join(store.ErrLocked, d.Close())
		}
		<-time.After(lockRetry)
	}
}

// unlockFile releases bbolt's lock. Closing the file is not enough while it is mapped.
func unlockFile(f *os.File) {
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) // if that fails, opening it again will
}
