package transport

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestHandshakeChecksComeInOrder(t *testing.T) {
	const origin = "https://poker.example.com"
	s := overPipes(t, func(c *Config) { c.PublicOrigins = []string{origin} })
	base := []string{"Host: poker.example.com", "Origin: " + origin}
	stranger := "Cookie: __Host-pokey=" + strings.Repeat("x", 150)
	rows := []struct {
		name   string
		lines  []string
		status int
		body   string
	}{
		{"good", nil, 101, ""},
		{"no origin", []string{"Origin:"}, 101, ""},
		{"host with its port", []string{"Host: poker.example.com:443"}, 101, ""},
		{"host in capitals", []string{"Host: Poker.Example.COM"}, 101, ""},
		{"tokens in lists", []string{"Connection: keep-alive, uPgrade", "Upgrade: h2c,WebSocket"}, 101, ""},

		{"post", []string{"POST /connect HTTP/1.1"}, 405, "method_not_allowed"},
		{"head", []string{"HEAD /connect HTTP/1.1"}, 405, ""},
		{"options", []string{"OPTIONS /connect HTTP/1.1"}, 405, "method_not_allowed"},

		{"foreign host", []string{"Host: rebind.evil"}, 421, "host_not_allowed"},
		{"host with a dot", []string{"Host: poker.example.com."}, 421, "host_not_allowed"},
		{"host at another port", []string{"Host: poker.example.com:8443"}, 421, "host_not_allowed"},
		{"address instead of host", []string{"Host: 127.0.0.1"}, 421, "host_not_allowed"},

		{"http 1.0", []string{"GET /connect HTTP/1.0"}, 426, "upgrade_required"},
		{"no connection", []string{"Connection:"}, 426, "upgrade_required"},
		{"other connection", []string{"Connection: keep-alive"}, 426, "upgrade_required"},
		{"no upgrade", []string{"Upgrade:"}, 426, "upgrade_required"},
		{"other upgrade", []string{"Upgrade: h2c"}, 426, "upgrade_required"},
		{"no version", []string{"Sec-WebSocket-Version:"}, 426, "upgrade_required"},
		{"old version", []string{"Sec-WebSocket-Version: 8"}, 426, "upgrade_required"},
		{"no key", []string{"Sec-WebSocket-Key:"}, 400, "bad_handshake"},
		{"short key", []string{"Sec-WebSocket-Key: AAAA"}, 400, "bad_handshake"},
		{"no base64", []string{"Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=="}, 400, "bad_handshake"},
		{"two keys", []string{"+Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="}, 400, "bad_handshake"},
		{"two origins", []string{"+Origin: " + origin}, 400, "bad_handshake"},
		{"body", []string{"Content-Length: 3"}, 400, "bad_handshake"},
		{"chunked body", []string{"Transfer-Encoding: chunked"}, 400, "bad_handshake"},

		{"foreign origin", []string{"Origin: https://evil.example"}, 403, "origin_not_allowed"},
		{"null origin", []string{"Origin: null"}, 403, "origin_not_allowed"},
		{"origin with a tail", []string{"Origin: " + origin + ".evil"}, 403, "origin_not_allowed"},
		{"origin with a path", []string{"Origin: " + origin + "/"}, 403, "origin_not_allowed"},
		{"origin with a dot", []string{"Origin: " + origin + "."}, 403, "origin_not_allowed"},
		{"other scheme", []string{"Origin: http://poker.example.com"}, 403, "origin_not_allowed"},
		{"other port", []string{"Origin: " + origin + ":8443"}, 403, "origin_not_allowed"},
		{"own port spelled out", []string{"Origin: " + origin + ":443"}, 403, "origin_not_allowed"},
		{"origin in capitals", []string{"Origin: https://POKER.example.com"}, 403, "origin_not_allowed"},
		{"sibling", []string{"Origin: https://other.example.com"}, 403, "origin_not_allowed"},
		{"punycode twin", []string{"Origin: https://xn--pker-6ve.example.com"}, 403, "origin_not_allowed"},
		{"origin with a user", []string{"Origin: https://poker.example.com@evil.example"}, 403, "origin_not_allowed"},

		{"no cookie", []string{"Cookie:"}, 401, "session_required"},
		{"forged cookie", []string{stranger}, 401, "session_required"},
		{"the http cookie", []string{strings.Replace(s.cookie(), "__Host-pokey", "pokey_plain", 1)}, 401, "session_required"},
		{"two cookies", []string{s.cookie(), "+" + s.cookie()}, 401, "session_required"},
		{"old cookie", []string{s.cookieOf(s.cfg.Keys.NewUserID(), time.Now().Add(-31*24*time.Hour))}, 401, "session_required"},
		{"cookie of tomorrow", []string{s.cookieOf(s.cfg.Keys.NewUserID(), time.Now().Add(24*time.Hour))}, 401, "session_required"},

		// Each of these fails more than one check; the first in order counts.
		{"405 before 421", []string{"POST /connect HTTP/1.1", "Host: evil", "Upgrade:"}, 405, "method_not_allowed"},
		{"421 before 426", []string{"Host: evil", "Upgrade:", "Origin: null"}, 421, "host_not_allowed"},
		{"426 before 403", []string{"Upgrade:", "Origin: null", "Cookie:"}, 426, "upgrade_required"},
		{"400 before 403", []string{"Sec-WebSocket-Key:", "Origin: null", "Cookie:"}, 400, "bad_handshake"},
		{"403 before 401", []string{"Origin: null", "Cookie:"}, 403, "origin_not_allowed"},
	}
	for _, row := range rows {
		c := s.dialRaw()
		resp := c.ask(s.handshake(append(base, row.lines...)...))
		if resp.StatusCode != row.status {
			t.Errorf("%s: got %d, want %d", row.name, resp.StatusCode, row.status)
		}
		if got := resp.Header.Get("Set-Cookie"); got != "" {
			t.Errorf("%s: got cookie %q, want none", row.name, got)
		}
		if row.body != "" {
			body := make([]byte, 100)
			n, _ := resp.Body.Read(body)
			if got, want := string(body[:n]), `{"error":"`+row.body+`"}`+"\n"; got != want {
				t.Errorf("%s: body %q, want %q", row.name, got, want)
			}
		}
		_ = c.Close()
	}
	want := map[int]int{}
	for _, row := range rows {
		want[row.status]++
	}
	for range 1200 { // the last ones are counted behind their answer
		if int(s.Stats().Handshakes[http.StatusSwitchingProtocols]) == want[http.StatusSwitchingProtocols] {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	for status, n := range s.Stats().Handshakes {
		if int(n) != want[status] {
			t.Errorf("counted %d handshakes with %d, want %d", n, status, want[status])
		}
	}
}

func TestHandshakeRequiresOrigin(t *testing.T) {
	s := overPipes(t, func(c *Config) { c.RequireOrigin = true })
	if resp, _ := s.do(s.handshake("Origin:")); resp.StatusCode != http.StatusForbidden {
		t.Errorf("without an Origin: got %s, want 403", resp.Status)
	}
}

func TestHandshakeOnLoopback(t *testing.T) {
	s := overPipes(t, nil)
	rows := []struct {
		host, origin string
		status       int
	}{
		{"localhost", "http://localhost", 101},
		{"localhost:8080", "http://localhost:8080", 101},
		{"localhost:8080", "https://localhost:8080", 101}, // behind a TLS proxy for development
		{"LOCALHOST:8080", "http://localhost:8080", 101},
		{"127.0.0.1:80", "http://127.0.0.1:80", 101},
		{"[::1]:8080", "http://[::1]:8080", 101},
		{"[::1]", "http://[::1]", 101},
		{"localhost:8080", "http://localhost:8081", 403},
		{"localhost", "http://127.0.0.1", 403},
		{"localhost", "ws://localhost", 403},
		{"127.0.0.2", "http://127.0.0.2", 421},
		{"evil.localhost", "http://evil.localhost", 421},
		{"rebind.evil:8080", "http://rebind.evil:8080", 421},
		{"192.168.1.7:8080", "http://192.168.1.7:8080", 421},
		{"localhost:", "http://localhost:", 421},
	}
	for _, row := range rows {
		c := s.dialRaw()
		if resp := c.ask(s.handshake("Host: "+row.host, "Origin: "+row.origin)); resp.StatusCode != row.status {
			t.Errorf("%s from %s: got %d, want %d", row.host, row.origin, resp.StatusCode, row.status)
		}
		_ = c.Close()
	}
}
