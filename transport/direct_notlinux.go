//go:build unix && !linux

package transport

import "syscall"

// sendNow writes to a socket, which does not wait: Go's sockets are non-blocking.
func sendNow(fd int, b []byte) (int, error) { return syscall.Write(fd, b) }
