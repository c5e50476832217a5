package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What a meeting needs works in every browser that people come with.
func TestBrowsers(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	for name, start := range others {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &elsewhere{name, listen(t), start(t, "")}
			t.Run("round", e.round)
			t.Run("import", e.imports)
			t.Run("keyboard", e.keyboard)
			t.Run("phone", e.phone)
			t.Run("embedded", e.embedded)
		})
	}
}

// From nothing to the second topic, by two people on two screens.
func (e *elsewhere) round(t *testing.T) {
	ada := e.at(t, e.server.url+"/", 1280, 800)
	ada.until(`document.querySelector('.landing .primary')`)
	e.keep(ada, "landing")
	ada.press(".landing .primary")
	ada.call("Ada")
	ada.fill("[data-topic]", "Login page")
	ada.keys(kb.Enter)
	bob := e.at(t, get[string](ada, `location.href`), 1280, 800)
	bob.until(`document.querySelector('.topic h1')?.textContent === 'Login page'`)
	bob.fill("#strip-name", "Bob")
	bob.button("Save")
	ada.until("%s", seat("Bob"))

	bob.fill(".reason textarea", "legacy parser")
	bob.card("13")
	bob.picked("13")
	ada.card("5")
	ada.picked("5")
	ada.until(`document.querySelectorAll('.seat .card').length === 2`)
	e.keep(ada, "hidden")
	if html := get[string](ada, `document.querySelector('.play').outerHTML`); strings.Contains(html, "legacy") {
		t.Errorf("got Bob's reason on Ada's screen before the reveal, want nothing of it")
	}
	ada.button("Reveal")
	for _, p := range []*person{ada, bob} {
		p.until(`%s.querySelector('.value').textContent === '13' && %s.querySelector('.value').textContent === '5'`, seat("Bob"), seat("Ada"))
		p.sees("Two camps: 5 and 13")
		p.sees("legacy parser")
	}
	ada.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
	ada.card("8")
	bob.sees("Agreed on 8")
	e.keep(ada, "agreed")
	ada.button("Next topic")
	for _, p := range []*person{ada, bob} {
		p.sees("Round 2")
		p.until(`!document.querySelector('.seat .card, .card.picked') && document.querySelector('.reason textarea').value === ''`)
	}
	// A menu opens beside its button and is on the screen whole.
	ada.press(".timer.idle button")
	ada.until(`document.querySelector('.menu:popover-open')`)
	e.keep(ada, "menu")
	if far := get[float64](ada, menuDistance); far > 24 {
		t.Errorf("got the menu %v px from its button, want it beside it and on the screen", far)
	}
	ada.keys(kb.Escape)
	ada.until(`!document.querySelector('.menu:popover-open')`)
}

// menuDistance is how far the open menu is from its button or off the screen.
const menuDistance = `(() => {
	const menu = document.querySelector('.menu:popover-open'), m = menu.getBoundingClientRect()
	const b = document.querySelector('[popovertarget=' + menu.id + ']').getBoundingClientRect()
	return Math.max(m.top - b.bottom, b.top - m.bottom, m.left - b.right, b.left - m.right, -m.left, -m.top, m.right - innerWidth, m.bottom - innerHeight)
})()`

// A list is pasted as a person does it: from the clipboard.
func (e *elsewhere) imports(t *testing.T) {
	ada, _ := e.ada(t, 1280, 800)
	ada.dialog("Topics", "topics")
	ada.fill("[data-paste]", "Issue key,Summary\nP-1,Login page\nP-2,\"Search, fuzzy\"\nP-3,Log-out\n")
	ada.keys("a", chromedp.ModifierCtrl)
	ada.keys("x", chromedp.ModifierCtrl)
	ada.until(`document.querySelector('[data-paste]').value === ''`)
	ada.keys("v", chromedp.ModifierCtrl)
	ada.until(`[...document.querySelectorAll('dialog button')].some(b => b.textContent === 'Add 3 topics' && !b.disabled)`)
	e.keep(ada, "import")
	ada.button("Add 3 topics")
	ada.until(`document.querySelectorAll('.topic-list li').length === 2 && document.querySelector('[data-paste]').value === ''`)
	e.keep(ada, "topics")
	ada.closeDialog()
	ada.until(`document.querySelector('[data-topic]').value === 'Login page' && document.querySelector('.topic').textContent.includes('P-1') && document.querySelectorAll('.next li').length === 2`)
	ada.dialog("Options", "options")
	e.keep(ada, "options")
	ada.closeDialog()
}

// Everything of a round without a pointer.
func (e *elsewhere) keyboard(t *testing.T) {
	ada, _ := e.ada(t, 1280, 800)
	ada.types("13", "13")
	ada.keys("8")
	ada.picked("8")
	ada.keys(kb.Backspace)
	ada.until(`!document.querySelector('.card.picked')`)
	ada.keys(kb.ArrowRight)
	ada.until(`document.activeElement.matches('.hand .card')`)
	ada.keys(kb.Home + kb.ArrowRight + kb.ArrowRight + " ")
	ada.picked("2")
	ada.visibleFocus()
	ada.keys("?")
	ada.until(`document.querySelector('dialog.keys[open]')`)
	e.keep(ada, "keys")
	ada.keys("3r")
	ada.closeDialog()
	ada.picked("2")
	ada.until(`document.activeElement.matches('.hand .card') && document.querySelector('.seat .card')`) // back where it was, and the server has the estimate
	ada.keys("r")
	ada.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
	ada.keys("n")
	ada.sees("Round 2")
	ada.until(`!document.querySelector('.revealed, .seat .card')`)
	for !get[bool](ada, `document.activeElement.matches('a, button, textarea')`) {
		ada.keys(kb.Tab) // the first may lead into the browser's own controls
	}
	ada.visibleFocus()
}

// A phone scrolls in one direction only, and the hand is at hand.
func (e *elsewhere) phone(t *testing.T) {
	ada, link := e.ada(t, 390, 844)
	ada.fits("alone")
	e.keep(ada, "phone-alone")
	for i, name := range []string{"Bob", "Cleo", "Maximiliane Freifrau von Hohenstein-Auer", "Dan"} {
		e.server.guest(t, link, name).estimates([]string{"3", "13", "?", "☕"}[i], fmt.Sprintf("because it is %d", i))
	}
	ada.card("5")
	ada.until(`document.querySelectorAll('.seat .card').length === 5`)
	ada.fits("hidden")
	ada.until(`document.querySelector('.hand').getBoundingClientRect().bottom <= innerHeight`)
	e.keep(ada, "phone-hidden")
	ada.dialog("Options", "options")
	ada.fits("options")
	e.keep(ada, "phone-options")
	ada.closeDialog()
	ada.button("Reveal")
	ada.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
	ada.fits("revealed")
	e.keep(ada, "phone-revealed")
}

// A browser that is older than the page supports says so, has the light colours
// and can be read and played in.
func TestBelowTheFloor(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	e := &elsewhere{"old", listen(t), startWebKit(t, "!PopoverAttribute,!CSSAnchorPositioning")}
	ada, _ := e.ada(t, 390, 844)
	ada.until(`!('popover' in HTMLElement.prototype)`) // or nothing here is older than it should be
	ada.until(`document.querySelector('.old').checkVisibility() && document.body.innerText.includes('Pokey needs a browser of 2024 or newer')`)
	e.keep(ada, "popover")
	get[any](ada, `document.documentElement.dataset.theme = 'dark'`)
	get[any](ada, withoutNewCSS)
	want := []string{"rgb(242, 239, 232)", "rgb(28, 29, 36)"}
	if got := get[[]string](ada, `(s => [s.backgroundColor, s.color])(getComputedStyle(document.documentElement))`); !slices.Equal(got, want) {
		t.Errorf("got the colours %v without light-dark(), want the light ones %v", got, want)
	}
	ada.fits("below the floor")
	ada.card("5")
	ada.picked("5")
	e.keep(ada, "colours")
	ada.button("Reveal")
	ada.until(`document.querySelector('.revealed')`)
}

// withoutNewCSS has the page's style read as by a browser that does not know
// what came into CSS since 2022.
const withoutNewCSS = `Promise.all([...document.styleSheets].map(async (sheet) => {
	const text = sheet.href ? await (await fetch(sheet.href)).text() : sheet.ownerNode.textContent
	const old = new CSSStyleSheet()
	await old.replace(text.replaceAll(/light-dark\(|field-sizing|position-area|scrollbar-gutter|:popover-open|@starting-style|text-wrap/g, 'unknown-$&'))
	document.adoptedStyleSheets.push(old)
	sheet.disabled = true
})).then(() => null)`
