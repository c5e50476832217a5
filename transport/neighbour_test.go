package transport

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/identity"
)

// C2. Services on one host, told apart by port or path, do not replace each
// other's user, and each hears of its own session only once.
func TestNeighboursKeepTheirSessions(t *testing.T) {
	for name, row := range map[string]struct{ scheme, one, two string }{
		"ports":              {"http", "pokey.lan:8080/", "pokey.lan:8081/"},
		"a port and none":    {"https", "pokey.lan/", "pokey.lan:8443/"},
		"paths":              {"https", "pokey.lan/a/", "pokey.lan/b/"},
		"the root and below": {"http", "pokey.lan/", "pokey.lan/poker/"},
		"a path and below":   {"https", "pokey.lan/a/", "pokey.lan/a/b/"},
	} {
		jar, _ := cookiejar.New(nil)
		visit := func(place string) (user string) {
			at, err := url.Parse(row.scheme + "://" + place)
			if err != nil {
				t.Fatal(err)
			}
			s := newService(t, func(c *Config) {
				c.PublicOrigins, c.BasePath = []string{row.scheme + "://" + at.Host}, at.Path
				if c.Keys, err = identity.New([]byte("a master secret of " + strings.Repeat(place, 3))); err != nil {
					t.Fatal(err)
				}
			})
			var lines []string
			for _, c := range jar.Cookies(at) {
				lines = append(lines, c.Name+"="+c.Value)
			}
			resp := s.get(at.Path, "Host: "+at.Host, "Cookie: "+strings.Join(lines, "; "))
			jar.SetCookies(at, resp.Cookies())
			request := &http.Request{Header: http.Header{}, Host: at.Host}
			for _, c := range jar.Cookies(at) {
				request.AddCookie(c)
			}
			here, _ := s.sites.of(request)
			session, ok := s.session(request, here)
			if !ok {
				t.Fatalf("%s: at %s the browser has no session, only %v", name, at, jar.Cookies(at))
			}
			// A browser that keeps __Host- and __Secure- cookies by their rules keeps this one.
			for _, c := range resp.Cookies() {
				if strings.HasPrefix(c.Name, "__Host-") && (c.Path != "/" || !c.Secure) || strings.HasPrefix(c.Name, "__") != c.Secure {
					t.Errorf("%s: got cookie %s, want a prefix that browsers accept with it", name, c)
				}
			}
			return session.UserID
		}
		one, two := visit(row.one), visit(row.two)
		if again := visit(row.one); one == two || again != one {
			t.Errorf("%s: got users %s, %s and %s again, want the first one again", name, one, two, again)
		}
		if again := visit(row.two); again != two {
			t.Errorf("%s: got %s at the second, want %s", name, again, two)
		}
	}
}

// C2. Nodes of one service on several ports of a host know each other's sessions,
// and services that are none of ours bring none.
func TestNodesOnOneHostShareSessions(t *testing.T) {
	s := newService(t, nil)
	ada, bob := s.cfg.Keys.NewUserID(), s.cfg.Keys.NewUserID()
	one, two := s.cookieAt("localhost:8081", ada, time.Now()), s.cookieAt("localhost:8082", bob, time.Now())
	for _, row := range []struct {
		name    string
		cookies []string
		user    string
	}{
		{"another port", []string{one}, ada},
		{"our own first", []string{one, s.cookieAt("localhost:8080", bob, time.Now())}, bob},
		{"two users", []string{one, two}, ""},
		{"a stranger beside it", []string{"Cookie: pokey_plain_9=stranger", one}, ada},
		{"strangers only", []string{"Cookie: pokey_plain_9=stranger"}, ""},
		{"too many strangers", append(slices.Repeat([]string{"Cookie: pokey_plain_9=x"}, maxForeign), one), ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Host = "localhost:8080"
		for _, line := range row.cookies {
			r.Header.Add("Cookie", strings.TrimPrefix(line, "Cookie: "))
		}
		here, _ := s.sites.of(r)
		if got, _ := s.session(r, here); got.UserID != row.user {
			t.Errorf("%s: got %q, want %q", row.name, got.UserID, row.user)
		}
	}
}

// C6. A renewal is never dated before the session it replaces, which may be dated
// ahead: the user has ended all that were issued before that one.
func TestRenewalIsNotDatedBack(t *testing.T) {
	s := newService(t, nil)
	ada, now := s.cfg.Keys.NewUserID(), time.Now().Truncate(time.Second)
	for name, issued := range map[string]time.Time{"dated ahead": now.Add(time.Minute), "of yesterday": now.Add(-24 * time.Hour)} {
		cookies := s.get("/", "Host: localhost:8080", s.cookieAt("localhost:8081", ada, issued)).Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%s: got %d cookies, want one under our own name", name, len(cookies))
		}
		got, err := s.cfg.Keys.Unseal(cookies[0].Value, time.Now(), false)
		if err != nil || got.UserID != ada || got.Issued.Before(issued) || got.Issued.Before(now) {
			t.Errorf("%s: got %+v, %v; want one of the same user, of %v or later", name, got, err, issued)
		}
	}
}

// C3. A session that was handed out over plain http is none over https, under
// whatever name it is sent.
func TestPlainSessionIsNotSecure(t *testing.T) {
	s := newService(t, func(c *Config) { c.PublicOrigins = []string{publicOrigin, "http://pokey.lan"} })
	plain := s.get("/", "Host: pokey.lan").Cookies()[0]
	for want, lines := range map[int][]string{
		http.StatusUnauthorized: {"Cookie: __Host-pokey=" + plain.Value},
	} {
		resp := s.get("/connect", append(lines, "Host: poker.example.com", "Origin: "+publicOrigin, "Connection: Upgrade", "Upgrade: websocket",
			"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")...)
		if resp.StatusCode != want {
			t.Errorf("got %s, want %d", resp.Status, want)
		}
	}
	if resp := s.get("/", "Host: poker.example.com", "Cookie: __Host-pokey="+plain.Value); len(resp.Cookies()) != 1 {
		t.Errorf("got cookies %v, want a session of its own", resp.Cookies())
	}
}
