package transport

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// answer reads on, and answers pings and closes, as a client does.
func (c *raw) answer() {
	for {
		op, payload, err := c.readFrame()
		switch {
		case err != nil || op == closeF:
			_ = c.Close()
			return
		case op == pingF:
			c.send(client(pongF, payload))
		}
	}
}

// C5. Behind one address somebody holds all the connections it may have, with 32
// sessions, and uses up its handshakes, 387 a second. A colleague there who has
// been in a room before gets in each time; nobody loses their only connection.
func TestKnownSessionsHavePriority(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := map[poker.UserID]bool{}
		asked := 0
		s := overPipes(t, func(c *Config) {
			c.MaxConnectionsPerIP, c.MaxConnectionsPerSession, c.HandshakeRate, c.HandshakeBurst = 256, 8, 25.6, 256
			c.CheckSession = func(_ context.Context, user poker.UserID, _ time.Time) (Standing, error) {
				asked++
				return Standing{Known: known[user]}, nil
			}
		})
		colleague, newcomer, bystander := s.cfg.Keys.NewUserID(), s.cfg.Keys.NewUserID(), s.cfg.Keys.NewUserID()
		known[poker.UserID(colleague)] = true
		as := func(user string) string { return s.handshake(s.cookieOf(user, time.Now())) }
		only, single := s.connect(s.cookieOf(bystander, time.Now()))
		go only.answer()
		var attackers []string
		for i := range 32 {
			attackers = append(attackers, s.cfg.Keys.NewUserID())
			for range 8 - i/31 { // 255 in all
				c, _ := s.connect(s.cookieOf(attackers[i], time.Now()))
				go c.answer()
			}
		}
		var known101, new101 int
		for second := range 10 {
			for i := range 387 {
				c := s.dialRaw()
				c.ask(as(attackers[i%len(attackers)]))
				_ = c.Close()
				time.Sleep(time.Second / 400)
			}
			for who, count := range map[string]*int{colleague: &known101, newcomer: &new101} {
				if who == colleague && second%3 > 0 {
					continue
				}
				c := s.dialRaw()
				if resp := c.ask(as(who)); resp.StatusCode == http.StatusSwitchingProtocols {
					*count++
				}
				_ = c.Close()
			}
			time.Sleep(3 * time.Second)
		}
		if known101 != 4 {
			t.Errorf("the colleague got in %d times of 4, want each time", known101)
		}
		if new101 > 2 { // when somebody has just left
			t.Errorf("somebody new got in %d times: the test is blind", new101)
		}
		if asked > 2*(256+26*60) {
			t.Errorf("sessions were looked at %d times, want at most twice the handshakes allowed", asked)
		}
		if _, closed := single.count(); closed != 0 {
			t.Errorf("somebody's only connection was closed %d times, want it left alone", closed)
		}
		time.Sleep(time.Minute)
	})
}

// C5. What is remembered about sessions that come when there are no handshakes
// left is bounded.
func TestVisitorsAreBounded(t *testing.T) {
	a := newAdmission(&Config{HandshakeRate: 1, HandshakeBurst: 1})
	most := 0
	for i := range 5 * maxVisitors {
		a.markStranger(poker.UserID(fmt.Sprint("user", i)), time.Duration(i)*time.Millisecond)
		most = max(most, len(a.visitors))
	}
	if most > maxVisitors {
		t.Errorf("got %d remembered at a time, want at most %d", most, maxVisitors)
	}
}

// A3. Rooms that an address creates are limited, whoever in it asks, an IPv6 /64
// counting as one; other addresses do not notice.
func TestNewRoomsByAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) {
			c.RoomRate, c.RoomBurst = 0.1, 5
			c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		})
		create := func(address string, n int) (made, refused int) {
			for i := range n {
				c, _ := s.connect("X-Forwarded-For: " + address)
				// To go on without the owner makes a room too.
				request := []string{"createRoom", "succeedRoom"}[i%2]
				c.send(client(text, `{"request":"`+request+`","id":"x","roomId":"r"}`))
				_, got, err := c.readFrame()
				switch {
				case err != nil:
					t.Fatal(err)
				case got == okTo("x"):
					made++
				case strings.Contains(got, `"code":"rate_limited"`) && strings.Contains(got, `"id":"x","request":"`+request+`",`) && strings.Contains(got, `"retryable":true`):
					refused++
				default:
					t.Fatalf("got %s, want an answer or a refusal", got)
				}
				_ = c.Close()
			}
			return made, refused
		}
		for _, row := range []struct {
			address    string
			n          int
			made, wait int
		}{
			{"192.0.2.1", 8, 5, 0},
			{"192.0.2.2", 3, 3, 0},
			{"2001:db8::1", 4, 4, 0},
			{"2001:db8::2", 4, 1, 0},
			{"2001:db8:0:1::1", 4, 4, 0},
			{"192.0.2.1", 3, 2, 20},
		} {
			time.Sleep(time.Duration(row.wait) * time.Second)
			if made, refused := create(row.address, row.n); made != row.made || made+refused != row.n {
				t.Errorf("%s: got %d rooms, %d refused; want %d of %d", row.address, made, refused, row.made, row.n)
			}
		}
		if got := s.Stats().Refusals[protocol.RateLimited]; got != 7 {
			t.Errorf("counted %d refusals, want 7", got)
		}
	})
}
