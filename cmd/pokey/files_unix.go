//go:build unix

package main

import (
	"math"
	"syscall"
)

// openFiles returns how many files this process may have open. The Go runtime
// raises the soft limit to the hard one at start.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxInt
	}
	return int(min(limit.Cur, math.MaxInt))
}
