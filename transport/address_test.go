package transport

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// everybody trusts the in-memory network's addresses.
var everybody = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}

func TestClientAddressIsTheLastUntrustedHop(t *testing.T) {
	s := newService(t, func(c *Config) {
		c.TrustedProxies = append(slices.Clone(everybody), netip.MustParsePrefix("fd00::/8"))
	})
	rows := []struct {
		peer      string
		forwarded string // headers, one a line
		want      string
	}{
		{"203.0.113.9:1234", "", "203.0.113.9"},
		{"203.0.113.9:1234", "198.51.100.1", "203.0.113.9"}, // nobody we trust
		{"10.0.0.1:80", "", "10.0.0.1"},
		{"10.0.0.1:80", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:80", "6.6.6.6, 198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:80", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:80", "6.6.6.6\n198.51.100.1\n10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:80", "6.6.6.6,   198.51.100.1  ", "198.51.100.1"},
		{"10.0.0.1:80", "198.51.100.1:4711", "198.51.100.1"},
		{"10.0.0.1:80", "[2001:db8::5]:4711", "2001:db8::"},
		{"10.0.0.1:80", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
		{"10.0.0.1:80", "::ffff:198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:80", "fe80::1%eth0", "fe80::"},
		{"10.0.0.1:80", "10.0.0.9, 10.0.0.2", "10.0.0.1"}, // nobody but proxies
		{"10.0.0.1:80", "198.51.100.1, unknown", "10.0.0.1"},
		{"10.0.0.1:80", "198.51.100.1, _hidden, 10.0.0.2", "10.0.0.1"},
		{"10.0.0.1:80", "198.51.100.1,", "10.0.0.1"},
		{"10.0.0.1:80", "198.51.100.1, 256.1.1.1", "10.0.0.1"},
		{"10.0.0.1:80", strings.Repeat("1.1.1.1, ", 500) + "198.51.100.1", "198.51.100.1"},
		{"[::ffff:10.0.0.1]:80", "198.51.100.1", "198.51.100.1"},
		{"[fd00::1]:80", "198.51.100.1", "198.51.100.1"},
		{"[2001:db8::1]:80", "198.51.100.1", "2001:db8::"},
		{"@", "198.51.100.1", "invalid IP"},
	}
	for _, row := range rows {
		r := &http.Request{RemoteAddr: row.peer, Header: http.Header{}}
		for line := range strings.SplitSeq(row.forwarded, "\n") {
			r.Header.Add("X-Forwarded-For", line)
		}
		r.Header.Set("Forwarded", "for=6.6.6.6")
		r.Header.Set("X-Real-Ip", "6.6.6.6")
		if got := s.clientAddr(r).String(); got != row.want {
			t.Errorf("peer %s, forwarded %.60q: got %s, want %s", row.peer, row.forwarded, got, row.want)
		}
	}
}

func FuzzClientIP(f *testing.F) {
	f.Add("198.51.100.1, 10.0.0.2", "[2001:db8::1%x]:80")
	s := newService(f, func(c *Config) { c.TrustedProxies = everybody })
	f.Fuzz(func(t *testing.T, first, second string) {
		r := &http.Request{RemoteAddr: "10.0.0.1:80", Header: http.Header{"X-Forwarded-For": {first, second, "198.51.100.7"}}}
		if got := s.clientAddr(r).String(); got != "198.51.100.7" {
			t.Fatalf("with what the client wrote itself: got %s, want 198.51.100.7", got)
		}
		r.Header["X-Forwarded-For"] = []string{first, second}
		got := s.clientAddr(r)
		if !got.IsValid() || got.Zone() != "" || got.Is4In6() || s.trusted(got) && got.String() != "10.0.0.1" {
			t.Fatalf("from %q, %q: got %s, want an address that is not a proxy's", first, second, got)
		}
		r.RemoteAddr = "203.0.113.9:1"
		if got := s.clientAddr(r).String(); got != "203.0.113.9" {
			t.Fatalf("from a peer that is no proxy: got %s, want 203.0.113.9", got)
		}
	})
}
