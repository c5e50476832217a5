package main

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// types types a card of several keys, and again where they did not come as fast as the
// page waits for the next one.
func (p *person) types(keys, card string) {
	p.t.Helper()
	var typed time.Time
	p.poll("the card "+card, func(ctx context.Context) bool {
		picked, err := evaluate[string](ctx, p.tab, `document.querySelector('.hand .card.picked')?.dataset.card ?? ''`)
		if err == nil && picked == card {
			return true
		}
		if time.Since(typed) > 3*time.Second { // by when the page has taken something else
			p.keys(keys)
			typed = time.Now()
		}
		return false
	})
}

// Everything of a round without a pointer.
func TestBrowserKeys(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada := browse(t, server.url+"/")
	ada.until(`document.querySelector('.landing .primary')`)
	for !get[bool](ada, `document.activeElement.matches('.landing .primary')`) {
		ada.keys(kb.Tab)
	}
	ada.keys(kb.Enter)
	ada.until(`document.querySelector('.hand .card')`)

	// A digit that could go on waits; the first of two cards is not taken.
	ada.types("13", "13")
	ada.types("21", "21")
	ada.keys("8")
	ada.picked("8")
	ada.keys(kb.Backspace)
	ada.until(`!document.querySelector('.card.picked')`)

	// Arrows move along the cards, and the space bar takes one.
	ada.keys(kb.ArrowRight + kb.ArrowRight)
	ada.until(`document.activeElement.matches('.hand .card')`)
	ada.keys(kb.Home + kb.ArrowRight + kb.ArrowRight + " ")
	ada.picked("2")
	ada.visibleFocus()
	ada.keys(kb.End + kb.ArrowLeft + kb.Enter)
	ada.picked("?")

	// "?" is a card here, and shows the keys all the same.
	ada.keys("?")
	ada.until(`document.querySelector('dialog.keys[open]')`)
	ada.keys("3r")
	ada.keys(kb.Escape)
	ada.until(`!document.querySelector('dialog')`)
	ada.picked("?")
	ada.until(`document.activeElement.matches('.hand .card')`) // back where it was

	// While one types, letters are letters.
	ada.fill(".reason textarea", "")
	ada.keys("rc5?n")
	ada.until(`document.querySelector('.reason textarea').value === 'rc5?n' && !document.querySelector('dialog') && !document.querySelector('.revealed')`)
	ada.keys(kb.Enter)
	ada.fill("[data-topic]", "")
	ada.keys("crane 5")
	ada.keys(kb.Enter)
	ada.until(`document.querySelector('[data-topic]').value === 'crane 5' && document.activeElement === document.body`)
	ada.picked("?")
	ada.until(`document.querySelector('.seat .card')`) // which the server has as well

	const still = `!document.querySelector('[aria-disabled=true]')` // a moment after the cards turned keys do nothing
	ada.keys("r")
	ada.until(`document.querySelector('.revealed') && ` + still)
	ada.keys("z", chromedp.ModifierCtrl)
	ada.until(`!document.querySelector('.revealed') && ` + still)
	ada.picked("?")
	ada.keys("r")
	ada.until(`document.querySelector('.revealed') && ` + still)
	ada.keys("c")
	ada.until(`!document.querySelector('.revealed') && !document.querySelector('.seat .card')`)
	ada.sees("Round 2")
	ada.press("[data-undo=clear]")
	ada.sees("Round 1")
	ada.until(`document.querySelector('.revealed')`)
}

// A card that begins with the letter of a command is the card's.
func TestBrowserKeysOfCards(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, _ := openRoom(t, server, "Ada")
	ada.ownDeck("Ranks: C R XS XXL")
	ada.keys("c")
	ada.picked("C")
	ada.keys("r")
	ada.picked("R")
	ada.types("xx", "XXL")
	ada.until(`!document.querySelector('.revealed') && document.querySelector('.seat .card')`)
}

// Wherever the tabulator leads, one sees where one is.
func TestBrowserFocus(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, _ := openRoom(t, server, "Ada")
	seen := map[string]bool{}
	for range 40 {
		ada.keys(kb.Tab)
		name := get[string](ada, `(e => e === document.body ? '' : (e.getAttribute('aria-label') || e.textContent || e.className).trim())(document.activeElement)`)
		if name == "" { // the browser's own part of the round trip
			continue
		}
		if seen[name] {
			break
		}
		seen[name] = true
		ada.visibleFocus()
	}
	if len(seen) < 8 {
		t.Errorf("got %v by the tabulator, want at least 8 controls", seen)
	}
}

// visibleFocus fails unless the focused element has an outline.
func (p *person) visibleFocus() {
	p.t.Helper()
	p.until(`(e => { const s = getComputedStyle(e); return e.matches(':focus-visible') && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 })(document.activeElement)`)
}
