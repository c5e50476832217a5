package transport

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/protocol"
)

// Cases 1, 2, 3, 4, 7, 9, 10 and 35.
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
	for range 100 { // the last ones are counted behind their answer
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

// Case 7.
func TestHandshakeRequiresOrigin(t *testing.T) {
	s := overPipes(t, func(c *Config) { c.RequireOrigin = true })
	if resp, _ := s.do(s.handshake("Origin:")); resp.StatusCode != http.StatusForbidden {
		t.Errorf("without an Origin: got %s, want 403", resp.Status)
	}
}

// Case 7.
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

// Cases 62 and 63.
func TestConnectionsOverALimitAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) {
			c.MaxConnections, c.MaxConnectionsPerIP, c.MaxConnectionsPerSession = 5, 4, 2
			c.TrustedProxies = everybody
		})
		refused := func(status int, retryAfter string, lines ...string) {
			t.Helper()
			resp, _ := s.do(s.handshake(lines...))
			if resp.StatusCode != status || resp.Header.Get("Retry-After") != retryAfter {
				t.Errorf("got %s, Retry-After %q, want %d, %q", resp.Status, resp.Header.Get("Retry-After"), status, retryAfter)
			}
		}
		ada, here := s.cookie(), "X-Forwarded-For: 192.0.2.1"
		s.connect(ada, here)
		first, _ := s.connect(ada, here)
		refused(429, "10", ada, here) // the session's third
		s.connect(here)
		s.connect(here)
		refused(429, "10", here) // the address's fifth
		refused(429, "10", here, ada)
		v6 := "X-Forwarded-For: 2001:db8::1"
		s.connect(v6)
		refused(503, "10", v6)      // the server's sixth
		refused(429, "10", v6, ada) // 429 comes before 503
		refused(401, "", v6, "Cookie:")

		first.send(closeFrame(1000, ""))
		first.wantFrame(closeF, closePayload(1000))
		synctest.Wait()
		s.connect(ada, here) // what has gone makes room
	})
}

// Case 61.
func TestSilentConnectionGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) { c.MaxConnectionsPerSession = 2 })
		ada := s.cookie()
		lost, _ := s.connect(ada)
		time.Sleep(10 * time.Second)
		other, _ := s.connect(ada)
		go answerPings(lost, pingInterval) // for one ping's time; then the network is gone
		go answerPings(other, time.Hour)
		time.Sleep(pingInterval + silentAfter - 10*time.Second) // both heard of no longer ago than the limit
		if resp, _ := s.do(s.handshake(ada)); resp.StatusCode != http.StatusTooManyRequests {
			t.Fatalf("got %s, want 429", resp.Status)
		}
		time.Sleep(time.Second)
		s.connect(ada)
		synctest.Wait()
		time.Sleep(closeTimeout)
		synctest.Wait()
		if got := s.Stats().Closes; got[4002] != 1 || len(got) != 1 {
			t.Errorf("closed with %v, want one 4002", got)
		}
	})
}

// answerPings plays a client that does nothing else, until it falls silent.
func answerPings(c *raw, lasting time.Duration) {
	for begun := time.Now(); ; {
		op, payload, err := c.readFrame()
		if err != nil || time.Since(begun) > lasting {
			return
		}
		if op == pingF {
			_, _ = c.Write([]byte(client(pongF, payload)))
		}
	}
}

func TestHandshakesAreLimitedByAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) { c.HandshakeRate, c.HandshakeBurst = 0.5, 3 })
		outcomes := func(n int) (let, refused int) {
			for range n {
				c := s.dialRaw()
				switch resp := c.ask(s.handshake()); resp.StatusCode {
				case http.StatusSwitchingProtocols:
					let++
				case http.StatusTooManyRequests:
					refused++
					if got := resp.Header.Get("Retry-After"); got != "2" {
						t.Errorf("got Retry-After %q, want 2", got)
					}
				}
				_ = c.Close()
			}
			return let, refused
		}
		if let, refused := outcomes(5); let != 3 || refused != 2 {
			t.Errorf("let in %d and refused %d, want 3 and 2", let, refused)
		}
		time.Sleep(4 * time.Second)
		if let, refused := outcomes(3); let != 2 || refused != 1 {
			t.Errorf("later let in %d and refused %d, want 2 and 1", let, refused)
		}
	})
}

// Case 66. Who was cut for flooding and comes back to go on is told to wait, soon
// and for longer each time; nobody else is, nor who only closes and comes back.
func TestFloodersWaitBeforeTheyReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) {
			c.MessageRate, c.MessageBurst, c.HandshakeRate, c.HandshakeBurst = 10, 30, 1, 4*floodCost
			c.TrustedProxies = everybody
		})
		flooder, neighbour := "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2"
		come := func(from string) (*raw, bool) {
			c := s.dialRaw()
			return c, c.ask(s.handshake(from)).StatusCode == http.StatusSwitchingProtocols
		}
		flood := func() bool {
			c, let := come(flooder)
			if let {
				go func() {
					for {
						if _, err := io.WriteString(c, client(pongF, "")); err != nil {
							return
						}
					}
				}()
				c.wantClose(protocol.CloseRateLimited)
			}
			_ = c.Close()
			synctest.Wait()
			return let
		}
		floods := 0
		for flood() {
			floods++
		}
		if floods != 4 {
			t.Errorf("flooded %d times, want 4", floods)
		}
		for range 160 {
			time.Sleep(time.Second)
			if flood() {
				floods++
			}
		}
		if floods != 4+160/floodCost {
			t.Errorf("with patience flooded %d times, want %d", floods, 4+160/floodCost)
		}
		for range 4 * floodCost {
			c, let := come(neighbour)
			if !let {
				t.Fatal("a neighbour is refused, want one let in")
			}
			c.send(closeFrame(1000, ""))
			c.wantClose(1000)
			_ = c.Close()
		}
		if _, let := come(neighbour); let {
			t.Error("the handshakes themselves are not limited: the test is blind")
		}
		time.Sleep(floodWait + time.Second)
		if _, let := come(flooder); !let {
			t.Error("the flooder is still refused, want it let in after floodWait")
		}
	})
}
