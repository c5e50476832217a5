//go:build !linux

package cluster

import "syscall"

// limitSilence does nothing: what a listener's peers leave without an acknowledgement is
// given up when the kernel does so by itself.
func limitSilence(_, _ string, _ syscall.RawConn) error { return nil }
