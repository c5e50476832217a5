package membership

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"
)

// portState is what connecting to a node's port says about the node.
type portState int

const (
	portUnclear portState = iota
	portOpen
	portClosed // it refuses connections: the process has ended
)

// A port is tried until it gives the same answer three times in a row: while a
// process ends, its kernel may still accept connections.
const (
	portTries       = 8
	portConfirmed   = 3
	portInterval    = 40 * time.Millisecond
	portDialTimeout = 300 * time.Millisecond
)

func checkPort(ctx context.Context, address string) portState {
	last, row := portUnclear, 0
	dialer := net.Dialer{Timeout: portDialTimeout}
	for range portTries {
		now := portUnclear
		conn, err := dialer.DialContext(ctx, "tcp", address)
		switch {
		case err == nil:
			_ = conn.Close()
			now = portOpen
		case errors.Is(err, syscall.ECONNREFUSED):
			now = portClosed
		}
		if now != last {
			last, row = now, 0
		}
		if row++; row == portConfirmed && now != portUnclear {
			return now
		}
		if !sleep(ctx, portInterval) {
			break
		}
	}
	return portUnclear
}
