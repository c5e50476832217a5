package etcdtest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// given are the addresses that this process has handed out: some are not
// listened at yet.
var given sync.Map

// FreeAddress returns an address on loopback that nobody listens at, and that it
// has not returned before. Its port is below those that systems give to outgoing
// connections and to listeners that ask for any port, so that nobody happens to
// take it before its owner does, or while its owner restarts.
func FreeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		l, err := net.Listen("tcp", address) //nolint:noctx // it is closed at once
		if err != nil {
			continue
		}
		_ = l.Close()
		if _, before := given.LoadOrStore(address, true); !before {
			return address
		}
	}
	t.Fatal("there is no free port")
	return ""
}
