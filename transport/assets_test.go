package transport

import (
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"rsc.io/qr"
)

func TestAssetsAreCompressedAndRevalidated(t *testing.T) {
	s := newService(t, nil)
	script, cookie := s.tree()+"js/app.js", s.cookie()
	plain := s.get(script, cookie)
	want := string(minified("js/app.js", page["js/app.js"].Data))
	if got := body(t, plain); got != want || plain.Header.Get("Content-Encoding") != "" || plain.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("plain: got %d bytes, %v, want %d bytes without an encoding, varying by Accept-Encoding", len(got), plain.Header, len(want))
	}
	zipped := s.get(script, cookie, "Accept-Encoding: br, gzip;q=0.5")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || string(got) != want || zipped.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("zipped: got %v, %v, want the script in gzip", err, zipped.Header)
	}
	if plain.Header.Get("ETag") == zipped.Header.Get("ETag") {
		t.Error("both encodings have one ETag, want two")
	}
	for _, refused := range []string{"br", "gzip;q=0", "gzip; q=0.000", "xgzip", ""} {
		if got := s.get(script, cookie, "Accept-Encoding: "+refused).Header.Get("Content-Encoding"); got != "" {
			t.Errorf("Accept-Encoding %q: got %s, want no encoding", refused, got)
		}
	}
	etag := plain.Header.Get("ETag")
	for _, match := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
		resp := s.get(script, cookie, "If-None-Match: "+match)
		if got := body(t, resp); resp.StatusCode != http.StatusNotModified || got != "" || resp.Header.Get("ETag") != etag || resp.Header.Get("Cache-Control") != forever {
			t.Errorf("%s: got %s, %q, %v, want 304 without a body", match, resp.Status, got, resp.Header)
		}
	}
	if resp := s.get(script, cookie, "If-None-Match: "+zipped.Header.Get("ETag")); resp.StatusCode != http.StatusOK {
		t.Errorf("with the other encoding's ETag: got %s, want 200", resp.Status)
	}
}

func TestPageIsAtTheBasePath(t *testing.T) {
	s := newService(t, func(c *Config) { c.BasePath = "poker" })
	resp := s.get("/poker/")
	got := body(t, resp)
	if !regexp.MustCompile(`^<base href="/poker/"><script src="/poker/v/[0-9a-f]{12}/js/app\.js">1\.2\.3</script>$`).MatchString(got) {
		t.Errorf("got page %s, want base path, hash and version filled in", got)
	}
	if resp := s.get("/poker"); resp.StatusCode != http.StatusTemporaryRedirect || resp.Header.Get("Location") != "/poker/" {
		t.Errorf("without the slash: got %s, want a redirect to /poker/", resp.Status)
	}
	for _, path := range []string{"/", "/r/x", "/connect", "/healthz", "/pokerx"} {
		if resp := s.get(path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %s, want 404", path, resp.Status)
		}
	}
	for _, path := range []string{"/poker/r/x", "/poker/healthz", "/poker/favicon.svg"} {
		if resp := s.get(path); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: got %s, want 200", path, resp.Status)
		}
	}
	if resp := s.get("/poker/connect"); resp.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("connect: got %s, want 426", resp.Status)
	}
}

// What a chat reads of a link has the whole address of the picture.
func TestPageAndManifestNameTheirPlace(t *testing.T) {
	with := maps.Clone(page)
	with["index.html"] = &fstest.MapFile{Data: []byte(`{{origin}}{{base}}icons/192.png`)}
	for want, origins := range map[string][]string{
		"https://poker.example.com/poker/icons/192.png": {publicOrigin, "http://pokey.lan"},
		"/poker/icons/192.png":                          nil,
	} {
		s := newService(t, func(c *Config) { c.Static, c.PublicOrigins, c.BasePath = with, origins, "/poker/" })
		if got := body(t, s.get("/poker/")); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		const manifest = `{"name":"Pokey","start_url":"/poker/"}`
		if got := body(t, s.get("/poker/manifest.webmanifest")); got != manifest {
			t.Errorf("got manifest %s, want %s", got, manifest)
		}
	}
}

// TestChangedFileChangesAllPaths changes one byte of one file.
func TestChangedFileChangesAllPaths(t *testing.T) {
	before := newService(t, nil).tree()
	changed := maps.Clone(page)
	changed["css/app.css"] = &fstest.MapFile{Data: append([]byte("/**/"), page["css/app.css"].Data...)}
	after := newService(t, func(c *Config) { c.Static = changed }).tree()
	if before == after || before != newService(t, nil).tree() {
		t.Errorf("got hash %s, then %s for a changed file, want another one, and the first one again without the change", before, after)
	}
}

// A style sheet is sent with those that it imports, and as it is if it imports
// what is not there.
func TestStyleSheetsAreSentWithTheirImports(t *testing.T) {
	with := maps.Clone(page)
	with["css/page.css"] = &fstest.MapFile{Data: []byte("@layer a;\n@import \"card.css\";\n@import \"none.css\";\nb{top:0}\n")}
	with["css/card.css"] = &fstest.MapFile{Data: []byte("@layer a {\n  i { left: 0 }\n}\n")}
	s := newService(t, func(c *Config) { c.Static = with })
	got := body(t, s.get(s.tree()+"css/page.css", s.cookie()))
	if want := `@layer a;@layer a{i{left:0}}@import "none.css";b{top:0}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestQR reads the picture back and compares it with the code of the URL.
func TestQR(t *testing.T) {
	s := newService(t, func(c *Config) { public(c); c.BasePath = "/poker" })
	room := s.room()
	got := body(t, s.get("/poker/qr/"+room+".svg"))
	want, err := qr.Encode(publicOrigin+"/poker/r/"+room, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	var svg struct {
		ViewBox string `xml:"viewBox,attr"`
		Paths   []struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal([]byte(got), &svg); err != nil || len(svg.Paths) != 2 {
		t.Fatalf("got %.300s, %v, want an SVG of two paths", got, err)
	}
	if side := want.Size + 2*quiet; svg.ViewBox != fmt.Sprintf("0 0 %d %d", side, side) {
		t.Errorf("got view box %s, want 0 0 %d %d", svg.ViewBox, side, side)
	}
	black := map[[2]int]bool{}
	for run := range strings.SplitSeq(strings.TrimSuffix(svg.Paths[1].D, "z"), "z") {
		var x, y, n, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &n, &back); err != nil || n != back {
			t.Fatalf("path %q: got %v, want a run that goes back as far as it came", run, err)
		}
		for i := range n {
			black[[2]int{x + i, y}] = true
		}
	}
	for y := range want.Size + 2*quiet {
		for x := range want.Size + 2*quiet {
			if black[[2]int{x, y}] != want.Black(x-quiet, y-quiet) {
				t.Fatalf("module %d,%d: got %t, want %t", x, y, black[[2]int{x, y}], !black[[2]int{x, y}])
			}
		}
	}
}

func TestQRWithoutPublicOrigin(t *testing.T) {
	s := newService(t, nil)
	room := s.room()
	code, err := qr.Encode("http://localhost:8080/r/"+room, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	if got := body(t, s.get("/qr/"+room+".svg", "Host: localhost:8080")); got != string(drawQR(code)) {
		t.Error("got the code of another address, want that of http://localhost:8080")
	}
}

func TestMinified(t *testing.T) {
	for name, row := range map[string]struct{ in, want string }{
		"a.js":     {"// why\nimport { b } from './b.js';\nexport const a = () => b ? 1 : 2; // so\n", "import{b}from\"./b.js\";export const a=()=>b?1:2"},
		"a.css":    {"/* why */\n@layer base {\n  a { color: light-dark(#fff, #000); }\n}\n", "@layer base{a{color:light-dark(#fff,#000)}}"},
		"bad.js":   {"const = ;", "const = ;"},
		"icon.svg": {"<svg> <!-- why --> </svg>", "<svg> <!-- why --> </svg>"},
	} {
		data := []byte(row.in)
		if got := string(minified(name, data)); got != row.want {
			t.Errorf("%s: got %s, want %s", name, got, row.want)
		}
		if string(data) != row.in {
			t.Errorf("%s: got %s left behind, want what was given", name, data)
		}
	}
}
