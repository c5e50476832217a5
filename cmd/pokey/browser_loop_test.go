package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// A pasted list starts where there is no topic, and a topic further down can be
// estimated at once without losing the one on the table.
func TestBrowserAListStarts(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada", screen(1280, 800, false))
	bob := join(t, link, "Bob")
	ada.dialog("Topics", "topics")
	ada.until(`document.activeElement.matches('[data-paste]')`)
	ada.fill("[data-paste]", "Login\nLogout\nSearch\nExport")
	ada.button("Add 4 topics")
	bob.until(`document.querySelector('.topic h1').textContent === 'Login' && document.querySelectorAll('.next li').length === 3`)
	bob.sees("Round 1")
	ada.closeDialog()
	ada.button("Estimate this now: Search")
	bob.until(`document.querySelector('.topic h1').textContent === 'Search'`)
	bob.until(`[...document.querySelectorAll('.next li')].map(e => e.textContent).join() === 'Login,Logout,Export'`)

	// A list that has no topic on the table offers its first.
	ada.fill("[data-topic]", "")
	ada.keys("\r")
	ada.button("Start: Login →")
	bob.until(`document.querySelector('.topic h1').textContent === 'Login'`)
}

// Where all say the same nobody needs to note it; the history has it.
func TestBrowserUnanimousRound(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	ada.card("3")
	bob.card("3")
	ada.until(`document.querySelectorAll('.seat .card').length === 2`)
	ada.button("Reveal")
	bob.sees("Agreed on 3")
	ada.until(`!document.querySelector('[aria-disabled=true]')`)
	ada.press(`.scale [data-card="3"]`) // takes it back
	bob.until(`!document.querySelector('.settled')`)
	ada.keys("3") // a digit agrees
	bob.sees("Agreed on 3")
	ada.button("Next round")
	ada.sees("Saved to history")
	ada.dialog("History", "history")
	ada.until(`document.querySelector('.rounds .result')?.textContent === '3'`)
}

// A phone after the reveal: the hint is there, the dock is small, the cards are
// one row, long reasons are cut, and who is away keeps a whole card.
func TestBrowserPhoneAfterTheReveal(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada", screen(390, 844, true), media("prefers-reduced-motion", "reduce"))
	server.guest(t, link, "Ben").estimates("3", "small")
	cleo := server.guest(t, link, "Cleo")
	cleo.estimates("13", strings.Repeat("Nobody has touched that code. ", 12))
	ada.card("5")
	ada.until(`document.querySelectorAll('.seat .card').length === 3`)
	_ = cleo.conn.CloseNow()
	ada.until(`document.querySelector('.seat.away')`)
	ada.button("Reveal")
	ada.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
	ada.sees("Tap the card you agree on")
	if got := get[int](ada, `Math.round(document.querySelector('.dock').getBoundingClientRect().height)`); got > 300 {
		t.Errorf("got a dock of %d px, want at most 300", got)
	}
	rows := `new Set([...document.querySelectorAll('.scale .card')].filter(e => e.checkVisibility()).map(e => e.offsetTop)).size`
	if got := get[int](ada, rows); got != 1 {
		t.Errorf("got %d rows of cards, want 1", got)
	}
	if got := get[float64](ada, `Number(getComputedStyle(document.querySelector('.seat.away .face')).opacity)`); got != 1 {
		t.Errorf("got a revealed card at opacity %v while its owner is away, want 1", got)
	}
	if got := get[string](ada, `[...document.querySelectorAll('.speaker')].sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map(e => e.querySelector('b').textContent).join()`); got != "Ben,Cleo" {
		t.Errorf("got the reasons of %s, want Ben,Cleo", got)
	}
	height := `document.querySelector('.comment.long, .speaker:last-of-type .comment').offsetHeight`
	cut := get[int](ada, height)
	ada.press(".speaker .more")
	ada.until(`!document.querySelector('.comment.long')`)
	if whole := get[int](ada, `Math.max(...[...document.querySelectorAll('.comment')].map(e => e.offsetHeight))`); whole <= cut {
		t.Errorf("got %d px of the whole reason, want more than %d", whole, cut)
	}
	ada.press(".scale .other button")
	ada.until(`[...document.querySelectorAll('.scale .card')].every(e => e.checkVisibility())`)
	ada.press(`.scale [data-card="34"]`)
	ada.sees("Agreed on 34")
}

// Nothing scrolls but what is to be scrolled, however many there are.
func TestBrowserNoBlankSpace(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada", screen(390, 844, true), media("prefers-reduced-motion", "reduce"))
	for i := range 19 {
		server.guest(t, link, fmt.Sprintf("Person %d %s", i, strings.Repeat("x", i))).estimates([]string{"1", "5", "13"}[i%3], strings.Repeat("a reason ", i))
	}
	ada.card("5")
	ada.until(`document.querySelectorAll('.seat .card').length === 20`)
	whole := func(state string) {
		t.Helper()
		if got := get[[]int](ada, `[document.documentElement.scrollHeight, innerHeight, document.documentElement.scrollWidth, innerWidth]`); got[0] > got[1] || got[2] > got[3] {
			t.Errorf("%s: got a document of %d by %d px, want at most %d by %d", state, got[2], got[0], got[3], got[1])
		}
	}
	whole("hidden")
	ada.button("Reveal")
	ada.until(`document.querySelectorAll('.seat .card.open').length === 20`)
	whole("revealed")
}

// On a phone held sideways the hand is on the screen.
func TestBrowserPhoneOnItsSide(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada", screen(844, 390, true), media("prefers-reduced-motion", "reduce"))
	server.guest(t, link, "Ben").estimates("3", "small")
	ada.card("5")
	ada.until(`document.querySelectorAll('.seat .card').length === 2`)
	if got := get[int](ada, `Math.round(Math.max(...[...document.querySelectorAll('.hand .card')].map(e => e.getBoundingClientRect().bottom)))`); got > 390 {
		t.Errorf("got the hand down to %d px, want at most 390", got)
	}
}

// The focus stays on a card while the cards turn.
func TestBrowserFocusStays(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	server.guest(t, link, "Ben").estimates("3", "")
	ada.card("5")
	get[any](ada, `(document.querySelector('.hand [data-card="5"]').focus(), null)`)
	ada.keys("r")
	ada.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
	if got := get[string](ada, `document.activeElement.dataset.card ?? document.activeElement.tagName`); got != "5" {
		t.Errorf("got the focus on %s after the reveal, want the card 5", got)
	}
	get[any](ada, `([...document.querySelectorAll('.end button')].at(-1).focus(), null)`)
	ada.keys("\r")
	ada.until(`!document.querySelector('.revealed') && document.activeElement.closest('.dock')`)
}

// A reason that waits for its card survives a reload.
func TestBrowserDraftsSurvive(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	ada.fill(".reason textarea", "the parser is old")
	ada.visit(link)
	ada.until(`document.querySelector('.reason textarea')?.value === 'the parser is old'`)
	ada.card("8")
	ada.until(`document.querySelector('.reason .saved')`)
	ada.visit(link)
	ada.until(`document.querySelector('.reason textarea')?.value === 'the parser is old' && document.querySelector('.reason .saved')`)
}

// A refused name says so where it was typed.
func TestBrowserNameIsRefusedInPlace(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada := browse(t, server.url+"/")
	ada.press(".landing .primary")
	ada.until(`document.querySelector('#strip-name')`)
	ada.fill("#strip-name", "…")
	ada.keys("\r")
	ada.until(`document.querySelector('.strip .fault') && !document.querySelector('.toast')`)
	ada.call("Ada")
	ada.until(`!document.querySelector('.fault')`)
}

// Without scripts, without cookies and with a wrong path the page says so.
func TestBrowserBlockedThings(t *testing.T) {
	t.Parallel()
	server := listen(t)
	t.Run("scripts", func(t *testing.T) {
		t.Parallel()
		p := browse(t, server.url+"/", call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
		p.until(`document.body.innerText.includes('Pokey needs JavaScript')`)
	})
	t.Run("modules", func(t *testing.T) {
		t.Parallel()
		// What an old browser does with a script that it cannot read: nothing.
		p := browse(t, server.url+"/missing-script-test")
		p.until(`document.querySelector('h1')?.textContent === 'There is no such page'`)
		p.press("a.primary")
		p.until(`document.querySelector('.landing .primary')`)
	})
	t.Run("cookies", func(t *testing.T) {
		t.Parallel()
		block := `Object.defineProperty(document, 'cookie', {get: () => '', set() {}});
			WebSocket = class { constructor() { setTimeout(() => this.onclose({code: 1006})) } close() {} send() {} };`
		first := func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
			return call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: block})(ctx, target)
		}
		browse(t, server.url+"/", first).sees("Your browser blocks cookies for this site")
	})
}
