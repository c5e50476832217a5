package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// dialog opens one of the dialogs of the top line.
func (p *person) dialog(said, name string) {
	p.t.Helper()
	p.pressSaid(".tools button", said)
	p.until(`document.querySelector('dialog.%s[open]')`, name)
}

// closeDialog closes the one that is open.
func (p *person) closeDialog() {
	p.t.Helper()
	p.keys(kb.Escape)
	p.until(`!document.querySelector('dialog')`)
}

// ownDeck sets cards typed as a line.
func (p *person) ownDeck(line string) {
	p.t.Helper()
	p.dialog("Options", "options")
	p.fill("[data-own-deck]", line)
	p.button("Use")
	p.until(`%q.endsWith(' ' + [...document.querySelectorAll('.hand .card')].at(-1)?.dataset.card)`, line)
	p.closeDialog()
}

func TestBrowserDecks(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	ada.card("3")
	bob.card("5")
	ada.until(`document.querySelectorAll('.seat .card').length === 2`)

	ada.dialog("Options", "options")
	ada.sees("drop all estimates")
	ada.press("[data-deck=tshirt]")
	ada.until(`document.querySelector('[data-deck=tshirt]').getAttribute('aria-pressed') === 'true'`)
	ada.closeDialog()
	bob.until(`!document.querySelector('.card.picked') && document.querySelector('.hand [data-card=XXL]')`)
	bob.card("XL")
	ada.card("M")
	ada.until(`document.querySelectorAll('.seat .card').length === 2`)
	ada.button("Reveal")
	bob.sees("Two camps: M and XL")

	// Settled by a click on the scale, taken back by another.
	ada.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
	ada.card("L")
	for _, p := range []*person{ada, bob} {
		p.sees("Agreed on L")
	}
	ada.card("L")
	bob.until(`!document.querySelector('.settled')`)

	// What was wrong with a line of cards is said at once.
	ada.dialog("Options", "options")
	for line, fault := range map[string]string{"1 2 2": "twice", "12345678901234567": "longer than 16"} {
		ada.fill("[data-own-deck]", line)
		ada.until(`document.querySelector('#deck-fault').textContent.includes(%q) && [...document.querySelectorAll('dialog form button')].every(e => e.disabled)`, fault)
	}
	ada.press("[data-deck=any]")
	ada.until(`document.querySelector('[data-deck=any]').getAttribute('aria-pressed') === 'true'`)
	ada.closeDialog()
	ada.button("Next round")
	bob.fill(".any-value input", "3 to 4 days")
	bob.keys(kb.Enter)
	ada.until(`%s.querySelector('.card')`, seat("Bob"))
	ada.button("Reveal")
	ada.until(`%s.querySelector('.value').textContent === '3 to 4 days'`, seat("Bob"))
}

// An estimate taken back stops the count-down; left alone, it reveals.
func TestBrowserAutoReveal(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	ada.dialog("Options", "options")
	ada.pressSaid("label", "Reveal automatically")
	ada.until(`document.querySelector('dialog input:checked')`)
	ada.closeDialog()
	bob.card("5")
	bob.picked("5")
	bob.counted(`document.querySelector('.deck [data-card="5"]').click()`) // takes it back, faster than this test could
	ada.card("3")
	bob.until(`window.counted`)
	ada.until(`%s.querySelector('.card') && !%s.querySelector('.card') && !document.querySelector('.countdown, .revealed')`, seat("Ada"), seat("Bob"))
	ada.counted(``)
	bob.card("8")
	ada.until(`window.counted && document.querySelector('.revealed')`)
	ada.until(`%s.querySelector('.value').textContent === '8'`, seat("Bob"))
}

// counted has the page itself notice that it counts down, which does not last, and do
// something at that moment.
func (p *person) counted(do string) {
	p.t.Helper()
	get[any](p, fmt.Sprintf(`void new MutationObserver((_, all) => {
		if (!document.querySelector('.countdown')) return
		all.disconnect()
		window.counted = true
		%s
	}).observe(document.body, {subtree: true, childList: true})`, do))
}

func TestBrowserTimer(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	ada.press(".timer.idle button")
	ada.button("2 minutes")
	for _, p := range []*person{ada, bob} {
		p.until(`/^1:[0-5]\d$/.test(document.querySelector('[role=timer]')?.textContent)`)
	}
	bob.until(`!document.querySelector('[role=timer] button')`)
	ada.press("[role=timer] button")
	bob.until(`!document.querySelector('[role=timer]')`)
}

// The browser's language is spoken, and another where it is chosen.
func TestBrowserGerman(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada := browse(t, server.url+"/", speaks("de-AT,de,en"))
	ada.until(`document.documentElement.lang === 'de' && navigator.language.startsWith('de')`)
	ada.sees("Raum öffnen")
	ada.press(".landing .primary")
	ada.until(`document.querySelector('.hand .card')`)

	bob := browse(t, server.url+"/", speaks("sv-SE,sv"))
	bob.until(`document.documentElement.lang === 'en'`)
	bob.do(chromedp.SetValue(chromedp.CSS("select"), "de"), chromedp.Evaluate[chromedp.Void](`document.querySelector('select').dispatchEvent(new Event('change'))`))
	bob.sees("Raum öffnen")
	bob.do(chromedp.Reload())
	bob.sees("Raum öffnen")
}

// On a slow network, what somebody sets stays as they see it whatever is drawn meanwhile,
// and of two choices the last one counts.
func TestBrowserSettingsOnTheirWay(t *testing.T) {
	t.Parallel()
	g := newGate()
	server := listenWith(t, g.listen)
	t.Cleanup(g.Open) // or the server cannot stop
	ada, _ := openRoom(t, server, "Ada")
	colour := func(name string) string {
		return fmt.Sprintf(`document.querySelector('.swatch [aria-label="%s"]').checked`, name)
	}
	const redraw = `new Promise(done => {
		document.querySelector('[data-name]').dispatchEvent(new Event('input'))
		requestAnimationFrame(() => requestAnimationFrame(() => done(true)))
	})`
	const on = `document.querySelector('dialog [role=switch]').checked`

	ada.dialog("You", "me")
	other := "Olive"
	if get[bool](ada, colour(other)) {
		other = "Red"
	}
	old := get[string](ada, `document.querySelector('.swatch :checked').getAttribute('aria-label')`)
	g.Freeze()
	for _, chosen := range []string{other, old, other} {
		ada.press(fmt.Sprintf(`.swatch [aria-label="%s"]`, chosen))
		get[bool](ada, redraw)
		if !get[bool](ada, colour(chosen)) {
			t.Fatalf("%s is not chosen any more before the server has answered", chosen)
		}
	}
	for _, want := range []bool{true, false, true} {
		ada.press("dialog .toggle")
		get[bool](ada, redraw)
		if got := get[bool](ada, on); got != want {
			t.Fatalf("got %v for observing before the server has answered, want %v", got, want)
		}
	}
	g.Open()
	ada.until(`%s && %s`, colour(other), on)
	ada.closeDialog()

	// An edit of the list builds on the one before.
	ada.dialog("Topics", "topics")
	ada.fill("[data-paste]", "One\nTwo\nThree\nFour")
	ada.button("Add 4 topics")
	ada.until(`document.querySelectorAll('.topic-list li').length === 3`)
	g.Freeze()
	get[any](ada, `void ['Two', 'Four'].forEach(topic => document.querySelector('dialog [aria-label="Remove: ' + topic + '"]').click())`) // before anything is drawn
	g.Open()
	ada.closeDialog()
	ada.until(`[...document.querySelectorAll('.next li')].map(e => e.textContent).join() === 'Three'`)
}
