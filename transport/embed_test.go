package transport

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/pokey/identity"
)

// embedding is a service that two sites may embed.
func embedding(c *Config) {
	public(c)
	c.PublicOrigins = append(c.PublicOrigins, "http://pokey.lan")
	c.EmbedOrigins = []string{"https://acme.atlassian.example", "https://wiki.example:8443"}
}

// askPublic sends a GET for the service's https site over its socket.
func (s *service) askPublic(path string, lines ...string) *http.Response {
	s.t.Helper()
	resp, _ := s.do(request("GET "+path+" HTTP/1.1", []string{"Host: poker.example.com", "Connection: close"}, lines))
	return resp
}

// Only the page, and only over https, is in a frame of the sites that the operator
// names.
func TestOnlyNamedSitesEmbedThePage(t *testing.T) {
	s := overTCP(t, embedding)
	room := s.room()
	for _, row := range []struct {
		path, host string
		want       string
	}{
		{"/", "poker.example.com", "frame-ancestors https://acme.atlassian.example https://wiki.example:8443"},
		{"/r/" + room, "poker.example.com", "frame-ancestors https://acme.atlassian.example https://wiki.example:8443"},
		{"/r/" + room + "/stage", "poker.example.com", "frame-ancestors https://acme.atlassian.example https://wiki.example:8443"},
		{"/", "pokey.lan", "frame-ancestors 'none'"},
		{s.tree() + "js/app.js", "poker.example.com", "frame-ancestors 'none'"},
		{"/qr/" + room + ".svg", "poker.example.com", "frame-ancestors 'none'"},
		{"/none", "poker.example.com", "frame-ancestors 'none'"},
		{"/connect", "poker.example.com", "frame-ancestors 'none'"},
	} {
		resp := s.askPublic(row.path, "Host: "+row.host)
		got := resp.Header.Values("Content-Security-Policy")
		if want := strings.Replace(policy, "frame-ancestors 'none'", row.want, 1); len(got) != 1 || got[0] != want {
			t.Errorf("%s at %s: got %q, want %q", row.path, row.host, got, want)
		}
	}
	if got := newService(t, public).get("/").Header.Get("Content-Security-Policy"); got != policy {
		t.Errorf("without embedding sites: got %q, want %q", got, policy)
	}
}

func TestEmbedOriginsThatAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "*", "https://*", "https://*.example", "http://a.example", "https://a.example/", "https://a.example/x",
		"https://a.example;script-src", "https://a.example 'self'", "'self'", "https://A.example", "a.example", "https://a.example:",
	} {
		cfg := newService(t, public).cfg
		cfg.EmbedOrigins = []string{"https://a.example", text}
		if _, err := New(cfg); err == nil {
			t.Errorf("%q: got a server, want an error", text)
		}
	}
}

// A page in a frame has a session of its own, in a cookie that the browser keeps
// for that frame's site alone. A session that the browser does send to a frame
// stays.
func TestFramedPageHasASessionOfItsOwn(t *testing.T) {
	const plain, framed = "__Host-pokey", "__Host-pokey~embedded"
	s := overTCP(t, embedding)
	ada := s.cfg.Keys.NewUserID()
	session := func(name string, age time.Duration) string {
		value, err := s.cfg.Keys.Seal(ada, time.Now().Add(-age), true)
		if err != nil {
			t.Fatal(err)
		}
		return "Cookie: " + name + "=" + value
	}
	const week = 8 * 24 * time.Hour
	for _, row := range []struct {
		name, dest string
		cookies    []string
		sets       string // the cookie that the answer sets, if any
		ada        bool   // and it is hers
	}{
		{"a frame", "iframe", nil, framed, false},
		{"a document", "document", nil, plain, false},
		{"a client that says nothing", "", nil, plain, false},
		{"a script", "script", nil, "", false},
		{"another kind of frame", "object", nil, "", false},
		{"a frame with its session", "iframe", []string{session(framed, 0)}, "", false},
		{"a frame with an old session", "iframe", []string{session(framed, week)}, framed, true},
		{"a frame that is sent the ordinary session", "iframe", []string{session(plain, 0)}, "", false},
		{"a frame that is sent an old ordinary session", "iframe", []string{session(plain, week)}, plain, true},
		{"a document that is sent the frame's session", "document", []string{session(framed, 0)}, plain, true},
		{"a document with both", "document", []string{session(plain, 0), session(framed, 0)}, "", false},
	} {
		lines := []string{"Sec-Fetch-Dest: " + row.dest}
		for _, cookie := range row.cookies {
			lines = append(lines, "+"+cookie)
		}
		resp := s.askPublic("/", lines...)
		got := resp.Cookies()
		if row.sets == "" {
			if len(got) != 0 {
				t.Errorf("%s: got %v, want no cookie", row.name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Name != row.sets {
			t.Errorf("%s: got %v, want one %s", row.name, got, row.sets)
			continue
		}
		attributes := strings.Replace(resp.Header.Get("Set-Cookie"), got[0].Value, "", 1)
		want := plain + "=; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"
		if row.sets == framed {
			want = framed + "=; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=None; Partitioned"
		}
		found, err := s.cfg.Keys.Unseal(got[0].Value, time.Now(), true)
		if attributes != want || err != nil || (found.UserID == ada) != row.ada {
			t.Errorf("%s: got %s of %s, %v, want %s, Ada's: %t", row.name, attributes, found.UserID, err, want, row.ada)
		}
	}
	for name, lines := range map[string][]string{
		"over http":         {"Host: pokey.lan"},
		"without embedding": nil,
	} {
		at := s
		if lines == nil {
			at = overTCP(t, public)
		}
		if got := at.askPublic("/", append(lines, "Sec-Fetch-Dest: iframe")...).Cookies(); len(got) != 0 {
			t.Errorf("%s: got %v, want no cookie for a frame", name, got)
		}
	}
}

// The connection of a framed page has the frame's session. The page's own origin is
// the only one that may connect, whoever embeds it.
func TestFramedPageConnects(t *testing.T) {
	s := overTCP(t, embedding)
	user := map[string]string{}
	cookie := func(name string) string {
		user[name] = s.cfg.Keys.NewUserID()
		value, err := s.cfg.Keys.Seal(user[name], time.Now(), true)
		if err != nil {
			t.Fatal(err)
		}
		return name + "=" + value
	}
	const plain, framed = "__Host-pokey", "__Host-pokey~embedded"
	ordinary, embedded := cookie(plain), cookie(framed)
	for _, row := range []struct {
		name, cookies, origin string
		want                  int
		user                  string
	}{
		{"the frame's", embedded, publicOrigin, 101, framed},
		{"both", ordinary + "; " + embedded, publicOrigin, 101, plain},
		{"none", "", publicOrigin, 401, ""},
		{"the embedding site's", embedded, "https://acme.atlassian.example", 403, ""},
	} {
		conn := s.dialRaw()
		resp := conn.ask(s.handshake("Host: poker.example.com", "Cookie: "+row.cookies, "Origin: "+row.origin, "Sec-Fetch-Dest: websocket"))
		if resp.StatusCode != row.want {
			t.Errorf("%s: got %s, want %d", row.name, resp.Status, row.want)
			continue
		}
		if row.want == http.StatusSwitchingProtocols {
			if got := <-s.sessions; string(got.user) != user[row.user] {
				t.Errorf("%s: got user %s, want that of %s", row.name, got.user, row.user)
			}
		}
		_ = conn.Close()
	}
}

// The name of the frame's cookie is that of no other site's.
func TestEmbeddedCookieNameIsNoOther(t *testing.T) {
	for _, path := range []string{"/", "/poker/", "/a~embedded/", "/-embedded/"} {
		for _, port := range []string{"", "8443"} {
			if name := identity.CookieName(true, port, path); strings.HasSuffix(name, embeddedMark) {
				t.Errorf("port %q, path %s: got %s, want no name that ends as a frame's", port, path, name)
			}
		}
	}
}
