package cluster

import (
	"net"
	"testing"
)

// Each node has one name. Two forms of a host are one node, and nothing that a
// certificate would take for several hosts is a name.
func TestCanonicalAddress(t *testing.T) {
	for address, want := range map[string]string{
		"node-1:7000":             "node-1:7000",
		"NODE-1.Example.com:7000": "node-1.example.com:7000",
		"node_1:7000":             "node_1:7000",
		"1node:7000":              "1node:7000",
		"10.0.0.1:7000":           "10.0.0.1:7000",
		"[::ffff:10.0.0.1]:7000":  "10.0.0.1:7000",
		"[::1]:7000":              "[::1]:7000",
		"[0:0:0:0:0:0:0:1]:7000":  "[::1]:7000",
		"[2001:DB8::0:1]:7000":    "[2001:db8::1]:7000",
		"*:7000":                  "",
		"*.example.com:7000":      "",
		"node-*:7000":             "",
		"node-1.:7000":            "",
		".node-1:7000":            "",
		"a..b:7000":               "",
		"-a:7000":                 "",
		"bogus!:7000":             "",
		"b\u00fccher:7000":        "",
		"node 1:7000":             "",
		"node-1/x:7000":           "",
		"user@node-1:7000":        "",
		":7000":                   "",
		"10.0.0.300:7000":         "",
		"010.0.0.1:7000":          "",
		"12345:7000":              "",
		"0.0.0.0:7000":            "",
		"[::]:7000":               "",
		"224.0.0.1:7000":          "",
		"[fe80::1%eth0]:7000":     "",
		"node-1:0":                "",
		"node-1:65536":            "",
		"node-1:07000":            "",
		"node-1:http":             "",
		"node-1:":                 "",
		"node-1:-1":               "",
	} {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			t.Fatal(err)
		}
		got, err := CanonicalAddress(host, port)
		if err != nil {
			got = ""
		}
		if got != want {
			t.Errorf("%s: got %q, %v, want %q", address, got, err, want)
		}
		if err := CheckAddress(address); (err == nil) != (address == want) {
			t.Errorf("%s as a node: got %v", address, err)
		}
	}
}
