package cluster

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// CanonicalAddress returns the one form of a node's HOST:PORT: names in lower case,
// addresses as they are usually written. Certificates are issued for the host, so two
// forms of one host must not look like two nodes, nor may a host stand for several.
func CanonicalAddress(host, port string) (string, error) {
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
		return "", fmt.Errorf("the port %q is not a number from 1 to 65535", port)
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		host = strings.ToLower(host)
		err = checkHostName(host)
	case ip.Zone() != "":
		err = fmt.Errorf("the address %s has a zone, which means nothing on another machine", host)
	case ip.IsUnspecified() || ip.IsMulticast():
		err = fmt.Errorf("%s is the address of no machine", host)
	default:
		host = ip.Unmap().String()
	}
	return net.JoinHostPort(host, port), err
}

// CheckAddress returns an error unless an address is in its canonical form.
func CheckAddress(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is not a node: want HOST:PORT", address)
	}
	canonical, err := CanonicalAddress(host, port)
	if err == nil && canonical != address {
		err = fmt.Errorf("it is written %s", canonical)
	}
	if err != nil {
		return fmt.Errorf("%q is not a node: %w", address, err)
	}
	return nil
}

const maxHostName = 253 // bytes

func checkHostName(host string) error {
	if host == "" || len(host) > maxHostName {
		return errors.New("a host name has 1 to 253 letters")
	}
	last := ""
	for last = range strings.SplitSeq(host, ".") {
		letters := strings.Trim(last, "abcdefghijklmnopqrstuvwxyz0123456789_-")
		if last == "" || len(last) > 63 || letters != "" || last[0] == '-' || last[len(last)-1] == '-' {
			return fmt.Errorf("%q is not a host name", host)
		}
	}
	if strings.Trim(last, "0123456789") == "" {
		return fmt.Errorf("%q is neither a host name nor an address", host)
	}
	return nil
}
