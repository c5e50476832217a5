package transport

import (
	"context"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/pokey/docs"
)

// docsService serves the documents at /poker/docs/ on a real socket.
func docsService(t *testing.T) (s *service, get func(path string, lines ...string) *http.Response) {
	s = overTCP(t, func(c *Config) { c.BasePath, c.Docs = "/poker", docs.Files })
	client := &http.Client{
		Transport: &http.Transport{
			DialContext:        func(context.Context, string, string) (net.Conn, error) { return s.dial() },
			DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(client.CloseIdleConnections)
	return s, func(path string, lines ...string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			name, value, _ := strings.Cut(line, ": ")
			r.Header.Add(name, value)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = resp.Body.Close() })
		return resp
	}
}

func TestDocsAreServedBelowTheBasePath(t *testing.T) {
	s, get := docsService(t)
	cookie := s.cookie()
	for _, c := range []struct{ path, contentType, begins string }{
		{"/poker/docs/", "text/html; charset=utf-8", "<!doctype html>"},
		{"/poker/docs/docs.css", "text/css; charset=utf-8", ":root{"},
		{"/poker/docs/protocol.md", "text/markdown; charset=utf-8", "# The wire contract, version 2"},
		{"/poker/docs/asyncapi.yaml", "application/yaml", "# The wire contract for tools"},
	} {
		resp := get(c.path, cookie)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != c.contentType {
			t.Errorf("%s: got %s, %q, want 200, %q", c.path, resp.Status, resp.Header.Get("Content-Type"), c.contentType)
		}
		if got := body(t, resp); !strings.HasPrefix(got, c.begins) {
			t.Errorf("%s: got %.50q, want it to begin with %q", c.path, got, c.begins)
		}
		if got := resp.Header.Get("Content-Security-Policy"); got != policy {
			t.Errorf("%s: got policy %q, want the one of every page", c.path, got)
		}
		etag := resp.Header.Get("ETag")
		again := get(c.path, cookie, "If-None-Match: "+etag)
		if etag == "" || resp.Header.Get("Cache-Control") != revalidate || again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: got ETag %s, Cache-Control %q and then %s, want one that is revalidated", c.path, etag, resp.Header.Get("Cache-Control"), again.Status)
		}
		if zipped := get(c.path, cookie, "Accept-Encoding: gzip"); zipped.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: got Content-Encoding %q, want gzip", c.path, zipped.Header.Get("Content-Encoding"))
		}
	}
	for path, want := range map[string]int{
		"/docs/":                   http.StatusNotFound,
		"/poker/docs/index.html":   http.StatusNotFound,
		"/poker/docs/docs.go":      http.StatusNotFound,
		"/poker/docs/asyncapi.yml": http.StatusNotFound,
		"/poker/docs":              http.StatusTemporaryRedirect,
	} {
		if resp := get(path, cookie); resp.StatusCode != want {
			t.Errorf("%s: got %s, want %d", path, resp.Status, want)
		}
	}
	if got := get("/poker/docs", cookie).Header.Get("Location"); got != "/poker/docs/" {
		t.Errorf("without the slash: got Location %q, want /poker/docs/", got)
	}
}

// TestDocsBringASession says that they are assets of the site like all others.
func TestDocsBringASession(t *testing.T) {
	_, get := docsService(t)
	resp := get("/poker/docs/")
	if len(resp.Cookies()) != 1 || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d cookies and Cache-Control %q, want one and no-store", len(resp.Cookies()), resp.Header.Get("Cache-Control"))
	}
}

func TestDocsAreNotServedWithoutAny(t *testing.T) {
	s := newService(t, nil)
	for _, path := range []string{"/docs", "/docs/", "/docs/asyncapi.yaml"} {
		if resp := s.get(path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %s, want 404", path, resp.Status)
		}
	}
}

// TestDocsPageKeepsToThePolicy says that nothing on it would be blocked, and that
// its links lead somewhere.
func TestDocsPageKeepsToThePolicy(t *testing.T) {
	s, get := docsService(t)
	page := body(t, get("/poker/docs/", s.cookie()))
	if m := regexp.MustCompile(`(?i)<script|<style| style=| on[a-z]+=|src=`).FindString(page); m != "" {
		t.Errorf("got %q, want no scripts, inline styles or pictures", m)
	}
	for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if id, ok := strings.CutPrefix(m[1], "#"); ok {
			if n := strings.Count(page, ` id="`+id+`"`); n != 1 {
				t.Errorf("#%s: got %d elements with this id, want one", id, n)
			}
			continue
		}
		if resp := get("/poker/docs/"+m[1], s.cookie()); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: got %s, want 200", m[1], resp.Status)
		}
	}
}

// TestProtocolNamesEveryRefusal reads the codes from the source.
func TestProtocolNamesEveryRefusal(t *testing.T) {
	source, err := os.ReadFile("headers.go")
	if err != nil {
		t.Fatal(err)
	}
	text, err := docs.Files.ReadFile("protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, m := range regexp.MustCompile(`(?m)^\d{3}  ([a-z_]+) {2,}\S`).FindAllStringSubmatch(string(text), -1) {
		got = append(got, m[1])
	}
	for _, m := range regexp.MustCompile(`refusal\{.*"([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		want = append(want, m[1])
	}
	want = append(want, "rate_limited") // made where it is known how long to wait
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("codes in docs/protocol.md:\n got %q\nwant %q", got, want)
	}
}
