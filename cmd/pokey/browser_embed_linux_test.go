package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
)

// frameTab is a tab that reaches into the frame of the page it shows.
type frameTab interface {
	// frame is the tab with the only frame of its page as what it shows.
	frame(ctx context.Context) (screenTab, error)
}

func (f *firefoxTab) frame(ctx context.Context) (screenTab, error) {
	type tree struct {
		Context  string
		Children []tree
	}
	all, err := result[struct{ Contexts []tree }](ctx, f.bidi, "browsingContext.getTree", fields{"root": f.context})
	if err != nil {
		return nil, err
	}
	if len(all.Contexts) != 1 || len(all.Contexts[0].Children) != 1 {
		return nil, errors.New("no frame")
	}
	return &firefoxTab{f.bidi, all.Contexts[0].Children[0].Context}, nil
}

func (w *webkitTab) frame(ctx context.Context) (screenTab, error) {
	return w, w.post(ctx, "/frame", fields{"id": 0})
}

// A site that the operator names shows the page in a frame. Where the browser gives
// frames a cookie of their own, one opens a room there, estimates and is the same
// after a reload; where it gives them none, the page says so.
func (e *elsewhere) embedded(t *testing.T) {
	var inner http.Handler
	pokey := overHTTPS(t, "127.0.0.1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { inner.ServeHTTP(w, r) }))
	page := pokey + "/"
	wiki := overHTTPS(t, "localhost", framing(&page))
	server := listen(t, "-public-origin", pokey, "-embed-origin", wiki)
	to, err := url.Parse(server.url)
	if err != nil {
		t.Fatal(err)
	}
	inner = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}

	ada := e.framedAt(t, wiki)
	ada.until(`document.querySelector('.landing .primary')`)
	e.keep(ada, "embedded")
	if e.name == "webkit" { // which has no partitioned cookies
		ada.until(`document.body.innerText.includes('Your browser blocks cookies for this site')`)
		return
	}
	get[any](ada, `void document.querySelector('.landing .primary').click()`)
	ada.until(`document.querySelector('.deck .card[data-card="5"]')`)
	get[any](ada, `void document.querySelector('.deck .card[data-card="5"]').click()`)
	ada.picked("5")
	inFrame := get[string](ada, userOf)
	get[any](ada, `void setTimeout(() => location.reload())`)
	ada.picked("5")
	if got := get[string](ada, userOf); got != inFrame {
		t.Errorf("loaded again in the frame: got user %s, want %s as before", got, inFrame)
	}
}

// framedAt is a new person in the frame of a page.
func (e *elsewhere) framedAt(t *testing.T, address string) *person {
	t.Helper()
	p := &person{t: t, ctx: context.WithoutCancel(t.Context()), tab: e.open(t)}
	p.visit(address)
	tab, ok := p.tab.(frameTab)
	if !ok {
		t.Fatal("the tab reaches into no frames")
	}
	p.poll("a frame", func(ctx context.Context) bool {
		inside, err := tab.frame(ctx)
		if err == nil {
			p.tab = inside
		}
		return err == nil
	})
	if got := get[string](p, `location.origin`); strings.HasPrefix(address, got) {
		t.Fatalf("got the page %s itself, want its frame", got)
	}
	return p
}
