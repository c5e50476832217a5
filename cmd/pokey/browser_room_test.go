package main

import (
	"fmt"
	"strings"
	"testing"
)

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

// What is to be pressed next does not slide away while the cards turn, and the
// owner's long topic begins with its first line after it was typed.
func TestBrowserNothingSlides(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada", screen(1280, 800, false))
	server.guest(t, link, "Ben").estimates("3", "")
	ada.fill("[data-topic]", strings.Repeat("a long topic ", 15))
	ada.keys("\r")
	ada.until(`document.activeElement.tagName !== 'TEXTAREA'`)
	if got := get[int](ada, `document.querySelector('[data-topic]').scrollTop`); got != 0 {
		t.Errorf("got the topic scrolled by %d px, want 0", got)
	}
	ada.card("5")
	ada.until(`document.querySelectorAll('.seat .card').length === 2`)
	ada.button("Reveal")
	top := `Math.round([...document.querySelectorAll('.end .primary')].at(-1).getBoundingClientRect().top)`
	ada.until(`document.querySelector('.end .primary')`)
	first := get[int](ada, top)
	ada.until(`document.getAnimations().every(a => a.playState !== 'running') && !document.querySelector('[aria-disabled=true]')`)
	if last := get[int](ada, top); last != first {
		t.Errorf("got Next at %d px and then at %d px, want it to stay", first, last)
	}
}

// In forced colours the bars and the picked card are still there.
func TestBrowserForcedColours(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada", screen(1280, 800, false), media("forced-colors", "active"))
	server.guest(t, link, "Ben").estimates("3", "")
	ada.card("5")
	ada.picked("5")
	if got := get[string](ada, `getComputedStyle(document.querySelector('.hand .picked .face')).outlineStyle`); got != "solid" {
		t.Errorf("got the outline %s of the picked card, want solid", got)
	}
	ada.until(`document.querySelectorAll('.seat .card').length === 2`)
	ada.button("Reveal")
	ada.until(`document.querySelector('.pile:not(.none)')`)
	if got := get[bool](ada, `getComputedStyle(document.querySelector('.pile:not(.none)')).backgroundColor === getComputedStyle(document.body).backgroundColor`); got {
		t.Error("got bars in the colour of the page, want another")
	}
}

// A seat opens what concerns the one who sits there.
func TestBrowserSeatsOpen(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada", screen(390, 844, true))
	server.guest(t, link, "Ben")
	ada.until(`document.querySelectorAll('.seat .dots').length === 1`)
	ada.press(`[data-member] button.who:has(.dots)`)
	ada.until(`document.querySelector('dialog.person[open] h2')?.textContent === 'Ben'`)
	ada.closeDialog()
	ada.press(`[data-member] button.who:not(:has(.dots))`)
	ada.until(`document.querySelector('dialog.me[open]')`)
	ada.closeDialog()
	ada.dialog("Options", "options")
	ada.pressSaid("dialog button", "Ben")
	ada.until(`document.querySelector('dialog.person[open]')`)
}
