package cluster

import (
	"net"
	"net/netip"
	"strconv"
	"time"
)

// maxQuiet is how long nothing may have gone over a connection that should not be quiet:
// etcd's members send something every 1.7 s.
const maxQuiet = 2500 * time.Millisecond

// EndSilent ends the connections that this process has opened to a node's port, and over
// which nothing has gone in either direction for a few seconds. It is called when a
// connection that the node has opened to this one has ended, from whose address the
// node's is known.
//
// When a network is cut, each side ends the connections that it writes to, as [maxSilence]
// says. Who only reads from them learns nothing of that: the kernel asks after half a
// minute. etcd's members mean to give such connections up after 5 s, and do not: Go's
// transport never uses the limit that they set. Until they have opened others, they get
// their messages four at a time, each after a round trip, and fall behind on a slow network.
func EndSilent(from, node string) (ended int) {
	to, ok := nodePort(from, node)
	if !ok {
		return 0
	}
	return endSilent(to, maxQuiet)
}

// nodePort is where a node listens that connects from an address.
func nodePort(from, node string) (netip.AddrPort, bool) {
	remote, err := netip.ParseAddrPort(from)
	if err != nil {
		return netip.AddrPort{}, false
	}
	_, text, err := net.SplitHostPort(node)
	if err != nil {
		return netip.AddrPort{}, false
	}
	port, err := strconv.ParseUint(text, 10, 16)
	return netip.AddrPortFrom(remote.Addr().Unmap().WithZone(""), uint16(port)), err == nil
}
