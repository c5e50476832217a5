package transport

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const publicOrigin = "https://poker.example.com"

func public(c *Config) { c.PublicOrigins = []string{publicOrigin} }

// get asks the handler itself; header lines may be added and Host replaced.
func (s *service) get(path string, lines ...string) *http.Response {
	s.t.Helper()
	return s.respond(http.MethodGet, path, lines...)
}

func (s *service) respond(method, path string, lines ...string) *http.Response {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, path, nil)
	r.Host = "localhost"
	if len(s.cfg.PublicOrigins) > 0 {
		r.Host = strings.TrimPrefix(publicOrigin, "https://")
	}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var hashed = regexp.MustCompile(`"(/v/[0-9a-f]{12}/)js/app\.js"`)

// tree is the path under which the files are.
func (s *service) tree() string {
	s.t.Helper()
	b, _ := io.ReadAll(s.get("/").Body)
	m := hashed.FindStringSubmatch(string(b))
	if m == nil {
		s.t.Fatalf("got page %s, want one with the hash in it", b)
	}
	return m[1]
}

// room is the id of a new room.
func (s *service) room() string { return s.cfg.Keys.NewRoomID(s.cfg.Keys.NewUserID(), time.Now()) }

// No request changes anything but those that sign other devices out, which are not
// here: that takes a cookie, which only an answer of HTTP can set; see
// TestSignOutOthers.
func TestEveryRouteHasItsTypeAndCaching(t *testing.T) {
	s := newService(t, nil)
	tree, room := s.tree(), s.room()
	rows := []struct {
		path, contentType, cache string
		status                   int
	}{
		{"/", "text/html; charset=utf-8", "no-cache", 200},
		{"/r/" + room, "text/html; charset=utf-8", "no-cache", 200},
		{"/r/" + room + "/stage", "text/html; charset=utf-8", "no-cache", 200},
		{"/r/NOT-CANONICAL", "text/html; charset=utf-8", "no-cache", 200}, // the page may make sense of it
		{"/?utm=x", "text/html; charset=utf-8", "no-cache", 200},
		{tree + "js/app.js", "text/javascript; charset=utf-8", forever, 200},
		{tree + "css/app.css", "text/css; charset=utf-8", forever, 200},
		{tree + "favicon.svg", "image/svg+xml", forever, 200},
		{"/favicon.svg", "image/svg+xml", "no-cache", 200},
		{"/icons/192.png", "image/png", "no-cache", 200},
		{"/manifest.webmanifest", "application/manifest+json", "no-cache", 200},
		{"/healthz", "text/plain; charset=utf-8", "no-store", 200},
		{"/qr/" + room + ".svg", "image/svg+xml", "private, max-age=3600", 200},

		{tree + "index.html", "application/json", "no-store", 404},
		{"/index.html", "application/json", "no-store", 404},
		{"/js/app.js", "application/json", "no-store", 404},
		{"/v/000000000000/js/app.js", "application/json", "no-store", 404},
		{tree, "application/json", "no-store", 404},
		{tree + "js/", "application/json", "no-store", 404},
		{tree + "js/../js/app.js", "application/json", "no-store", 404},
		{"/r/", "application/json", "no-store", 404},
		{"/r//stage", "application/json", "no-store", 404},
		{"/r/" + room + "/", "application/json", "no-store", 404},
		{"/r/" + room + "/other", "application/json", "no-store", 404},
		{"/qr/" + room, "application/json", "no-store", 404},
		{"/qr/" + room[1:] + "0.svg", "application/json", "no-store", 404},
		{"/qr/.svg", "application/json", "no-store", 404},
		{"/metrics", "application/json", "no-store", 404},
		{"/debug/pprof/", "application/json", "no-store", 404},
		{"/healthz/", "application/json", "no-store", 404},
		{"/connect/", "application/json", "no-store", 404},
		{"/connect", "application/json", "no-store", 426},
	}
	for _, row := range rows {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			resp := s.respond(method, row.path, s.cookie())
			status := row.status
			if method == http.MethodHead && status == http.StatusUpgradeRequired {
				status = http.StatusMethodNotAllowed
			}
			h := resp.Header
			if resp.StatusCode != status || h.Get("Content-Type") != row.contentType || h.Get("Cache-Control") != row.cache {
				t.Errorf("%s %s: got %s, %s, %s, want %d, %s, %s", method, row.path, resp.Status, h.Get("Content-Type"), h.Get("Cache-Control"), status, row.contentType, row.cache)
			}
			if h.Get("Set-Cookie") != "" {
				t.Errorf("%s %s: got a cookie, want none for a good session", method, row.path)
			}
		}
		if row.status == http.StatusOK {
			resp := s.respond(http.MethodPost, row.path)
			if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("POST %s: got %s, Allow %q, want 405, GET, HEAD", row.path, resp.Status, resp.Header.Get("Allow"))
			}
		}
	}
}

func TestHeadHasNoBody(t *testing.T) {
	s := overPipes(t, nil)
	resp, got := s.do(request("HEAD / HTTP/1.1", []string{"Host: localhost", "Connection: close"}, nil))
	if resp.StatusCode != http.StatusOK || got != "" || resp.ContentLength <= 0 || resp.Header.Get("Set-Cookie") == "" {
		t.Errorf("got %s, %d bytes of %d, cookie %q, want 200, none of some, and a cookie", resp.Status, len(got), resp.ContentLength, resp.Header.Get("Set-Cookie"))
	}
}

func TestHealthz(t *testing.T) {
	s := newService(t, nil)
	resp := s.get("/healthz")
	if got := body(t, resp); got != "ok\n" || resp.Header.Get("Set-Cookie") != "" {
		t.Errorf("got %q, cookie %q, want ok without a cookie", got, resp.Header.Get("Set-Cookie"))
	}
}

// TestEveryAnswerHasSecurityHeaders asks for everything, in good and bad ways.
func TestEveryAnswerHasSecurityHeaders(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := overPipes(t, func(c *Config) {
			if secure {
				public(c)
			}
		})
		want := map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
				"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
				"require-trusted-types-for 'script'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		}
		host := "Host: localhost"
		origin := "Origin: http://localhost"
		if secure {
			want["Strict-Transport-Security"] = "max-age=31536000"
			host, origin = "Host: poker.example.com", "Origin: "+publicOrigin
		}
		room := s.room()
		requests := map[string]string{"101": s.handshake(host, origin), "403": s.handshake(host, "Origin: null"), "401": s.handshake(host, origin, "Cookie:")}
		for _, path := range []string{
			"/", "/r/" + room, s.tree() + "js/app.js", "/favicon.svg", "/manifest.webmanifest", "/healthz",
			"/qr/" + room + ".svg", "/none", "/connect",
		} {
			for _, method := range []string{"GET", "HEAD", "POST", "DELETE"} {
				requests[method+" "+path] = request(method+" "+path+" HTTP/1.1", []string{host, "Connection: close"}, nil)
			}
		}
		for name, text := range requests {
			c := s.dialRaw()
			resp := c.ask(text)
			for header, value := range want {
				if got := resp.Header.Get(header); got != value {
					t.Errorf("%s (%s): got %s %q, want %q", name, resp.Status, header, got, value)
				}
			}
			if !secure && resp.Header.Get("Strict-Transport-Security") != "" {
				t.Errorf("%s: got HSTS, want none without https", name)
			}
			if got := resp.Header.Get("Server"); got != "" {
				t.Errorf("%s: got Server %q, want none", name, got)
			}
			_ = c.Close()
		}
		c := s.dialRaw()
		if resp := c.ask(request("GET / HTTP/1.1", []string{"Host: evil"}, nil)); resp.Header.Get("Content-Security-Policy") == "" {
			t.Error("a request for another host: got no Content-Security-Policy")
		}
	}
}

func TestHostIsCheckedEverywhere(t *testing.T) {
	s := newService(t, public)
	if resp := s.get("/healthz", "Host: 127.0.0.1:8080"); resp.StatusCode != http.StatusOK {
		t.Errorf("health from this machine: got %s, want 200", resp.Status)
	}
	for _, path := range []string{"/", "/r/x", "/favicon.svg", "/healthz", "/qr/x.svg", "/none"} {
		for _, host := range []string{"evil.example", "localhost", "poker.example.com.evil", ""} {
			if path == "/healthz" && host == "localhost" {
				continue
			}
			resp := s.get(path, "Host: "+host)
			if resp.StatusCode != http.StatusMisdirectedRequest || resp.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s at %q: got %s, want 421 without a cookie", path, host, resp.Status)
			}
		}
	}
	if log := s.log.String(); strings.Count(log, "refused") != 10 || !strings.Contains(log, "-public-origin") {
		t.Errorf("got log %s, want ten refusals that name -public-origin", log)
	}
}

func TestPanicEndsOneRequest(t *testing.T) {
	s := newService(t, nil)
	s.assets = nil
	resp := s.get("/")
	if resp.StatusCode != http.StatusInternalServerError || resp.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("got %s, want 500 with a Content-Security-Policy", resp.Status)
	}
	if log := s.log.String(); strings.Count(log, "level=ERROR msg=panic where=request") != 1 || s.Stats().Panics != 1 {
		t.Errorf("got log %s, want one panic", log)
	}
}

func TestConfigIsChecked(t *testing.T) {
	rows := map[string]func(*Config){
		"no keys":            func(c *Config) { c.Keys = nil },
		"no log":             func(c *Config) { c.Log = nil },
		"no files":           func(c *Config) { c.Static = nil },
		"no page":            func(c *Config) { c.Static = fstest.MapFS{"app.js": {}} },
		"no connect":         func(c *Config) { c.Connect = nil },
		"negative limit":     func(c *Config) { c.MaxConnections = -1 },
		"negative rate":      func(c *Config) { c.MessageRate = -1 },
		"path to escape":     func(c *Config) { c.BasePath = `/a"b/` },
		"path with a query":  func(c *Config) { c.BasePath = `/a?b/` },
		"no scheme":          func(c *Config) { c.PublicOrigins = []string{"poker.example.com"} },
		"other scheme":       func(c *Config) { c.PublicOrigins = []string{"ftp://poker.example.com"} },
		"no host":            func(c *Config) { c.PublicOrigins = []string{"https://"} },
		"port only":          func(c *Config) { c.PublicOrigins = []string{"https://:443"} },
		"empty port":         func(c *Config) { c.PublicOrigins = []string{"https://poker.example.com:"} },
		"path":               func(c *Config) { c.PublicOrigins = []string{"https://poker.example.com/x"} },
		"query":              func(c *Config) { c.PublicOrigins = []string{"https://poker.example.com?x"} },
		"user":               func(c *Config) { c.PublicOrigins = []string{"https://ada@poker.example.com"} },
		"not ASCII":          func(c *Config) { c.PublicOrigins = []string{"https://pöker.example.com"} },
		"not even a URL":     func(c *Config) { c.PublicOrigins = []string{"https://[::1"} },
		"everything is bad":  func(c *Config) { c.PublicOrigins = []string{"*"} },
		"one of two is bad":  func(c *Config) { c.PublicOrigins = []string{publicOrigin, "null"} },
		"base path escaping": func(c *Config) { c.BasePath = "/a%2fb/" },
	}
	for name, change := range rows {
		cfg := newService(t, nil).cfg
		change(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: got a server, want an error", name)
		}
	}
}
