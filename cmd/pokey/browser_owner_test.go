package main

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
)

// The owner locks the room, puts out who is away, removes for good, and closes.
// Row B4.
func TestBrowserHouse(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	ada.until(`%s`, seat("Bob"))

	ada.dialog("Invite", "invite")
	ada.pressSaid("dialog label", "Lock the room")
	bob.sees("newcomers wait to be let in")
	ada.closeDialog()
	cleo := browse(t, link)
	cleo.until(`document.querySelector('[data-gone=waiting]')`)
	cleo.sees("The room is locked")
	ada.dialog("Options", "options")
	ada.pressSaid("dialog label", "Lock the room")
	bob.until(`!document.querySelector('.traces')`)
	ada.closeDialog()
	cleo.until(`document.querySelectorAll('.seat').length === 3`)

	// Two nameless ones can be told apart, and are said to be nameless.
	server.guest(t, link, "Zoe")
	server.guest(t, link, "zoe ")
	ada.until(`document.querySelectorAll('.seat .twin').length === 2 && document.querySelectorAll('.seat .guest').length === 1`)
	if tags := get[[]string](ada, `[...document.querySelectorAll('.twin')].map(e => e.textContent)`); tags[0] == tags[1] {
		t.Errorf("got the tags %s, want two different ones", tags)
	}

	// Who is away goes, with a warning only where an estimate goes too.
	gone := server.guest(t, link, "Dan")
	gone.estimates("8", "")
	ada.until(`%s.querySelector('.card')`, seat("Dan"))
	_ = gone.conn.CloseNow()
	ada.until(`%s.classList.contains('away')`, seat("Dan"))
	ada.dialog("Options", "options")
	ada.button("Remove 1 person who is away")
	ada.button("Yes, and 1 estimate with them")
	ada.until(`!%s`, seat("Dan"))
	ada.closeDialog()

	// Removed for good is for good, until the owner thinks better of it.
	ada.manageBob()
	ada.button("Remove Bob")
	get[any](ada, `void (window.setTimeout = ((wait) => (what, ms) => ms === 12000 ? 0 : wait(what, ms))(window.setTimeout))`) // what can be undone stays for as long as it takes
	ada.button("Remove for good")
	bob.until(`document.querySelector('[data-gone=removed]')`)
	bob.button("Come back")
	bob.until(`document.querySelector('[data-gone=not_admitted]') && !document.querySelector('.gone-screen button')`)
	ada.sees("Bob is removed for good")
	ada.button("Undo")
	ada.sees("Bob may come back")
	bob.visit(link)
	ada.until(`%s`, seat("Bob"))

	ada.dialog("Options", "options")
	ada.button("Close the room")
	ada.sees("the link opens nothing")
	ada.button("Yes, close it")
	for _, p := range []*person{ada, bob, cleo} {
		p.until(`document.querySelector('[data-gone=closed]')`)
	}
	bob.visit(link)
	bob.until(`document.querySelector('[data-gone=room_not_found]')`)
}

// A round that was looked at says so until it ends, and so does the history.
// Row B2.
func TestBrowserLookedAt(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	bob.card("5")
	ada.until(`%s.querySelector('.card')`, seat("Bob"))
	ada.button("Reveal")
	bob.until(`document.querySelector('.revealed')`)
	ada.settled()
	ada.button("Hide again")
	bob.until(`/^Revealed by Ada, then hidden, \d/.test(document.querySelector('.traces')?.textContent)`)
	cleo := join(t, link, "Cleo") // who has not seen it and knows no time
	cleo.until(`document.querySelector('.traces')?.textContent === 'Revealed by Ada, then hidden'`)
	ada.settled()
	ada.button("Clear")
	bob.until(`!document.querySelector('.traces') && document.querySelector('.hand')`)
	bob.dialog("History", "history")
	bob.until(`document.querySelector('.rounds > li p').textContent.includes('Revealed by Ada, then hidden')`)
}

// A long history comes in pages, and is exported whole.
func TestBrowserLongHistory(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := server.guest(t, link, "Bob")
	ada.until(`%s`, seat("Bob"))
	ada.manageBob()
	ada.pressSaid("dialog label", "Deputy")
	ada.until(`%s.querySelector('.rank')`, seat("Bob"))
	ada.closeDialog()
	const rounds = 23
	for range rounds {
		bob.estimates("5", "")
		bob.asks(map[string]any{"request": "clear"})
		time.Sleep(200 * time.Millisecond) // or it would be too many messages
	}
	ada.dialog("History", "history")
	ada.until(`document.querySelectorAll('.rounds > li').length === 20 && document.querySelector('[data-older]')`)
	if csv := ada.download("CSV"); strings.Count(csv, "\r\n") != rounds+1 {
		t.Errorf("%d lines of %d rounds", strings.Count(csv, "\r\n"), rounds)
	}
	ada.visit(link)
	ada.dialog("History", "history")
	ada.press("[data-older]")
	ada.until(`document.querySelectorAll('.rounds > li').length === %d && !document.querySelector('[data-older]')`, rounds)
}

// One ends oneself, here and on every other device, or only the other devices.
// Row C6.
func TestBrowserOneself(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	tab := bob.secondTab(link)
	ada.until(`%s`, seat("Bob"))

	// Other devices are signed out; this browser, tabs and all, goes on as the same person.
	bob.dialog("You", "me")
	bob.button("Sign out other devices")
	bob.sees("are signed out")
	bob.closeDialog()
	bob.card("5")
	ada.until(`%s.querySelector('.card')`, seat("Bob"))
	tab.until(`document.querySelector('.hand .picked') && !document.querySelector('.banner')`)
	ada.until(`document.querySelectorAll('.seat').length === 2`)

	bob.dialog("You", "me")
	bob.button("Forget me")
	bob.sees("cannot be undone")
	bob.button("Yes, forget me everywhere")
	bob.until(`document.querySelector('.landing .forgotten')`)
	ada.until(`!%s`, seat("Bob"))
	if kept := get[[]string](bob, `Object.keys(localStorage)`); len(kept) > 0 {
		t.Errorf("got %s in the browser's storage, want nothing of the user's", kept)
	}

	// Another tab says what happened, and does not knock again.
	tab.until(`document.querySelector('[data-gone=session]') && !document.querySelector('.banner')`)
	tab.network()
	tab.until(`performance.now() - (window.since ??= performance.now()) > 3000`)
	for _, event := range tab.network() {
		if sent, ok := event.(*network.EventRequestWillBeSent); ok { // the end of an earlier one may be reported late
			t.Errorf("got a request to %s, want none", sent.Request.URL)
		}
	}
	tab.button("Start afresh")
	tab.until(`document.querySelector('#strip-name')`)
	ada.until(`document.querySelector('.seat .guest')`)
	bob.visit(server.url + "/")
	bob.until(`document.querySelector('.landing') && !document.querySelector('.forgotten')`)
}
