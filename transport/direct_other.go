//go:build !unix

package transport

import "net"

// direct would write to a socket without waiting, which these systems do not offer
// here.
type direct struct{}

func (*direct) to(net.Conn) {}

func (*direct) write([]byte) (int, error) { return 0, nil }
