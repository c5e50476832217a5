package etcdtest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// given holds the addresses that FreeAddress has returned, some of which nobody
// listens at yet.
var given sync.Map

// FreeAddress returns a loopback address, HOST:PORT, that nobody listens at and that it
// has not returned before. The port is below those that systems assign to outgoing
// connections and to listeners without a port, so that it stays free until the caller
// uses it, and while the caller's program restarts.
func FreeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		l, err := net.Listen("tcp", address) //nolint:noctx // it does not wait
		if err != nil {
			continue
		}
		_ = l.Close()
		if _, before := given.LoadOrStore(address, true); !before {
			return address
		}
	}
	t.Fatal("found no free port in 100 attempts")
	return ""
}
