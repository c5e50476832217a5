package cluster

import (
	"syscall"
	"time"
)

const tcpUserTimeout = 0x12 // TCP_USER_TIMEOUT, which package syscall does not have

// limitSilence bounds how long the peers of a listener's connections may leave data
// without an acknowledgement. After that, the kernel ends the connection.
func limitSilence(_, _ string, listener syscall.RawConn) error {
	var failure error
	err := listener.Control(func(fd uintptr) {
		failure = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(maxSilence/time.Millisecond))
	})
	if err != nil {
		return err
	}
	return failure
}
