package transport

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/protocol"
)

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

// Who was cut for flooding and comes back to go on is told to wait, soon
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
