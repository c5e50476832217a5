package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// What may come over the wire the first time, headers and all, in bytes.
const (
	frontBudget = 25_000
	roomBudget  = 42_000
	// What a browser has that knows all the files.
	documentBudget = 8_000
)

// traffic is what one load of the page cost.
type traffic struct {
	bytes   float64
	cookies int
	urls    []string
	late    []string // scripts that only another script could name
}

// afterwards is what a room loads once it stands, which on a busy machine may be before
// anybody has looked; and what is no request.
var afterwards = regexp.MustCompile(`^data:|/(dialogs|people)(/index)?\.(js|css)$`)

// load waits until the page stands and sums up.
func (p *person) load() traffic {
	p.t.Helper()
	p.until(`document.readyState === 'complete' && document.documentElement.dataset.page === 'here'`)
	ahead := get[[]string](p, `[...document.querySelectorAll('link[rel=modulepreload]')].map((link) => link.href)`) // by the document
	var sum traffic
	aside := map[network.RequestID]bool{}
	for _, e := range p.network() {
		switch e := e.(type) {
		case *network.EventRequestWillBeSent:
			if aside[e.RequestID] = afterwards.MatchString(e.Request.URL); aside[e.RequestID] {
				continue
			}
			sum.urls = append(sum.urls, e.Request.URL)
			if e.Type == network.ResourceTypeScript && e.Initiator.Type != network.InitiatorTypeParser && !slices.Contains(ahead, e.Request.URL) {
				sum.late = append(sum.late, e.Request.URL)
			}
		case *network.EventLoadingFinished:
			if !aside[e.RequestID] {
				sum.bytes += e.EncodedDataLength
			}
		case *network.EventResponseReceivedExtraInfo:
			for name, value := range e.Headers {
				if strings.EqualFold(name, "Set-Cookie") {
					text, _ := value.(string)
					sum.cookies += 1 + strings.Count(text, "\n")
				}
			}
		}
	}
	return sum
}

// cold fails for what the first load of a page may not do.
func (p *person) cold(server *listening, budget float64) traffic {
	p.t.Helper()
	sum := p.load()
	p.t.Logf("cold: %.0f bytes in %d requests, %d of them late", sum.bytes, len(sum.urls), len(sum.late))
	if sum.bytes > budget || sum.bytes == 0 {
		p.t.Errorf("cold load: got %.0f bytes, want 1 to %.0f", sum.bytes, budget)
	}
	if sum.cookies != 1 {
		p.t.Errorf("cold load: got %d cookies, want 1", sum.cookies)
	}
	for _, url := range sum.urls {
		if !strings.HasPrefix(url, server.url+"/") {
			p.t.Errorf("cold load: got a request to %s, want requests to this server only", url)
		}
	}
	return sum
}

// warm fails if the second load of a page is more than its document, which set a cookie
// and was not kept, or if the third is not almost free.
func (p *person) warm(url, standing string) {
	p.t.Helper()
	for _, most := range []float64{documentBudget, 1500} {
		p.do(chromedp.Navigate("about:blank"))
		p.network()
		p.visit(url)
		p.until("%s", standing)
		if sum := p.load(); sum.bytes > most || sum.cookies != 0 {
			p.t.Errorf("warm load: got %.0f bytes and %d cookies, want at most %.0f and 0", sum.bytes, sum.cookies, most)
		}
	}
}

// settled says that also the modules are there that a room loads last.
const settled = `['js/views/dialogs/index.js', 'js/lang/en/dialogs.js', 'css/dialogs.css'].every((name) =>
	performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/' + name) && entry.responseEnd > 0))`

// What the page costs, the first time and afterwards.
func TestBrowserBudget(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada := browse(t, server.url+"/")
	for _, url := range ada.cold(server, frontBudget).late {
		t.Errorf("got a third round trip before the page can be used, for %s, want two", url)
	}
	ada.warm(server.url+"/", `document.querySelector('.landing .primary')`)

	_, link := openRoom(t, server, "Bob")
	cleo := browse(t, link)
	cleo.until(`document.querySelector('.hand .card')`)
	cleo.cold(server, roomBudget)
	cleo.until(settled) // or what comes later would be loaded by the next
	cleo.warm(link, `document.querySelector('.hand .card')`)
}
