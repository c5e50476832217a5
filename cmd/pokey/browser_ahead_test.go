package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// ahead picks a card of the story that is open, and waits until the server has it.
func (p *person) ahead(value string) {
	p.t.Helper()
	p.press(fmt.Sprintf(`.ahead-cards [data-card=%q]`, value))
	p.until(`document.querySelector('.ahead-list .open .small .face')?.dataset.card === %q`, value)
}

// head presses the line of a story.
func (p *person) head(title string) {
	p.t.Helper()
	p.until(`[...document.querySelectorAll('.ahead-list .head')].some(e => e.textContent.includes(%q))`, title)
	id := get[string](p, fmt.Sprintf(`[...document.querySelectorAll('.ahead-list .head')].find(e => e.textContent.includes(%q)).dataset.ahead`, title))
	p.press(fmt.Sprintf("[data-ahead=%q]", id))
}

// opens opens a story of the list.
func (p *person) opens(title string) {
	p.t.Helper()
	p.until(`document.querySelector('.ahead-list .head')`)
	if !get[bool](p, fmt.Sprintf(`document.querySelector('.ahead-list .open .head')?.textContent.includes(%q) ?? false`, title)) {
		p.head(title)
	}
	p.until(`document.querySelector('.ahead-list .open .head')?.textContent.includes(%q) && document.querySelector('.ahead-cards')`, title)
}

// aheadRow is what stands beside a story: who has estimated it.
const aheadRow = `[...document.querySelectorAll('.ahead-list .tally')].map(e => e.textContent).join()`

// Three people estimate a list when they like, in any order, with reasons; nobody sees
// what the others say; the owner reveals it all at once.
func TestBrowserAhead(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada", screen(1280, 800, false))
	bob, cleo := join(t, link, "Bob"), browse(t, link, screen(390, 844, true))
	cleo.call("Cleo")
	ada.dialog("Topics", "topics")
	ada.fill("[data-paste]", "Login\nLogout\nSearch\nExport\nHelp")
	ada.button("Add 5 topics")
	ada.until(`document.querySelectorAll('.topic-list li').length === 4`)
	ada.press("dialog [data-to=ahead]")
	ada.until(`document.querySelector('dialog.ahead .open .head')?.textContent.includes('Logout')`)

	// In any order, with the mouse.
	ada.ahead("3")
	ada.button("Next story")
	ada.until(`document.activeElement.dataset.ahead && document.querySelector('.ahead-list .open .head').textContent.includes('Search')`)
	ada.fill(".ahead-list .reason textarea", "needs the new index")
	ada.ahead("8")
	ada.until(`document.querySelector('.ahead-list .saved')`)
	ada.until(aheadRow + ` === '1/3,1/3,0/3,0/3'`)

	// On a phone, by way of the list of topics; the last story first.
	cleo.press(".tools button:has(.icon.list)")
	cleo.press("dialog.topics [data-to=ahead]")
	cleo.until(aheadRow + ` === '1/3,1/3,0/3,0/3'`)
	cleo.opens("Help")
	cleo.ahead("13")
	cleo.fill(".ahead-list .reason textarea", "who writes the texts?")
	cleo.until(`document.querySelector('.ahead-list .saved')`)
	cleo.opens("Search")
	cleo.ahead("8")
	cleo.ahead("5")
	cleo.head("Search") // closes it
	cleo.until(`!document.querySelector('.ahead-list .open')`)

	// With the keyboard alone.
	bob.until(`document.querySelector('.next [data-to=ahead]')`)
	get[any](bob, `document.querySelector('.next [data-to=ahead]').focus()`)
	bob.keys(kb.Enter)
	bob.until(`document.querySelector('.ahead-list .open .head')?.textContent.includes('Logout')`)
	get[any](bob, `document.querySelector('.ahead-list .open .head').focus()`)
	bob.keys(kb.Tab + kb.ArrowRight + kb.ArrowRight + kb.ArrowRight + kb.ArrowLeft + " ")
	bob.until(`document.querySelector('.ahead-list .picked')?.textContent === '2'`)
	bob.keys(kb.Tab)
	bob.until(`document.activeElement.matches('.ahead-list .reason textarea')`)
	bob.keys("small" + kb.Enter)
	bob.until(`document.querySelector('.ahead-list .saved')`)
	bob.until(aheadRow + ` === '2/3,2/3,0/3,1/3'`)

	// Nobody sees more than that, and what was typed is still there after a reload.
	for _, other := range []*person{ada, bob} {
		if text := get[string](other, `document.body.textContent + JSON.stringify({...localStorage, ...sessionStorage})`); strings.Contains(text, "who writes") {
			t.Errorf("got Cleo's reason in %q, want it hidden", text)
		}
	}
	bob.opens("Export")
	bob.fill(".ahead-list .reason textarea", "without a card yet")
	bob.visit(link)
	bob.press(".next [data-to=ahead]")
	bob.until(`document.querySelector('.ahead-list .small .face')?.dataset.card === '2'`)
	bob.opens("Export")
	bob.until(`document.querySelector('.ahead-list .reason textarea').value === 'without a card yet'`)

	// A card the second time takes it back, and keeps the reason.
	bob.opens("Logout")
	bob.press(`.ahead-cards [data-card="2"]`)
	bob.until(`document.querySelector('.ahead-list .open .empty') && document.querySelector('.ahead-list .reason textarea').value === 'small'`)
	bob.ahead("3")

	// A story that comes to the table brings what was typed along.
	ada.closeDialog()
	ada.button("Estimate this now: Export")
	bob.closeDialog()
	bob.until(`document.querySelector('.topic h1').textContent === 'Export' && document.querySelector('.dock .reason textarea').value === 'without a card yet'`)
	bob.card("5")
	ada.until(`document.querySelector('.topic h1').textContent === 'Export' && %s.querySelector('.card')`, seat("Bob"))
	ada.button("Estimate this now: Login") // Export waits on the list again, with Bob's estimate
	ada.until(`document.querySelector('.next li').textContent === 'Export'`)

	// All at once: the owner is asked first.
	ada.press(".next [data-to=ahead]")
	ada.until(aheadRow + ` === '1/3,2/3,2/3,1/3'`)
	ada.button("Reveal all estimated")
	ada.sees("4 stories become results that everybody sees")
	ada.sees("4 of them lack somebody’s estimate")
	ada.button("Cancel")
	ada.until(`!document.querySelector('.together [role=status]')`)
	ada.button("Reveal all estimated")
	ada.button("Yes, reveal 4 stories")
	ada.until(`document.querySelectorAll('dialog.session .results > li').length === 4`)
	ada.until(`[...document.querySelectorAll('.results h3')].map(e => e.textContent).join('|').includes('Logout, Agreed on 3')`)
	bob.sees("4 stories were revealed together")
	cleo.sees("No stories are left to estimate ahead")
	bob.dialog("History", "history")
	bob.until(`document.querySelectorAll('.rounds > li').length === 4`)
	bob.sees("who writes the texts?")
	bob.sees("needs the new index")
	bob.sees("Revealed by Ada")
}

// Other cards take the estimates away and leave the reasons; topics that have estimates
// are not taken away by one click.
func TestBrowserAheadKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada", screen(1280, 800, false))
	bob := join(t, link, "Bob")
	ada.dialog("Topics", "topics")
	ada.fill("[data-paste]", "Login\nLogout\nSearch")
	ada.button("Add 3 topics")
	ada.until(`document.querySelectorAll('.topic-list li').length === 2`)
	bob.press(".next [data-to=ahead]")
	bob.opens("Logout")
	bob.fill(".ahead-list .reason textarea", "as the last one")
	bob.ahead("5")
	ada.until(`document.querySelector('.topic-list small')?.textContent === '1 of 2 estimated'`)

	ada.button("Remove: Logout")
	ada.sees("1 of these has been estimated")
	ada.until(`document.querySelectorAll('.topic-list li').length === 2`)
	ada.closeDialog()

	ada.dialog("Options", "options")
	ada.button("T-shirt sizes")
	bob.until(`document.querySelector('.ahead-cards')?.textContent.includes('XL')`)
	bob.until(`document.querySelector('.ahead-list .open .empty') && document.querySelector('.ahead-list .reason textarea').value === 'as the last one'`)
	bob.ahead("M")
	bob.until(`document.querySelector('.ahead-list .saved')`)
	ada.closeDialog()

	// What was typed of a story that is taken away can still be read.
	bob.opens("Search")
	bob.fill(".ahead-list .reason textarea", "do we need it?")
	ada.dialog("Topics", "topics")
	ada.button("Remove: Search")
	bob.until(`document.querySelector('.left-over')?.textContent.includes('do we need it?')`)
	bob.button("Discard it")
	bob.until(`!document.querySelector('.left-over')`)
}

// The list is calm and whole on every screen, and axe finds nothing in it.
func TestBrowserAheadStates(t *testing.T) {
	t.Parallel()
	server := listen(t)
	axe, _ := os.ReadFile(os.Getenv("AXE"))
	calm := []string{"prefers-reduced-motion", "reduce"}
	for look, first := range map[string][]chromedp.Action[chromedp.Void]{
		"desktop": {screen(1280, 800, false), media(calm...)},
		"phone":   {screen(390, 844, true), media(calm...)},
		"dark":    {screen(1280, 800, false), media(append(calm, "prefers-color-scheme", "dark")...)},
		"german":  {screen(320, 640, true), media(calm...), speaks("de")},
		"arabic":  {screen(390, 844, true), media(append(calm, "prefers-color-scheme", "dark")...), speaks("ar")},
	} {
		t.Run(look, func(t *testing.T) {
			t.Parallel()
			ada, link := openRoom(t, server, "Ada", first...)
			bob := server.guest(t, link, "Bob")
			server.guest(t, link, "Chiara")
			ada.press(".tools button:has(.icon.list)")
			ada.until(`document.querySelector('[data-paste]')`)
			ada.fill("[data-paste]", "Key,Title\nSHOP-1,Log in with a passkey\nSHOP-2,Export as PDF\nSHOP-3,Search that forgives typing mistakes and knows what was meant\nSHOP-4,Help")
			ada.press("dialog form .primary, dialog .adding .primary, dialog button.primary")
			ada.until(`document.querySelectorAll('.topic-list li').length === 3`)
			bob.asks(map[string]any{"request": "estimateAhead", "topicId": 1, "value": "5"})
			bob.asks(map[string]any{"request": "estimateAhead", "topicId": 2, "value": "8"})
			ada.until(`document.querySelectorAll('.topic-list small').length === 2`)
			seen := func(name string) {
				t.Helper()
				ada.until(`!document.querySelector('.toast')`)
				if len(axe) > 0 {
					ada.axe(string(axe), name)
				}
				ada.fits(name)
				ada.pictured(fmt.Sprintf("ahead-%s-%s", name, look))
			}
			seen("topics")
			ada.press("dialog.topics [data-to=ahead]")
			ada.until(`document.querySelector('.ahead-cards')`)
			seen("open")
			ada.ahead("5")
			ada.fill(".ahead-list .reason textarea", "as the last one, without the mail")
			ada.until(`document.querySelector('.ahead-list .saved')`)
			seen("estimated")
			ada.press(".ahead-panel > .soft")
			ada.until(`document.querySelectorAll('.ahead-list .head')[1].ariaExpanded === 'true'`)
			ada.press("[data-act=revealAhead]")
			ada.until(`document.querySelector('.together [role=status]')`)
			seen("sure")
			ada.press("[data-act=revealAhead]")
			ada.until(`document.querySelector('dialog.session .results')`)
		})
	}
}
