package transport

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/protocol"
)

// C7. What is refused and what meets a limit is counted by kind and logged in a
// line with the address, or without it where that is not wanted, and never with a
// cookie or a user.
func TestSecurityEvents(t *testing.T) {
	for _, hidden := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := overPipes(t, func(c *Config) {
				c.HideAddresses = hidden
				c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
				c.HandshakeRate, c.HandshakeBurst, c.MintRate, c.MintBurst, c.RoomRate, c.RoomBurst = 1, 2, 0.001, 1, 0.001, 1
				c.MessageRate, c.MessageBurst, c.MaxConnectionsPerIP = 10, 30, 1
			})
			const from = "203.0.113.7"
			ada := s.cfg.Keys.NewUserID()
			cookie := s.cookieOf(ada, time.Now())
			try := func(lines ...string) {
				c := s.dialRaw()
				c.ask(s.handshake(append([]string{"X-Forwarded-For: " + from, cookie}, lines...)...))
				_ = c.Close()
			}
			for _, row := range []struct {
				kind SecurityEvent
				do   func()
			}{
				{ForeignHost, func() { try("Host: rebind.evil") }},
				{ForeignOrigin, func() { try("Origin: https://evil.example") }},
				{ForgedSession, func() { try(cookie + "x") }},
				{LimitedSessions, func() { s.get("/"); s.get("/") }},
				{LimitedRooms, func() {
					c, e := s.connect("X-Forwarded-For: " + from)
					defer e.Conn.Close(protocol.CloseMoved, "")
					go c.answer()
					c.send(strings.Repeat(client(text, `{"request":"createRoom"}`), 2))
					synctest.Wait()
				}},
				{LimitedConnections, func() {
					c, e := s.connect("X-Forwarded-For: " + from)
					go c.answer()
					try()
					e.Conn.Close(protocol.CloseMoved, "")
				}},
				{LimitedHandshakes, func() { try(); try(); try() }},
				{Flooded, func() {
					c, _ := s.connect("X-Forwarded-For: " + from)
					go c.answer()
					for range maxErrors + 1 {
						c.send(client(text, "no JSON"))
					}
					synctest.Wait()
				}},
			} {
				before := s.Stats().Security[row.kind]
				row.do()
				time.Sleep(10 * time.Second)
				synctest.Wait()
				if got := s.Stats().Security[row.kind]; got == before {
					t.Errorf("%s: got %d events, want more", row.kind, got)
				}
				if log := s.log.String(); !strings.Contains(log, "kind="+string(row.kind)) {
					t.Errorf("got log\n%s\nwant kind %s in it", log, row.kind)
				}
			}
			log := s.log.String()
			if got := strings.Contains(log, from); got == hidden {
				t.Errorf("addresses hidden %t: got the address in the log %t, want %t", hidden, got, !hidden)
			}
			if strings.Contains(log, ada) || strings.Contains(log, cookie[20:60]) {
				t.Error("the log names a user or a cookie, want neither")
			}
			time.Sleep(time.Minute)
		})
	}
}

// C7. However often something happens, the log says so a few times, and then how
// often it did not.
func TestSecurityLogIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, nil)
		for range 1000 {
			s.ObserveSecurity(ForgedSession, netip.MustParseAddr("192.0.2.1"))
		}
		time.Sleep(time.Minute)
		s.ObserveSecurity(ForgedSession, netip.MustParseAddr("192.0.2.1"))
		log := s.log.String()
		if got := strings.Count(log, "kind=session"); got != 11 {
			t.Errorf("got %d lines, want 11", got)
		}
		if want := fmt.Sprint("unlogged=", 990); !strings.Contains(log, want) {
			t.Errorf("got no %s in %s", want, log)
		}
		if got := s.Stats().Security[ForgedSession]; got != 1001 {
			t.Errorf("counted %d, want 1001", got)
		}
	})
}
