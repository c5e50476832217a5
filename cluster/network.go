package cluster

import (
	"context"
	"net"
	"time"
)

// A network makes the connections of the node link. It is TCP everywhere but in
// tests.
type network interface {
	listen(ctx context.Context, address string) (net.Listener, error)
	dial(ctx context.Context, address string) (net.Conn, error)
}

const (
	// dialTimeout is for one connection: TCP tries twice, a second apart, before
	// the link's next attempt begins.
	dialTimeout = 1500 * time.Millisecond
	// handshakeTimeout is for each end of a new connection.
	handshakeTimeout = 3 * time.Second
	// maxSilence is how long the kernel of a peer may leave data unacknowledged. While a
	// network is cut, TCP doubles its pauses, so a connection that outlives the cut
	// stays silent for as long again. etcd's peers need it: they give a connection up
	// when writing fails, and not when nothing can be read, as they mean to.
	maxSilence = 3 * time.Second
)

type tcp struct{}

func (tcp) listen(ctx context.Context, address string) (net.Listener, error) {
	return (&net.ListenConfig{Control: limitSilence}).Listen(ctx, "tcp", address)
}

func (tcp) dial(ctx context.Context, address string) (net.Conn, error) {
	return (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "tcp", address)
}
