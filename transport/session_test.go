package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
)

func TestSessionCookieHasItsAttributes(t *testing.T) {
	rows := []struct {
		name      string
		public    []string
		host      string
		attribute string
	}{
		{"loopback", nil, "localhost:8080", "pokey_plain_8080=; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"},
		{"LAN", []string{"http://pokey.lan:8080"}, "pokey.lan:8080", "pokey_plain_8080=; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"},
		{"https", []string{publicOrigin}, "poker.example.com", "__Host-pokey=; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"},
		{"both, by https", []string{publicOrigin, "http://pokey.lan"}, "poker.example.com", "__Host-pokey=; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"},
		{"both, by http", []string{publicOrigin, "http://pokey.lan"}, "pokey.lan", "pokey_plain=; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"},
	}
	for _, row := range rows {
		s := newService(t, func(c *Config) { c.PublicOrigins = row.public })
		// What a client or proxy says about the scheme changes nothing.
		resp := s.get("/", "Host: "+row.host, "X-Forwarded-Proto: https", "Forwarded: proto=https", "X-Forwarded-Host: evil")
		cookies := resp.Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%s: got %d cookies, want one", row.name, len(cookies))
		}
		session, err := s.cfg.Keys.Unseal(cookies[0].Value, time.Now(), strings.HasPrefix(cookies[0].Name, "__Host-"))
		if err != nil || session.UserID == "" {
			t.Errorf("%s: got %+v, %v, want a session", row.name, session, err)
		}
		got := strings.Replace(resp.Header.Get("Set-Cookie"), cookies[0].Value, "", 1)
		if got != row.attribute || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("ETag") != "" {
			t.Errorf("%s: got %s; %s, want %s; no-store without an ETag", row.name, got, resp.Header.Get("Cache-Control"), row.attribute)
		}
	}
}

func TestOnlyDocumentsBringASession(t *testing.T) {
	s := newService(t, nil)
	tree, good := s.tree(), s.cookie()
	room := s.room()
	ada := s.cfg.Keys.NewUserID()
	aged := s.cookieOf(ada, time.Now().Add(-8*24*time.Hour))
	rows := []struct {
		name, path string
		lines      []string
		mints      bool
	}{
		{"page", "/", nil, true},
		{"room", "/r/" + room, nil, true},
		{"script", tree + "js/app.js", nil, true},
		{"icon", "/favicon.svg", nil, true},
		{"code", "/qr/" + room + ".svg", nil, true},
		{"document", "/", []string{"Sec-Fetch-Dest: document"}, true},
		{"page it has", "/", []string{"If-None-Match: *"}, true},
		{"script of a page", tree + "js/app.js", []string{"Sec-Fetch-Dest: script"}, false},
		{"picture of a page", "/qr/" + room + ".svg", []string{"Sec-Fetch-Dest: image"}, false},
		{"fetch", "/", []string{"Sec-Fetch-Dest: empty"}, false},
		{"frame", "/", []string{"Sec-Fetch-Dest: iframe"}, false},
		{"good session", "/", []string{good}, false},
		{"the same twice", "/", []string{good, good}, false},
		{"two sessions", "/", []string{good, s.cookie()}, true},
		{"forged", "/", []string{good + "x"}, true},
		{"the other name", "/", []string{strings.Replace(good, "pokey_plain", "__Host-pokey", 1)}, true},
		{"old", "/", []string{s.cookieOf(ada, time.Now().Add(-31*24*time.Hour))}, true},
		{"to renew", "/", []string{aged}, true},
		{"to renew, script", tree + "js/app.js", []string{aged, "Sec-Fetch-Dest: script"}, false},
		{"health", "/healthz", nil, false},
		{"nothing", "/none", nil, false},
		{"no room", "/qr/" + room[1:] + "0.svg", nil, false},
		{"connect", "/connect", nil, false},
	}
	seen := map[string]bool{}
	for _, row := range rows {
		resp := s.get(row.path, row.lines...)
		cookies := resp.Cookies()
		if (len(cookies) == 1) != row.mints {
			t.Errorf("%s: got %d cookies, want one: %t", row.name, len(cookies), row.mints)
		}
		if len(cookies) == 0 {
			continue
		}
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("ETag") != "" {
			t.Errorf("%s: got %s, %v, want 200, no-store, without an ETag", row.name, resp.Status, resp.Header)
		}
		session, err := s.cfg.Keys.Unseal(cookies[0].Value, time.Now(), false)
		if err != nil || session.Renew || seen[session.UserID] {
			t.Errorf("%s: got %+v, %v, want a new session", row.name, session, err)
		}
		seen[session.UserID] = true
		if (row.name == "to renew") != (session.UserID == ada) {
			t.Errorf("%s: got user %s, want Ada only if it is renewed", row.name, session.UserID)
		}
	}
	if got := s.Stats().Mints; int(got) != len(seen) { // one by tree, none for the renewal
		t.Errorf("counted %d new sessions, want the %d seen", got, len(seen))
	}
}

func TestNewSessionsAreLimitedByAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, func(c *Config) { c.MintRate, c.MintBurst = 1, 120 })
		minted := func(n int) (count int) {
			for range n {
				resp := s.get("/")
				switch {
				case resp.StatusCode == http.StatusOK && resp.Header.Get("Set-Cookie") != "":
					count++
				case resp.StatusCode != http.StatusTooManyRequests, resp.Header.Get("Retry-After") != "1",
					resp.Header.Get("Cache-Control") != "no-store", !strings.Contains(body(t, resp), "<script"):
					t.Fatalf("got %s, %v, want the page as 429, no-store", resp.Status, resp.Header)
				}
			}
			return count
		}
		if got := minted(130); got != 120 {
			t.Errorf("got %d new sessions of 130, want 120", got)
		}
		if resp := s.get("/", s.cookie()); resp.StatusCode != http.StatusOK {
			t.Errorf("with a session: got %s, want 200", resp.Status)
		}
		time.Sleep(time.Minute)
		if got := minted(70); got != 60 {
			t.Errorf("a minute later got %d new sessions of 70, want 60", got)
		}
		if got := s.Stats(); got.Mints != 180 || got.MintsRefused != 20 {
			t.Errorf("got %+v, want 180 new sessions and 20 refused", got)
		}
	})
}

// stood answers for the check of sessions.
type stood struct {
	standing Standing
	err      error
	asked    int
}

func (a *stood) check(context.Context, poker.UserID, time.Time) (Standing, error) {
	a.asked++
	return a.standing, a.err
}

// C6: a session that its user has ended is no session, and one that cannot be
// judged is kept and does not connect.
func TestRevokedSession(t *testing.T) {
	ada := testKeys(t).NewUserID()
	for name, row := range map[string]struct {
		answer    stood
		age       time.Duration
		cookieFor string // whom the document's answer has a cookie for
		connects  int    // 101 is a connection
	}{
		"good":                     {stood{}, 0, "", 101},
		"good, to be renewed":      {stood{}, 8 * 24 * time.Hour, "ada", 101},
		"ended":                    {stood{standing: Standing{Revoked: true}}, 0, "somebody new", 401},
		"ended, to be renewed":     {stood{standing: Standing{Revoked: true}}, 8 * 24 * time.Hour, "somebody new", 401},
		"not known":                {stood{err: errors.New("no store")}, 0, "", 503},
		"not known, to be renewed": {stood{err: errors.New("no store")}, 8 * 24 * time.Hour, "", 503},
		"not looked up":            {stood{err: ErrBusy}, 0, "", 101},
	} {
		s := overPipes(t, func(c *Config) { c.CheckSession = row.answer.check })
		cookie := s.cookieOf(ada, time.Now().Add(-row.age))
		resp := s.get("/", cookie)
		got := ""
		if cookies := resp.Cookies(); len(cookies) > 0 {
			session, err := s.cfg.Keys.Unseal(cookies[0].Value, time.Now(), false)
			if got = "somebody new"; err != nil {
				t.Errorf("%s: got %v, want a session", name, err)
			} else if session.UserID == ada {
				got = "ada"
			}
		}
		if resp.StatusCode != http.StatusOK || got != row.cookieFor {
			t.Errorf("%s: a document: %s with a cookie for %q; want %q", name, resp.Status, got, row.cookieFor)
		}
		if resp, _ := s.do(s.handshake(cookie)); resp.StatusCode != row.connects {
			t.Errorf("%s: /connect: got %s, want %d", name, resp.Status, row.connects)
		}
	}
}

// C6: asking how it stands with a session costs a read, so no address may have that
// done without end, and what is refused before asks for nothing.
func TestChecksOfSessionsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := &stood{}
		s := newService(t, func(c *Config) {
			c.CheckSession, c.MintRate, c.MintBurst, c.HandshakeRate, c.HandshakeBurst = answer.check, 1, 20, 1, 5
		})
		cookie := s.cookie()
		for range 100 {
			if resp := s.get("/", cookie); resp.StatusCode != http.StatusOK || resp.Header.Get("Set-Cookie") != "" {
				t.Fatalf("got %s, %v, want 200 without a cookie", resp.Status, resp.Header)
			}
		}
		s.get("/", cookie, "Sec-Fetch-Dest: script")
		if answer.asked != 20 {
			t.Errorf("asked %d times for 100 documents, want 20", answer.asked)
		}
	})
}

// C6: however often it is renewed, a session ends.
func TestSessionEndsHoweverOftenItIsRenewed(t *testing.T) {
	const day = 24 * time.Hour
	s := newService(t, func(c *Config) { c.SessionLife = 40 * day })
	ada := s.cfg.Keys.NewUserID()
	now := time.Now()
	for _, row := range []struct {
		age    time.Duration // of the first session; this one is eight days old
		ada    bool
		maxAge time.Duration
	}{
		{8 * day, true, 30 * day},
		{39 * day, true, day},
		{40*day + time.Second, false, 30 * day},
	} {
		value, err := s.cfg.Keys.Reseal(identity.Session{UserID: ada, First: now.Add(-row.age)}, now.Add(-8*day), false)
		if err != nil {
			t.Fatal(err)
		}
		cookies := s.get("/", "Cookie: "+identity.CookieName(false, "", "/")+"="+value).Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%v old: got %d cookies, want 1", row.age, len(cookies))
		}
		got, err := s.cfg.Keys.Unseal(cookies[0].Value, now.Add(time.Minute), false)
		maxAge := time.Duration(cookies[0].MaxAge) * time.Second
		if err != nil || (got.UserID == ada) != row.ada || maxAge < row.maxAge-time.Minute || maxAge > row.maxAge {
			t.Errorf("%v old: got ada %v for %v, %v; want %v for %v", row.age, got.UserID == ada, maxAge, err, row.ada, row.maxAge)
		}
	}
}

func TestCookieNeverLeaks(t *testing.T) {
	s := newService(t, nil)
	cookie := s.cookie()
	_, value, _ := strings.Cut(cookie, "=")
	for _, path := range []string{"/", "/none", "/connect", "/healthz"} {
		if got := body(t, s.get(path, cookie, "Cookie: "+identity.CookieName(true, "", "/")+"="+value)); strings.Contains(got, value[:20]) {
			t.Errorf("%s: the body has the cookie, want it nowhere", path)
		}
	}
	if strings.Contains(s.log.String(), value[:20]) {
		t.Error("the log has the cookie, want it nowhere")
	}
}

func TestIdleAddressesAreForgotten(t *testing.T) {
	s := newService(t, func(c *Config) { c.MintRate, c.MintBurst = 1, 120 })
	a := &s.admission
	for i := range 5000 {
		addr, _ := parseAddr(fmt.Sprintf("198.51.%d.%d", i/250, i%250))
		a.takeMint(addr, time.Duration(i)*time.Millisecond*10)
	}
	if got := len(a.addresses); got > 2048 {
		t.Errorf("%d addresses are remembered, want at most 2048", got)
	}
	busy, _ := parseAddr("203.0.113.1")
	a.mu.Lock()
	a.address(busy, time.Minute).connections = 1
	a.sweep(time.Hour)
	a.mu.Unlock()
	if len(a.addresses) != 1 {
		t.Errorf("%d addresses are remembered after an hour, want 1", len(a.addresses))
	}
}
