package transport

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// comers is a listener that hands out connections from the addresses it is told.
type comers chan net.Conn

func (c comers) Accept() (net.Conn, error) {
	if conn, ok := <-c; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}
func (c comers) Close() error   { close(c); return nil }
func (c comers) Addr() net.Addr { return &net.TCPAddr{} }

// from is a connection of an address that knows whether it was closed.
type from struct {
	net.Conn
	addr   net.Addr
	closed bool
}

func (f *from) RemoteAddr() net.Addr { return f.addr }
func (f *from) Close() error         { f.closed = true; return nil }

// A4. Connections are capped in all and by address, an IPv6 /64 counting as one;
// what waits for a request makes room, what is in use does not, and proxies may
// have as many as there are.
func TestSocketLimits(t *testing.T) {
	type step struct {
		from  string // an address that connects
		state http.ConnState
		of    int  // or what becomes of an earlier one
		ok    bool // it is accepted
		gone  int  // the earlier one that is closed for it; -1 for none
	}
	comes := func(from string) step { return step{from: from, ok: true, gone: -1} }
	refused := func(from string) step { return step{from: from, gone: -1} }
	instead := func(from string, of int) step { return step{from: from, ok: true, gone: of} }
	becomes := func(of int, state http.ConnState) step { return step{of: of, state: state, gone: -1} }
	for name, row := range map[string]struct {
		limits SocketLimits
		steps  []step
	}{
		"in all": {SocketLimits{Total: 2}, []step{
			comes("10.0.0.1"), comes("10.0.0.2"), becomes(0, http.StateActive), instead("10.0.0.3", 1), becomes(2, http.StateHijacked),
			refused("10.0.0.4"), becomes(0, http.StateIdle), instead("10.0.0.4", 0),
		}},
		"the longest idle goes": {SocketLimits{Total: 2}, []step{
			comes("10.0.0.1"), comes("10.0.0.2"), becomes(0, http.StateActive), becomes(0, http.StateIdle), instead("10.0.0.3", 1),
		}},
		"by address": {SocketLimits{PerAddress: 1}, []step{
			comes("10.0.0.1"), becomes(0, http.StateHijacked), refused("10.0.0.1"), comes("10.0.0.2"), instead("10.0.0.2", 2),
			becomes(0, http.StateClosed), comes("10.0.0.1"),
		}},
		"by network": {SocketLimits{PerAddress: 1}, []step{
			comes("2001:db8::1"), becomes(0, http.StateActive), refused("2001:db8::2"), comes("2001:db8:0:1::1"),
		}},
		"a proxy": {SocketLimits{PerAddress: 1, Total: 3, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}}, []step{
			comes("10.0.0.1"), becomes(0, http.StateActive), comes("10.0.0.1"), becomes(1, http.StateActive), comes("10.0.0.1"),
			becomes(2, http.StateActive), refused("10.0.0.1"),
		}},
		"a health check": {SocketLimits{Total: 1, Local: 1}, []step{
			comes("10.0.0.1"), becomes(0, http.StateActive), refused("127.0.0.2"), comes("127.0.0.1"), becomes(2, http.StateActive), refused("::1"),
		}},
		"closed twice": {SocketLimits{Total: 1}, []step{
			comes("10.0.0.1"), instead("10.0.0.2", 0), becomes(0, http.StateClosed), becomes(1, http.StateActive), refused("10.0.0.3"),
		}},
	} {
		sockets := NewSockets(row.limits)
		l := make(comers, 1)
		limited := sockets.Listen(l)
		var all []*from
		evicted := map[*from]bool{}
		var accepted []net.Conn
		for i, step := range row.steps {
			if step.from == "" {
				sockets.ConnState(accepted[step.of], step.state)
				continue
			}
			c := &from{addr: &net.TCPAddr{IP: net.ParseIP(step.from), Port: 1}}
			all = append(all, c)
			l <- c
			if !step.ok {
				close(l)
			}
			got, err := limited.Accept()
			if ok := err == nil; ok != step.ok || !ok && !c.closed {
				t.Errorf("%s, step %d: %s: got accepted %t, closed %t; want accepted %t", name, i, step.from, ok, c.closed, step.ok)
			}
			accepted = append(accepted, got)
			if !step.ok {
				l = make(comers, 1)
				limited = sockets.Listen(l)
			}
			if step.gone >= 0 {
				evicted[all[step.gone]] = true
			}
			for of, c := range all {
				if want := accepted[of] == nil || evicted[c]; c.closed != want {
					t.Errorf("%s, step %d: connection %d: got closed %t, want %t", name, i, of, c.closed, want)
				}
			}
		}
	}
}

// A4. What a WebSocket counts as is free again when it ends, however it ends.
func TestSocketsAreFreedByWebSockets(t *testing.T) {
	s := overTCP(t, func(c *Config) { c.Sockets = SocketLimits{Total: 2} })
	for i := range 10 {
		c, _ := s.connect()
		d, _ := s.connect()
		if extra := s.dialRaw(); i%2 == 0 {
			if _, err := extra.br.ReadByte(); err == nil || errors.Is(err, io.ErrNoProgress) {
				t.Fatalf("a third connection: got %v, want it closed", err)
			}
		}
		c.send(closeFrame(1000, ""))
		_ = c.Close()
		_ = d.Close()
		for deadline := time.Now().Add(time.Minute); s.sockets.Stats().Open > 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("after both ended %d count, want 0", s.sockets.Stats().Open)
			}
		}
	}
}

// C8. OPTIONS * and what net/http refuses by itself have the security headers.
func TestErrorsOfNetHTTPHaveSecurityHeaders(t *testing.T) {
	s := overTCP(t, nil)
	for name, row := range map[string]struct {
		request string
		want    int
	}{
		"options *":    {"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404},
		"nonsense":     {"nonsense\r\n\r\n", 400},
		"no host":      {"GET / HTTP/1.1\r\n\r\n", 400},
		"long headers": {"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 20<<10) + "\r\n\r\n", 431},
		"encoding":     {"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
		"version":      {"GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 505},
		"expectation":  {"GET / HTTP/1.1\r\nHost: localhost\r\nExpect: cake\r\n\r\n", 417},
		"a good one":   {"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200},
	} {
		resp := s.dialRaw().ask(row.request)
		if resp.StatusCode != row.want {
			t.Errorf("%s: got %s, want %d", name, resp.Status, row.want)
		}
		for _, header := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"} {
			if got := resp.Header.Values(header); len(got) != 1 {
				t.Errorf("%s: got %s %q, want it once", name, header, got)
			}
		}
	}
}
