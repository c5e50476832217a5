package transport

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddr returns the address that a request counts for. It is the peer's,
// unless the peer is a trusted proxy: then it is the right-most address in
// X-Forwarded-For that is not a trusted proxy's. An entry that is no address ends
// the search at the peer, because its author may also have written everything to
// its left.
func (s *Server) clientAddr(r *http.Request) netip.Addr {
	peer, _ := parseAddr(r.RemoteAddr) // on failure the zero address, which counts as one client
	if !s.trusted(peer) {
		if r.Header.Get("X-Forwarded-For") != "" && (peer.IsPrivate() || peer.IsLoopback()) {
			s.counters.forwarded.Add(1)
		}
		return network(peer)
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		addr, ok := parseAddr(strings.TrimSpace(hop))
		if !ok {
			break
		}
		if !s.trusted(addr) {
			return network(addr)
		}
	}
	return network(peer)
}

func (s *Server) trusted(addr netip.Addr) bool {
	for _, p := range s.cfg.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// parseAddr reads an address with or without a port. It drops a zone, and turns an
// IPv4-mapped IPv6 address into IPv4.
func parseAddr(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(s)
	if err != nil {
		withPort, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}, false
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone(""), true
}

// network returns what an address is counted as: itself, or the /64 of an IPv6
// address, which usually belongs to one subscriber.
func network(addr netip.Addr) netip.Addr {
	if !addr.Is6() {
		return addr
	}
	prefix, _ := addr.Prefix(64) // an IPv6 address has 64 bits
	return prefix.Addr()
}
