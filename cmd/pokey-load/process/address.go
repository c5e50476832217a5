package process

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
)

// FreeAddress returns an address on loopback that nobody listens at. Its port is
// below those that systems give to outgoing connections, so that none happens to
// take it while the process that it is for is down. It fails when there is none,
// and when ctx is done.
func FreeAddress(ctx context.Context) (address string, err error) {
	for range 100 {
		address = fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		var l net.Listener
		if l, err = (&net.ListenConfig{}).Listen(ctx, "tcp", address); err == nil {
			return address, l.Close()
		}
	}
	return "", fmt.Errorf("no free port: %w", err)
}
