package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// waitsIn is true while the screen of somebody who waits is shown.
const waitsIn = `document.querySelector('[data-gone=waiting]')`

// Whoever comes to a locked room waits, sees nothing of it, and is let in or not. An
// absent owner's deputy can do that too.
func TestBrowserDoor(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	dee := join(t, link, "Dee")
	ada.fill("[data-topic]", "Payments")
	ada.keys("\r")
	ada.until(`%s`, seat("Dee"))
	ada.dialog("Invite", "invite")
	ada.pressSaid("dialog label", "Lock the room")
	ada.closeDialog()
	dee.sees("newcomers wait to be let in")

	bob := browse(t, link)
	bob.until(waitsIn)
	ada.sees("Guest is waiting to be let in")
	ada.until(`document.getElementById('live').textContent.includes('waiting to be let in')`)
	dee.until(`!document.querySelector('.banner.door')`) // it is none of Dee's business
	bob.call("Bob")
	ada.sees("Bob is waiting to be let in")
	if page := get[string](bob, `document.documentElement.outerHTML + document.title`); strings.Contains(page, "Payments") || strings.Contains(page, "Ada") {
		t.Errorf("got %s, want nothing of the room", page)
	}
	bob.visit(link) // a reload
	bob.until(waitsIn)
	ada.sees("Bob is waiting to be let in")
	ada.press("[data-door=admit]")
	bob.until(`document.querySelectorAll('.seat').length === 3`)
	ada.until(`!document.querySelector('.banner.door') && %s`, seat("Bob"))
	bob.visit(link) // who is in stays in
	bob.until(`document.querySelectorAll('.seat').length === 3`)

	cleo := browse(t, link)
	cleo.until(waitsIn)
	cleo.call("Cleo")
	ada.sees("Cleo is waiting")
	ada.press("[data-door=refuse]")
	cleo.sees("You were not let in")
	cleo.button("Try again")
	cleo.until(`document.querySelector('[data-gone=refused]')`)
	ada.until(`!document.querySelector('.banner.door')`)

	ada.manage("Dee")
	ada.pressSaid("dialog label", "Deputy")
	ada.closeDialog()
	ada.dropOut()
	finn, gus := browse(t, link), browse(t, link)
	finn.until(waitsIn)
	gus.until(waitsIn)
	dee.until(`/and 1 other person are waiting/.test(document.querySelector('.banner.door')?.textContent)`)
	gus.button("Go to the front page") // and waits no more
	gus.until(`document.querySelector('.landing')`)
	dee.until(`document.querySelector('.banner.door') && !document.querySelector('[data-door=all]')`)
	gus.visit(link)
	dee.press("[data-door=all]")
	for _, p := range []*person{finn, gus} {
		p.until(`document.querySelectorAll('.seat').length === 5`)
	}
}

// A colour and an emoji are chosen with a click each, seen by everybody and remembered.
func TestBrowserMark(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada Lovelace")
	bob := join(t, link, "Bob")
	bob.until(`%s.querySelector('.sign').textContent === 'AL'`, seat("Ada Lovelace"))
	ada.dialog("You", "me")
	ada.press(`.swatch [aria-label="Red"]`) // in case hers is olive by itself
	ada.press(`.swatch [aria-label="Olive"]`)
	bob.until(`%s.style.getPropertyValue('--own') === '#787334'`, seat("Ada Lovelace"))
	ada.button("🦉")
	bob.until(`%s.querySelector('.sign').textContent === '🦉'`, seat("Ada Lovelace"))
	ada.fill("[data-emoji]", "x")
	ada.sees("That is not one emoji")
	ada.fill("[data-emoji]", "🦊")
	bob.until(`%s.querySelector('.sign').textContent === '🦊'`, seat("Ada Lovelace"))
	ada.until(`!document.querySelector('dialog .fault')`)
	ada.closeDialog()
	ada.card("5")
	bob.until(`%s.querySelector('.back .sign').textContent === '🦊'`, seat("Ada Lovelace"))
	ada.visit(link)
	ada.until(`%s.querySelector('.back .sign').textContent === '🦊'`, seat("Ada Lovelace"))
	server.guest(t, link, "Cleo").estimates("13", "legacy parser")
	ada.until(`%s?.querySelector('.card')`, seat("Cleo"))
	ada.button("Reveal")
	bob.until(`document.querySelector('.speaker .sign').textContent === '🦊'`)
	bob.dialog("History", "history")
	bob.until(`document.querySelector('dialog .rounds .sign').textContent === '🦊'`)
	bob.closeDialog()

	// Where the server has forgotten it, the browser has not.
	ada.dialog("You", "me")
	ada.until(`document.querySelector('.swatch :checked').getAttribute('aria-label') === 'Olive'`)
	ada.closeDialog()
	if got := get[string](ada, `localStorage.getItem('pokey.mark')`); got != `{"colour":"olive","emoji":"🦊"}` {
		t.Errorf("got %s kept in the browser, want the mark", got)
	}
	ada.do(call(network.ClearBrowserCookies, cdp.Empty{}))
	ada.visit(link)
	bob.until(`[...document.querySelectorAll('.seat .sign')].filter(e => e.textContent === '🦊').length === 2 && document.querySelectorAll('.seat').length === 4`)
}

// What there is to see of a door and of marks fits every screen, and axe finds nothing in it.
func TestBrowserDoorStates(t *testing.T) {
	t.Parallel()
	server := listen(t)
	script, _ := os.ReadFile(os.Getenv("AXE"))
	calm := []string{"prefers-reduced-motion", "reduce"}
	night := slices.Concat(calm, []string{"prefers-color-scheme", "dark"})
	for look, first := range map[string][]chromedp.Action[chromedp.Void]{
		"desktop": {screen(1280, 800, false), media(calm...)},
		"phone":   {screen(390, 844, true), media(calm...)},
		"dark":    {screen(1280, 800, false), media(night...)},
		"arabic":  {screen(390, 844, true), media(night...), speaks("ar")},
	} {
		t.Run(look, func(t *testing.T) {
			t.Parallel()
			ada, link := openRoom(t, server, "Ada Lovelace", first...)
			look := func(p *person, state string) {
				t.Helper()
				p.fits(state)
				if len(script) > 0 {
					p.axe(string(script), state)
				}
				p.pictured(look + "-" + state)
			}
			marks := [][2]any{{"teal", "🦊"}, {nil, "👩🏽\u200d💻"}, {nil, nil}, {"red", nil}}
			for i, name := range []string{"Bob", "Chiara Rossi", "Deniz", "Emil"} {
				g := server.guest(t, link, name)
				g.asks(map[string]any{"request": "setMark", "colour": marks[i][0], "emoji": marks[i][1]})
				if i < 3 {
					g.estimates([]string{"3", "5", "13"}[i], []string{"small", "", "legacy parser"}[i])
				}
			}
			ada.until(`document.querySelectorAll('.seat .card').length === 3 && document.querySelectorAll('.seat .sign').length === 5`)
			ada.press(".tools [aria-label] .invite")
			ada.press("dialog .access .toggle")
			ada.until(`document.querySelector('.traces')`)
			ada.closeDialog()
			cleo := browse(t, link, first...)
			cleo.until(waitsIn)
			look(cleo, "waits")
			ada.until(`document.querySelector('.banner.door [data-door=admit]')`)
			look(ada, "door")
			browse(t, link, first...).until(waitsIn)
			ada.until(`document.querySelector('[data-door=all]')`)
			look(ada, "door-many")
			ada.press("[data-door=refuse]")
			cleo.until(`document.querySelector('[data-gone=refused]')`)
			look(cleo, "refused")
			ada.press(".tools button:last-child")
			ada.until(`document.querySelector('dialog.me .swatch')`)
			look(ada, "mark")
			ada.closeDialog()
			ada.press(".actions .primary")
			ada.until(`document.querySelector('.revealed .speaker .sign')`)
			look(ada, "marks-revealed")
		})
	}
}
