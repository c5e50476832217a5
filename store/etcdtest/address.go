package etcdtest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"testing"
)

// blockSize is how many ports a process takes at a time. They are not among those that
// this system assigns to outgoing connections and to listeners without a port, which
// would take them before they are listened at.
const (
	blockSize           = 100
	firstPort, lastPort = 10_000, 29_999 // below those of most systems
	leastPorts          = 10 * blockSize
)

var givenPorts = sync.OnceValues(func() (first, last int) {
	assigned, _ := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range") // other systems have none
	return portsBeside(string(assigned))
})

// portsBeside returns a range of ports beside one that is given as Linux has it.
func portsBeside(assigned string) (first, last int) {
	var low, high int
	_, err := fmt.Sscan(assigned, &low, &high)
	switch {
	case err != nil || low > lastPort:
		return firstPort, lastPort
	case low-firstPort >= leastPorts:
		return firstPort, low - 1
	case 65_535-high >= leastPorts:
		return high + 1, 65_535
	default:
		return firstPort, lastPort
	}
}

// block is the ports that this process may still give. It listens at the first port of
// each block it has taken, until it ends, so that no two processes take the same one:
// the tests of several packages run at once, and whoever asks for an address listens
// there later, or again after a restart.
var block struct {
	sync.Mutex
	next, end int
	taken     []net.Listener
}

// FreeAddress returns a loopback address, HOST:PORT, that nobody listens at, and that
// neither this process nor another one that asks this function gets again.
func FreeAddress(t testing.TB) string {
	t.Helper()
	block.Lock()
	defer block.Unlock()
	for range 1000 {
		if block.next == block.end {
			first, last := givenPorts()
			port := first + blockSize*rand.IntN((last+1-first)/blockSize)
			l, err := net.Listen("tcp", loopback(port)) //nolint:noctx // it does not wait
			if err != nil {
				continue
			}
			block.taken = append(block.taken, l)
			block.next, block.end = port+1, port+blockSize
		}
		address := loopback(block.next)
		block.next++
		if l, err := net.Listen("tcp", address); err == nil { //nolint:noctx // it does not wait
			_ = l.Close()
			return address
		}
	}
	t.Fatal("found no free port in 1000 attempts")
	return ""
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
