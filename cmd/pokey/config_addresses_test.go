package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// Addresses may be written in any form, and mean what browsers and connections make of
// them; what means nothing is refused.
func TestConfigAddresses(t *testing.T) {
	for _, row := range []struct{ args, origins, proxies string }{
		{"-public-origin http://[FD00:0::1]:8080", "[http://[fd00::1]:8080]", "[]"},
		{"-public-origin https://[2001:DB8::0:1]/", "[https://[2001:db8::1]]", "[]"},
		{"-public-origin https://Poker.Example.com", "[https://poker.example.com]", "[]"},
		{"-trusted-proxies fd00::9/64,[fd00::1],fe80::1%eth0", "[]", "[fd00::/64 fd00::1/128 fe80::1/128]"},
		{"-trusted-proxies 10.1.2.3/8,::ffff:10.0.0.1,::ffff:172.16.0.0/108", "[]", "[10.0.0.0/8 10.0.0.1/32 172.16.0.0/12]"},
	} {
		c, err := parseConfig(strings.Fields(row.args), unset, io.Discard)
		if got := fmt.Sprint(c.publicOrigins, c.trustedProxies); err != nil || got != fmt.Sprint(row.origins, " ", row.proxies) {
			t.Errorf("%s: got %s, %v, want %s %s", row.args, got, err, row.origins, row.proxies)
		}
	}
	for args, says := range map[string]string{
		"-listen ::1:8080":                            "in brackets",
		"-listen [::1]":                               "in brackets",
		"-admin-listen ::1":                           "in brackets",
		"-domain a.example -http-listen ::":           "in brackets",
		"-public-origin http://[fe80::1%25eth0]:8080": "zone",
	} {
		if _, err := parseConfig(strings.Fields(args), unset, io.Discard); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want an error with %q", args, err, says)
		}
	}
}

// Nodes have one form each, and an address whose brackets are missing is not taken for
// another one.
func TestNodesAtAddresses(t *testing.T) {
	var c config
	if err := c.setNodes("fd00::1,[FD00:0::2], [fd00::3]:7001,10.0.0.4,node-5:7002,fd00::7001,fd00::7000"); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(c.nodes), "[[fd00::1]:7000 [fd00::2]:7000 [fd00::3]:7001 10.0.0.4:7000 node-5:7002 [fd00::7001]:7000 [fd00::7000]:7000]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for list, says := range map[string]string{
		"fd00::1:7000":           "write [fd00::1]:7000",
		"fe80::1%eth0":           "zone",
		"[fe80::1%eth0]:7000":    "zone",
		"fd00::1,[FD00::0:1]":    "twice",
		"10.0.0.1,::ffff:a00:1":  "twice",
		"[fd00::1]:port,fd00::2": "port",
	} {
		if err := c.setNodes(list); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want an error with %q", list, err, says)
		}
	}
}

// The container's health check asks where the server listens, as somebody whom every
// server knows.
func TestHealthcheckAsksWhereItListens(t *testing.T) {
	for address, want := range map[string]string{
		"":                  "http://127.0.0.1:8080/healthz",
		":8080":             "http://127.0.0.1:8080/healthz",
		"0.0.0.0:8080":      "http://127.0.0.1:8080/healthz",
		"[::]:8080":         "http://127.0.0.1:8080/healthz",
		"localhost:8080":    "http://127.0.0.1:8080/healthz",
		"10.0.0.5:8080":     "http://10.0.0.5:8080/healthz",
		"[fd00::1]:8080":    "http://[fd00::1]:8080/healthz",
		"[fe80::1%eth0]:80": "http://[fe80::1%25eth0]:80/healthz",
	} {
		got, err := ownHealth(func(name string) string { return map[string]string{"POKEY_LISTEN": address}[name] })
		if got != want || err != nil {
			t.Errorf("POKEY_LISTEN=%s: got %s, %v, want %s", address, got, err, want)
		}
	}
	host := make(chan string, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { host <- r.Host }))
	if l, err := net.Listen("tcp", "[::1]:0"); err == nil { // a machine may have no IPv6
		_ = server.Listener.Close()
		server.Listener = l
	}
	server.Start()
	t.Cleanup(server.Close)
	address := server.Listener.Addr().String()
	err := healthcheck(t.Context(), nil, func(name string) string { return map[string]string{"POKEY_LISTEN": address}[name] }, io.Discard)
	if err != nil {
		t.Fatalf("%s: %v", netip.MustParseAddrPort(address), err)
	}
	if got := <-host; got != "localhost" {
		t.Errorf("got Host %q, want localhost", got)
	}
}
