package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// setOrigins reads the origins as browsers write them.
func (c *config) setOrigins(list string) error {
	c.publicOrigins = nil
	for text := range strings.SplitSeq(list, ",") {
		text = strings.TrimSuffix(strings.TrimSpace(text), "/")
		u, err := url.Parse(text)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return fmt.Errorf("%q is not of the form https://host or https://host:port", text)
		}
		if addr, err := netip.ParseAddr(u.Hostname()); err == nil && addr.Is6() {
			if addr.Zone() != "" {
				return fmt.Errorf("%q: browsers open no address with a zone; give another one", text)
			}
			u.Host = strings.Replace(u.Host, u.Hostname(), addr.String(), 1)
			text = u.String()
		}
		c.publicOrigins = append(c.publicOrigins, strings.ToLower(text))
	}
	return nil
}

// setProxies reads addresses and ranges of them. An IPv4 address is one in whatever form.
func (c *config) setProxies(list string) error {
	c.trustedProxies = nil
	for text := range strings.SplitSeq(list, ",") {
		text = strings.TrimSpace(text)
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, addrErr := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
			if addrErr != nil {
				return fmt.Errorf("%q is not an address or a CIDR", text)
			}
			prefix = netip.PrefixFrom(addr.WithZone(""), addr.BitLen()) // as a client's address is
		}
		if bits := prefix.Bits() - 96; prefix.Addr().Is4In6() && bits >= 0 {
			prefix = netip.PrefixFrom(prefix.Addr().Unmap(), bits)
		}
		c.trustedProxies = append(c.trustedProxies, prefix.Masked())
	}
	return nil
}

// splitListen splits the HOST:PORT of a setting.
func splitListen(text string) (host, port string, err error) {
	if host, port, err = net.SplitHostPort(text); err == nil {
		return host, port, nil
	}
	if strings.Count(text, ":") > 1 {
		return "", "", errors.New("want HOST:PORT, with an IPv6 address in brackets: [::1]:8080")
	}
	return "", "", errors.New("want HOST:PORT")
}
