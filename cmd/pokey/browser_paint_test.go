package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// watchPaint keeps what the browser says of its painting.
const watchPaint = `window.painted = {largest: 0, shift: 0, shifted: []};
new PerformanceObserver((all) => all.getEntries().forEach((e) => { painted.largest = e.startTime })).observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver((all) => all.getEntries().forEach((e) => {
	painted.shift += e.value
	painted.shifted.push(...e.sources.map(({node}) => (node?.outerHTML ?? node?.data ?? '').slice(0, 80)))
})).observe({type: 'layout-shift', buffered: true});`

// firstPaint holds once something of the page is on the screen.
const firstPaint = `performance.getEntriesByName('first-contentful-paint').length > 0`

// beforehand runs a script in each document before its own.
func beforehand(script string) chromedp.Action[chromedp.Void] {
	return call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// paints goes to a page as somebody does who follows a link, and does not wait for it.
func (p *person) paints(url string) {
	p.t.Helper()
	p.do(beforehand(watchPaint),
		chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`void setTimeout(() => { location.href = %q })`, url)))
	p.until(`location.href === %q && %s`, url, firstPaint)
}

// slow is a way to a server on which documents come at once, and what they load when
// it is let go.
type slow struct {
	url   string
	mu    sync.Mutex
	held  chan struct{}
	inner http.Handler
}

func slowly(t *testing.T, args ...string) *slow {
	t.Helper()
	s := &slow{held: make(chan struct{})}
	s.letGo()
	front := httptest.NewServer(s)
	t.Cleanup(func() { s.letGo(); front.Close() })
	s.url = front.URL
	to, err := url.Parse(listen(t, append(args, "-public-origin", front.URL)...).url)
	if err != nil {
		t.Fatal(err)
	}
	s.inner = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}
	return s
}

func (s *slow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, "/v/") {
		s.mu.Lock()
		held := s.held
		s.mu.Unlock()
		<-held
	}
	s.inner.ServeHTTP(w, r)
}

func (s *slow) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = make(chan struct{})
}

func (s *slow) letGo() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.held:
	default:
		close(s.held)
	}
}

// keepShell remembers what the document came with, and where it is.
const keepShell = `(window.shell = [...document.querySelectorAll('#page > div, #page > div *')].map((e) => [e, e.getBoundingClientRect(), e.textContent])).length`

// leftShell is what of the document's first picture is gone, says something else or is
// elsewhere once the page has taken over.
const leftShell = `shell.filter(([e, was, said]) => !e.closest('.loading, .fan .card')).flatMap(([e, was, said]) => {
	const now = e.getBoundingClientRect()
	const far = Math.max(...['x', 'y', 'width', 'height'].map((side) => Math.abs(now[side] - was[side])))
	return e.matches('.landing, .landing > main, .room > .play, .room') && e.isConnected ? [] : !e.isConnected || far > 1 || (e.textContent !== said && !e.matches('.bar'))
		? [e.outerHTML.slice(0, 90) + ': ' + (e.isConnected ? far + ' px' : 'gone')] : []
})`

// The document alone is a page: its first paint waits for no other request, is in the
// user's language, direction and colours, and is taken over by the script without
// moving anything.
func TestBrowserFirstPaint(t *testing.T) {
	t.Parallel()
	dark := media("prefers-color-scheme", "dark")
	hasBeen := beforehand(`try { localStorage['pokey.rooms'] = JSON.stringify(['Login', 'Search', ''].map((topic, i) => ({id: 'room' + i, topic, at: Date.now() - 7e6}))) } catch {}`)
	desktop, phone := screen(1280, 800, false), screen(390, 844, true)
	for name, row := range map[string]struct {
		where, sees, lang, dir, colour string
		first                          []chromedp.Action[chromedp.Void]
	}{
		"start":           {"start", "Planning poker without the fuss", "en", "ltr", "rgb(242, 239, 232)", []chromedp.Action[chromedp.Void]{desktop}},
		"start-phone":     {"start", "Planning Poker ohne Umstände", "de", "ltr", "rgb(20, 21, 27)", []chromedp.Action[chromedp.Void]{phone, dark, speaks("de-AT,en")}},
		"start-rtl":       {"start", "تخطيط", "ar", "rtl", "rgb(242, 239, 232)", []chromedp.Action[chromedp.Void]{desktop, speaks("ar-EG")}},
		"start-rtl-phone": {"start", "تخطيط", "ar", "rtl", "rgb(20, 21, 27)", []chromedp.Action[chromedp.Void]{phone, dark, speaks("ar")}},
		"start-visited":   {"start", "Planning poker without the fuss", "en", "ltr", "rgb(242, 239, 232)", []chromedp.Action[chromedp.Void]{desktop, hasBeen}},
		"room":            {"room", "One moment", "en", "ltr", "rgb(242, 239, 232)", []chromedp.Action[chromedp.Void]{desktop}},
		"room-phone":      {"room", "Um mo", "pt-BR", "ltr", "rgb(20, 21, 27)", []chromedp.Action[chromedp.Void]{phone, dark, speaks("sv,pt-PT,en")}},
		"room-rtl":        {"room", "", "ar", "rtl", "rgb(20, 21, 27)", []chromedp.Action[chromedp.Void]{desktop, dark, speaks("ar")}},
		"stage":           {"stage", "One moment", "en", "ltr", "rgb(242, 239, 232)", []chromedp.Action[chromedp.Void]{desktop}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := slowly(t, "-base-path", "/poker/")
			address := server.url + "/poker/"
			if row.where != "start" {
				ada := browse(t, address)
				ada.press(".landing .primary")
				ada.until(`document.querySelector('.hand .card')`)
				address = get[string](ada, `location.href`) + map[string]string{"stage": "/stage"}[row.where]
			}
			server.hold()
			p := browse(t, "about:blank", row.first...)
			p.paints(address)
			p.sees(row.sees)
			got := get[[]string](p, `(({lang, dir}, s) => [lang, dir, s.backgroundColor])(document.documentElement, getComputedStyle(document.documentElement))`)
			if want := []string{row.lang, row.dir, row.colour}; !slices.Equal(got, want) {
				t.Errorf("first paint: got %v, want %v", got, want)
			}
			if blocking := get[[]string](p, `performance.getEntriesByType('resource').filter((e) => e.renderBlockingStatus === 'blocking').map((e) => e.name)`); len(blocking) > 0 {
				t.Errorf("first paint: got requests %v that it waits for, want none", blocking)
			}
			if kept := get[int](p, keepShell); kept < 5 {
				t.Errorf("first paint: got %d elements, want a page", kept)
			}
			p.snapshot("shell-" + name)
			server.letGo()
			p.until(`document.documentElement.dataset.page === 'here' && document.querySelector('.landing footer select, .room:not([aria-busy])')`)
			if left := get[[]string](p, leftShell); len(left) > 0 {
				t.Errorf("taken over: got changes\n%s\nwant none", strings.Join(left, "\n"))
			}
			p.snapshot("taken-" + name)
			if shift := get[float64](p, `painted.shift`); shift > 0.001 {
				t.Errorf("got a layout shift of %.4f, want none: %q", shift, get[[]string](p, `painted.shifted`))
			}
		})
	}
}

// snapshot writes what is on the screen at this moment, where POKEY_SHOTS says to.
func (p *person) snapshot(name string) {
	p.t.Helper()
	if dir := os.Getenv("POKEY_SHOTS"); dir != "" {
		p.wants(func(ctx context.Context) error {
			shot, err := p.tab.screenshot(ctx)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o600)
		})
	}
}

// A document that comes in pieces is painted when it is whole: its pieces would move
// each other.
func TestBrowserHalfADocument(t *testing.T) {
	t.Parallel()
	server := slowly(t)
	whole := server.inner
	rest := make(chan struct{})
	server.inner = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			whole.ServeHTTP(w, r)
			return
		}
		r.Header.Del("Accept-Encoding")
		all := httptest.NewRecorder()
		whole.ServeHTTP(all, r)
		maps.Copy(w.Header(), all.Header())
		text := all.Body.String()
		at := strings.Index(text, `<ul class="fan"`)
		_, _ = io.WriteString(w, text[:at])
		_ = http.NewResponseController(w).Flush()
		<-rest
		_, _ = io.WriteString(w, text[at:])
	})
	p := browse(t, "about:blank", screen(390, 844, true), beforehand(watchPaint))
	p.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`void setTimeout(() => { location.href = %q })`, server.url+"/")))
	p.until(`document.querySelector('.by-code')`)
	if got := get[bool](p, `document.querySelector('.lead').checkVisibility({visibilityProperty: true})`); got {
		t.Error("got half a document shown, want nothing before it is whole")
	}
	close(rest)
	p.until(`document.documentElement.dataset.page === 'here' && %s`, firstPaint)
	if shift := get[float64](p, `painted.shift`); shift > 0.001 {
		t.Errorf("got a layout shift of %.4f, want none: %q", shift, get[[]string](p, `painted.shifted`))
	}
}

// What is pressed and typed before the page can act is not lost.
func TestBrowserEarlyBirds(t *testing.T) {
	t.Parallel()
	server := slowly(t)
	server.hold()
	ada, bob := browse(t, "about:blank"), browse(t, "about:blank")
	ada.paints(server.url + "/")
	ada.press(".landing .primary")
	bob.paints(server.url + "/")
	bob.fill("[data-code]", "abc")
	bob.keys("\r")
	bob.keys("d")
	server.letGo()
	ada.until(`document.querySelector('.hand .card')`)
	bob.sees("No room has this code")
	if got := get[string](bob, `document.activeElement.value`); got != "abcd" {
		t.Errorf("got %q in the field that has the focus, want what was typed there", got)
	}
}

// A language that was chosen before is that of the first paint. Where the server does
// not know of it, no other one is shown.
func TestBrowserFirstPaintInTheChosenLanguage(t *testing.T) {
	t.Parallel()
	address := listen(t).url
	ada := browse(t, address+"/")
	ada.until(`document.querySelector('.landing footer select')`)
	get[any](ada, `(localStorage.setItem('pokey.language', '"ar"'), null)`)
	ada.visit(address + "/?1") // the server hears of it
	ada.until(`document.documentElement.dir === 'rtl' && document.querySelector('.landing footer select')`)
	if got := get[string](ada, `document.documentElement.dataset.language`); got != "en" {
		t.Fatalf("got a document in %s, want one in English: else the test is blind", got)
	}
	ada.visit(address + "/")
	ada.until(`document.documentElement.dataset.language === 'ar' && document.documentElement.dir === 'rtl'`)
	ada.until(`document.querySelector('.landing footer select')`)
	get[any](ada, `(s => (s.value = 'de', s.dispatchEvent(new Event('change'))))(document.querySelector('.landing footer select')) && null`)
	ada.sees("Planning Poker ohne Umstände")
	ada.visit(address + "/?2")
	ada.until(`document.documentElement.dataset.language === 'de'`)
}
