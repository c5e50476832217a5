package main

import (
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// attentive stands in for what a headless browser has no use for: window.given is
// what was played and notified, window.elsewhere hides the tab.
const attentive = `
	window.given = []
	const connect = (to) => to
	const gain = {setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {}}
	window.AudioContext = class {
		currentTime = 0
		resume() {}
		createOscillator() { return {frequency: {}, connect, start() { given.push('note') }, stop() {}} }
		createGain() { return {gain, connect} }
	}
	window.Notification = class {
		static permission = 'default'
		static async requestPermission() { return Notification.permission = window.mayNotify ?? 'denied' }
		constructor(title, {body}) { given.push(title + ' / ' + body) }
		close() {}
	}
	window.elsewhere = false
	Object.defineProperty(document, 'hidden', {get: () => elsewhere})`

// The last one without an estimate is told so once, quietly; who wants is told by a
// tone and a notification, and also when everybody has estimated.
func TestBrowserSignals(t *testing.T) {
	t.Parallel()
	server := listen(t)
	olivia, link := openRoom(t, server, "Olivia")
	olivia.fill("[data-topic]", "Login page")
	olivia.keys("\r")
	ada := browse(t, link, call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: attentive}))
	ada.call("Ada")
	bob := server.guest(t, link, "Bob")

	// Without a wish there is a pulse on one's own seat and a word in the tab, after a while.
	get[any](ada, `void new MutationObserver((_, all) => {
		if (!document.title.startsWith('● Your turn')) return
		all.disconnect()
		window.pulsedAtOnce = Boolean(document.querySelector('.seat.turn')) // the page itself looks, since that does not last
	}).observe(document.querySelector('title'), {childList: true})`)
	olivia.card("3")
	bob.estimates("5", "")
	ada.until(`document.title.startsWith('● Your turn – Login page')`)
	if get[bool](ada, `window.pulsedAtOnce`) {
		t.Error("got the pulse at once, want it after a while")
	}
	ada.until(`document.querySelector('.seat.turn .you')`)
	ada.until(`document.getElementById('live').textContent.includes('Your turn')`)
	olivia.until(`!document.querySelector('.seat.turn')`)
	ada.card("8")
	ada.until(`!document.querySelector('.seat.turn') && document.querySelector('.hand .picked')`)
	if given := get[int](ada, `given.length`); given != 0 {
		t.Errorf("got %d signals, want none without a wish", given)
	}

	// The wishes are in one's own dialog. A browser may refuse one of them.
	ada.dialog("Ada", "me")
	ada.pressSaid("dialog label", "Play a sound")
	ada.until(`given.length === 2`)
	ada.pressSaid("dialog label", "Show a notification")
	ada.sees("does not allow notifications")
	ada.until(`[...document.querySelectorAll('dialog [role=switch]')].filter(box => box.checked).length === 1`)
	get[any](ada, `Notification.permission = 'default', window.mayNotify = 'granted', null`)
	ada.pressSaid("dialog label", "Show a notification")
	ada.until(`[...document.querySelectorAll('dialog [role=switch]')].filter(box => box.checked).length === 2`)
	ada.closeDialog()

	// She looks at something else.
	get[any](ada, `given.length = 0, elsewhere = true, null`)
	bob.estimates("8", "") // nothing new: everybody had estimated before
	olivia.button("Clear")
	for _, p := range []*person{ada, olivia} {
		p.sees("Round 2")
		p.until(`document.querySelector('.hand') && !document.querySelector('.picked')`)
	}
	olivia.card("3")
	bob.estimates("5", "")
	ada.until(`given.toSorted().join() === 'Your turn: all others have estimated / Login page,note,note'`)
	olivia.settled()
	olivia.button("Clear")
	for _, p := range []*person{ada, olivia} {
		p.sees("Round 3")
		p.until(`document.querySelector('.hand') && !document.querySelector('.seat .card')`)
	}
	get[any](ada, `given.length = 0, null`)
	ada.card("3")
	bob.estimates("5", "")
	olivia.card("3")
	ada.until(`given.toSorted().join() === 'Everybody has estimated / Login page,note,note'`)

	// The browser remembers the wishes.
	ada.visit(link)
	ada.dialog("Ada", "me")
	ada.until(`[...document.querySelectorAll('dialog [role=switch]')].map(box => box.checked).join() === 'false,true,false'`) // the stand-in forgets the permission
}

// A room that has expired comes back without what its owner had chosen, until they
// come back: their browser still knows. The others can go on at once.
// Row K13.
func TestBrowserChoicesComeBack(t *testing.T) {
	t.Parallel()
	server := listen(t, "-user-expiry", "2s")
	olivia, link := openRoom(t, server, "Olivia")
	olivia.dialog("Options", "options")
	olivia.press("[data-deck=tshirt]")
	olivia.pressSaid("dialog label", "Reveal automatically")
	olivia.until(`document.querySelector('[data-deck=tshirt][aria-pressed=true]') && document.querySelector('dialog [role=switch]').checked`)
	bob := join(t, link, "Bob")
	bob.until(`document.querySelector('.hand [data-card=XXL]')`)
	olivia.pressSaid("dialog label", "Lock the room")
	for _, p := range []*person{bob, olivia} { // whose browser remembers what the server has agreed to
		p.until(`document.querySelector('.traces')`)
	}

	olivia.dropOut()
	bob.until(`document.querySelector('[data-gone=ended]')`)
	bob.button("Open it again")
	bob.until(`document.querySelector('.hand [data-card="13"]')`)
	bob.sees("Nobody leads this room")
	bob.until(`document.querySelector('.banner.absence button').textContent === 'Go on without the owner'`)

	olivia.visit(link)
	olivia.sees("Your cards and options are back")
	bob.until(`document.querySelector('.hand [data-card=XXL]') && document.querySelector('.traces') && !document.querySelector('.banner.absence')`)
	olivia.dialog("Options", "options")
	olivia.until(`document.querySelector('[data-deck=tshirt][aria-pressed=true]') && document.querySelector('dialog [role=switch]').checked`)
}

// A room's end tells whoever stayed where the others went on.
func TestBrowserEndedRoomSaysWhereOthersAre(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada := besieged(t, server, roomPath, screen(390, 844, true))
	ada.do(chromedp.Evaluate[chromedp.Void](scene), chromedp.Evaluate[chromedp.Void](`scene(3, {successor: {roomId: 'x', by: 'b'}})`))
	ada.until(`document.querySelector('.banner.absence button')`)
	get[any](ada, `(hostile.say({event: 'roomClosed', roomId: location.pathname.split('/')[2], reason: 'expired'}), null)`)
	ada.until(`document.querySelector('[data-gone=ended] a.primary')?.pathname === '/r/x'`)
	ada.until(`!document.querySelector('.banner')`)
	ada.fits("ended")
	ada.pictured("phone-ended")
}

// A deputy may take a room over a quarter of an hour after its owner has gone, on
// every screen. A big screen says nothing of that, only where others went on.
// Row K13.
func TestBrowserTakeOver(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada := besieged(t, server, roomPath, screen(390, 844, true))
	wall := besieged(t, server, roomPath+"/stage", screen(1920, 1080, false))
	for _, p := range []*person{wall, ada} {
		p.do(chromedp.Evaluate[chromedp.Void](scene))
		// The page itself looks, since there are only six seconds to do so.
		early := get[bool](p, `scene(14.9, {succeedAt: undefined}, {deputy: true}), new Promise((done) => {
			const look = () => document.querySelector('.seat.away') ? done(document.querySelector('.banner') !== null) : setTimeout(look)
			look()
		})`)
		if early {
			t.Error("got a line before the quarter of an hour is over, want none")
		}
	}
	ada.button("Take over the room") // the time passes by itself
	ada.until(`hostile.asked.includes('acceptRoom')`)
	ada.do(chromedp.Evaluate[chromedp.Void](`scene(null, {ownerId: 'constructor'})`))
	ada.until(`!document.querySelector('.banner')`)
	ada.sees("You own the room now")

	wall.until(`document.querySelector('.stage .seat.away') && !document.querySelector('.banner')`)
	wall.do(chromedp.Evaluate[chromedp.Void](`scene(20, {successor: {roomId: 'x', by: 'b'}})`))
	wall.sees("Bob goes on in a new room")
	wall.fits("big screen")
	wall.pictured("stage-successor")
	wall.button("Come along")
	wall.until(`location.pathname === '/r/x/stage'`)
}

// A change after the reveal shows what it was, to everybody who had seen it.
func TestBrowserChangedAfterReveal(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := server.guest(t, link, "Bob")
	bob.estimates("8", "")
	ada.card("5")
	ada.until(`document.querySelectorAll('.seat .card').length === 2`)
	ada.button("Reveal")
	ada.until(`document.querySelector('.revealed')`)
	bob.estimates("5", "")
	ada.until(`%s.querySelector('.was')?.textContent === '8'`, seat("Bob"))
	ada.until(`%s.textContent.includes('changed 8 → 5')`, seat("Bob"))
	ada.until(`document.getElementById('live').textContent.includes('Bob changed 8 to 5')`)
	bob.estimates("8", "")
	ada.until(`!document.querySelector('.was')`)
}
