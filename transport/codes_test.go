package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// resolver knows one code, and counts the lookups.
type resolver struct {
	asked atomic.Int64
	err   error
}

func (r *resolver) resolve(_ context.Context, code string) (poker.RoomID, bool, error) {
	r.asked.Add(1)
	if code == "k7m2qx" {
		return "room", true, r.err
	}
	return "", false, r.err
}

// tryCode sends a code and returns ok with the room, or the error's code.
func (c *raw) tryCode(code string) string {
	c.t.Helper()
	c.send(client(text, `{"request":"resolveCode","id":"x","code":"`+code+`"}`))
	_, got, err := c.readFrame()
	var event struct{ Event, Code, RoomID, ID, Request string }
	if err == nil {
		err = json.Unmarshal([]byte(got), &event)
	}
	if err != nil || event.ID != "x" || event.Event == "error" && event.Request != "resolveCode" {
		c.t.Fatalf("got %s, %v, want an answer to x", got, err)
	}
	return strings.TrimSpace(event.Event + " " + event.Code + event.RoomID)
}

// Wrong codes are few for each address, however many sessions and connections it has.
// Right ones are free, until the address has used up its wrong ones.
func TestWrongCodesAreLimitedByAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		codes := &resolver{}
		s := overPipes(t, func(c *Config) {
			c.ResolveCode = codes.resolve
			c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		})
		first, _ := s.connect("X-Forwarded-For: 203.0.113.7")
		second, _ := s.connect("X-Forwarded-For: 203.0.113.7")
		other, _ := s.connect("X-Forwarded-For: 203.0.113.8")
		for range 50 {
			if got := first.tryCode("k7m2qx"); got != "ok room" {
				t.Fatalf("a right code: got %s, want ok with the room", got)
			}
		}
		for i := range 20 {
			if got := []*raw{first, second}[i%2].tryCode("wrong"); got != "error room_not_found" {
				t.Fatalf("wrong code %d: got %s, want room_not_found", i+1, got)
			}
		}
		asked := codes.asked.Load()
		for _, code := range []string{"wrong", "k7m2qx"} {
			if got := second.tryCode(code); got != "error rate_limited" {
				t.Errorf("after twenty wrong codes, %s: got %s, want rate_limited", code, got)
			}
		}
		if got := codes.asked.Load(); got != asked {
			t.Errorf("beyond the limit: got %d lookups, want none", got-asked)
		}
		if got := other.tryCode("k7m2qx"); got != "ok room" {
			t.Errorf("another address: got %s, want ok with the room", got)
		}
		if s.Stats().Security[LimitedCodes] == 0 {
			t.Error("got no security event, want one")
		}
		time.Sleep(time.Minute + time.Second)
		first, _ = s.connect("X-Forwarded-For: 203.0.113.7")
		if got := first.tryCode("k7m2qx"); got != "ok room" {
			t.Errorf("a minute later: got %s, want ok with the room", got)
		}
		if got := first.tryCode("wrong"); got != "error room_not_found" {
			t.Errorf("a minute later, a wrong one: got %s, want room_not_found", got)
		}
		if got := first.tryCode("wrong"); got != "error rate_limited" {
			t.Errorf("a minute later, another wrong one: got %s, want rate_limited", got)
		}
	})
}

// However many addresses guess, a server looks up so many wrong codes in a day that
// guessing is hopeless.
func TestWrongCodesAreLimitedForAll(t *testing.T) {
	s := newService(t, nil)
	a := &s.admission
	tried := 0
	const day = 24 * time.Hour
	for at := time.Duration(0); at < day; at += 10 * time.Second {
		for i := range 30 {
			addr := netip.MustParseAddr(fmt.Sprintf("2001:db8:%x::", (int(at/time.Second)/10*30+i)%65536))
			if a.takeCode(addr, at) {
				tried++
			}
		}
	}
	if most := int(day.Seconds()/2) + 300; tried > most || tried < most*9/10 {
		t.Errorf("got %d wrong codes in a day, want nearly %d and no more", tried, most)
	}
}

// A lookup that fails costs nothing, and a server that knows no codes says so.
func TestCodesWithoutAStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		codes := &resolver{err: errors.New("no store")}
		s := overPipes(t, func(c *Config) { c.ResolveCode = codes.resolve })
		c, e := s.connect()
		for range 25 {
			if got := c.tryCode("k7m2qx"); got != "error unavailable" {
				t.Fatalf("got %s, want unavailable", got)
			}
		}
		if handled, _ := e.count(); handled != 0 {
			t.Errorf("got %d requests passed on, want none", handled)
		}
		c.send(client(text, `{"request":"resolveCode","code":"k7m2qx"}`)) // without an id only errors are answered
		if _, got, _ := c.readFrame(); !strings.Contains(got, string(protocol.Unavailable)) {
			t.Errorf("without an id: got %s, want unavailable", got)
		}
		without := overPipes(t, nil)
		c, _ = without.connect()
		if got := c.tryCode("k7m2qx"); got != "error unavailable" {
			t.Errorf("without a resolver: got %s, want unavailable", got)
		}
	})
}
