package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// hostile is what somebody may call themselves, their reason or a topic.
var hostile = []string{
	`<script>pwned=1</script>`, `<img src=x onerror=pwned=1>`, `<svg onload=pwned=1>`, `"><b id=pwned>x</b>`, `' onfocus='pwned=1`,
	`javascript:pwned=1`, `</textarea><script>pwned=1`, `<iframe srcdoc="<a>x">`, `{{constructor("pwned=1")()}}`, `${pwned=1} a`,
	`<style>*{display:none}</style>`, `<a href=//evil.example>x</a>`, `<base href=//evil.example>`, `&lt;b&gt;x &amp;amp; y`, `<math><mtext><b>x`,
	`__proto__`, `constructor`, `toString`, `x]]><!--`, `%3Cscript%3E a`, `<noscript><p title="</noscript>x`, `{n} {name} {0}`,
}

// Whatever people write is text on every screen.
func TestBrowserHostileTexts(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	ada.ownDeck(`<b>x</b>: <b>x</b> "'>< {{1}} ${1} &lt <img> a/*b*/ __proto_`)
	cards := get[[]string](ada, `[...document.querySelectorAll('.hand .card .value')].map(e => e.textContent)`)
	if want := []string{"<b>x</b>", `"'><`, "{{1}}", "${1}", "&lt", "<img>", "a/*b*/", "__proto_"}; fmt.Sprint(cards) != fmt.Sprint(want) {
		t.Errorf("got the cards %q, want those that were set", cards)
	}
	elements := `document.querySelectorAll('script, style, iframe, base, noscript, math, #page a, #page b[id], #page img').length`
	server.guest(t, link, "Nobody")
	ada.until(`!document.querySelector('.alone')`)
	before := get[int](ada, elements)
	for i, text := range hostile {
		server.guest(t, link, text).estimates(cards[i%len(cards)], text)
	}
	ada.dialog("Topics", "topics")
	ada.fill("[data-paste]", strings.Join(hostile, "\n"))
	ada.button("Add ")
	ada.until(`document.querySelectorAll('.topic-list li').length === %d`, len(hostile))
	shown := func(selector string) {
		t.Helper()
		texts := get[[]string](ada, fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.textContent)`, selector))
		for _, text := range hostile {
			if !strings.Contains("\n"+strings.Join(texts, "\n")+"\n", "\n"+text+"\n") {
				t.Errorf("got no %[2]s that reads %[1]s, want one", text, selector)
			}
		}
	}
	shown(".topic-list .text")
	ada.closeDialog()
	shown(".seat .name")
	ada.button("Reveal")
	ada.until(`document.querySelectorAll('.speaker').length === %d`, len(hostile))
	shown(".speaker .comment")
	if after := get[int](ada, elements); after != before {
		t.Errorf("got %d elements, want %d: texts have become elements", after, before)
	}
	ada.settled()
	ada.button("Next topic") // one in the topic's field and the title
	ada.until(`document.querySelector('[data-topic]').value === %q && document.title.includes(%[1]q)`, hostile[0])
	ada.dialog("History", "history")
	ada.until(`document.querySelectorAll('.rounds li li').length === %d`, len(hostile))
	ada.closeDialog()
	if get[bool](ada, `'pwned' in window || document.getElementById('pwned') !== null`) {
		t.Error("got a text run as code, want it shown")
	}
}

// A page from elsewhere cannot speak for somebody, though on the same host
// their cookie goes along.
func TestBrowserForeignOrigin(t *testing.T) {
	t.Parallel()
	server := listen(t)
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<title>Evil</title>")
	}))
	defer evil.Close()
	ada, _ := openRoom(t, server, "Ada")
	connect := strings.Replace(server.url, "http", "ws", 1) + "/connect"
	dial := fmt.Sprintf(`new Promise(done => { const s = new WebSocket(%q); s.onopen = () => done('open'); s.onerror = () => done('refused') })`, connect)
	if got := get[string](ada, dial); got != "open" {
		t.Fatalf("got %s from the page itself, want a connection", got)
	}
	for _, from := range []string{evil.URL, strings.Replace(evil.URL, "127.0.0.1", "localhost", 1), strings.Replace(evil.URL, "127.0.0.1", lanHost, 1)} {
		ada.visit(from)
		ada.network()
		if got := get[string](ada, dial); got != "refused" {
			t.Errorf("from %s: got %s, want a refusal", from, got)
		}
		ada.poll("403 for "+from, func(context.Context) bool { return ada.sawRefusal() })
	}
}

func (p *person) sawRefusal() bool {
	for _, e := range p.network() {
		if e, ok := e.(*network.EventWebSocketFrameError); ok && strings.Contains(e.ErrorMessage, "403") {
			return true
		}
	}
	return false
}

// By plain http on a name of the LAN half of the web platform is missing. It is
// what self-hosted means.
func TestBrowserPlainHTTP(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	server := listenWith(t, func(string, string) (net.Listener, error) { return free, nil }, "-public-origin", "http://"+lanHost+":"+port)
	server.url = "http://" + lanHost + ":" + port
	ada, link := openRoom(t, server, "Ada")
	if get[bool](ada, `isSecureContext || 'randomUUID' in crypto || 'clipboard' in navigator`) {
		t.Fatal("got a secure context, want an insecure one")
	}
	bob := join(t, link, "Bob")
	bob.card("5")
	bob.picked("5")
	ada.card("8")
	ada.until(`document.querySelectorAll('.seat .card').length === 2`)
	ada.button("Reveal")
	bob.sees("Neighbours: 5 and 8")
	ada.dialog("Invite", "invite")
	ada.until(`document.querySelector('[data-link]').value === %q && document.querySelector('dialog .qr').naturalWidth > 0`, link)
	clipboard.Lock()
	defer clipboard.Unlock()
	ada.copies("Copy link", fmt.Sprintf(`document.querySelector('dialog .copy svg') || getSelection().toString() === %q`, link))
	ada.closeDialog()
	ada.dialog("History", "history")
	ada.copies("Copy as Markdown", copiedMarkdown)
}
