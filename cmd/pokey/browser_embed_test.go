package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// overHTTPS serves a handler over https at a name of this machine.
func overHTTPS(t *testing.T, host string, handler http.Handler) string {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.StartTLS()
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "127.0.0.1", host, 1)
}

// framing is a page with the given page in a frame.
func framing(page *string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<title>Wiki</title><iframe width=900 height=700 allow="clipboard-write" src=%q onload="framed=1"></iframe>`, *page)
	})
}

// frame is the person in the frame of another site that their tab shows.
func (p *person) frame(url string) *person {
	p.t.Helper()
	var found chromedp.ContextOption
	p.poll("a frame of "+url, func(ctx context.Context) bool {
		targets, err := chromedp.Targets(ctx)
		for _, target := range targets {
			if target.Type == "iframe" && strings.HasPrefix(target.URL, url) {
				found = chromedp.WithTargetID(target.TargetID)
			}
		}
		return err == nil && found != nil
	})
	return open(p.t, p.ctx, nil, found)
}

// userOf is who the person's page is for the server.
const userOf = `new Promise((done, fail) => {
	const s = new WebSocket(location.origin.replace('http', 'ws') + '/connect')
	s.onmessage = e => { done(JSON.parse(e.data).userId); s.close() }
	s.onerror = () => fail(Error('no connection'))
})`

// A site that the operator names shows the page in a frame, where one opens a room,
// estimates and finds oneself again after a reload. In the frame the user is another
// one than outside. No other site can do that.
func TestBrowserEmbedded(t *testing.T) {
	t.Parallel()
	var inner http.Handler
	pokey := overHTTPS(t, lanHost, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { inner.ServeHTTP(w, r) }))
	page := pokey + "/"
	wiki := overHTTPS(t, wikiHost, framing(&page))
	stranger := overHTTPS(t, "127.0.0.1", framing(&page))
	server := listen(t, "-public-origin", pokey, "-embed-origin", wiki)
	to, err := url.Parse(server.url)
	if err != nil {
		t.Fatal(err)
	}
	inner = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}

	ada := browse(t, wiki)
	framed := ada.frame(pokey)
	framed.until(`document.querySelector('.landing .primary')`)
	get[any](framed, `document.querySelector('.landing .primary').click()`) // a frame of another site takes no input events
	framed.until(`document.querySelector('.deck .card[data-card="5"]')`)
	get[any](framed, `document.querySelector('.deck .card[data-card="5"]').click()`)
	framed.picked("5")
	inFrame := get[string](framed, userOf)

	page = get[string](framed, `location.href`)
	ada.visit(wiki)
	framed = ada.frame(page)
	framed.picked("5")
	if got := get[string](framed, userOf); got != inFrame {
		t.Errorf("loaded again in the frame: got user %s, want %s as before", got, inFrame)
	}

	outside := ada.secondTab(pokey + "/")
	if got := get[string](outside, userOf); got == inFrame {
		t.Error("outside the frame: got the user of the frame, want another one")
	}

	ada.visit(stranger)
	ada.until(`'framed' in window`)
	ada.poll("that the browser says what it refused", func(context.Context) bool {
		ada.mu.Lock()
		defer ada.mu.Unlock()
		return len(ada.faults) > 0
	})
	ada.mu.Lock()
	defer ada.mu.Unlock()
	if len(ada.faults) != 1 || !strings.Contains(ada.faults[0], "frame-ancestors") {
		t.Errorf("in another site: got %q, want one frame that the browser refused", ada.faults)
	}
	ada.faults = nil
}
