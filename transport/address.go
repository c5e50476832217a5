package transport

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddr is the address a request counts for: the peer's, or, when the peer
// is a trusted proxy, the right-most address in X-Forwarded-For that is not
// itself a trusted proxy's. An entry that is no address ends the search at the
// peer, because whoever wrote it may have written all to its left.
func (s *Server) clientAddr(r *http.Request) netip.Addr {
	peer, _ := parseAddr(r.RemoteAddr) // the zero address counts as one client
	if !s.trusted(peer) {
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

// parseAddr reads an address with or without a port. An IPv4 address is IPv4
// however it is written, and a zone is dropped.
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

// network is what an address is counted as: itself, or the /64 of an IPv6
// address, all of which usually belongs to one subscriber.
func network(addr netip.Addr) netip.Addr {
	if !addr.Is6() {
		return addr
	}
	prefix, _ := addr.Prefix(64) // 64 bits are always there
	return prefix.Addr()
}
