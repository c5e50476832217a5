//go:build !unix

package transport

import "net"

// direct writes to a socket without ever waiting for it. Here it cannot.
type direct struct{}

func newDirect(net.Conn) *direct { return nil }

func (*direct) write([]byte) (int, error) { return 0, nil }
