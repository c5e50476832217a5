package process

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// FreeAddress returns an address on loopback that nobody listens at. Its port is
// below those that systems give to outgoing connections, so that none happens to
// take it while the process that it is for is down. It fails when there is none,
// and when ctx is done.
func FreeAddress(ctx context.Context) (string, error) {
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err == nil {
			return address, l.Close()
		}
	}
	return "", errors.New("no free port")
}
