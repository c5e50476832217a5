package main

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
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
	for _, p := range []*person{ada, bob} {
		p.until(`[...document.querySelectorAll('.next li')].map(e => e.textContent).join() === 'Login,Logout,Export'`)
	}

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
	ada.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
	ada.press(`.scale [data-card="3"]`) // takes it back
	for _, p := range []*person{ada, bob} {
		p.until(`!document.querySelector('.settled')`)
	}
	ada.keys("3") // a digit agrees
	bob.sees("Agreed on 3")
	ada.button("Next round")
	ada.sees("Saved to history")
	ada.do(screen(390, 844, true))
	// On a phone there is room for one line: what was saved, with the way back.
	ada.until(`getComputedStyle(document.querySelector('.centre')).display === 'none' || !document.querySelector('.end .undo')`)
	ada.do(screen(1280, 800, false))
	ada.dialog("History", "history")
	ada.until(`document.querySelector('.rounds .result')?.textContent === '3'`)
}

// The focus stays on a card while the cards turn.
func TestBrowserFocusStays(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	server.guest(t, link, "Ben").estimates("3", "")
	ada.card("5")
	ada.until(`document.querySelectorAll('.seat .card').length === 2`)
	get[any](ada, `(document.querySelector('.hand [data-card="5"]').focus(), null)`)
	ada.keys("r")
	ada.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
	ada.until(`document.activeElement.dataset.card === '5'`)
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
		p.until(`document.body.innerText.includes('Pokey needs JavaScript') && document.body.innerText.includes('Planning poker without the fuss')`)
		if got := get[bool](p, `[...document.querySelectorAll('button, input')].some((e) => e.checkVisibility()) || document.querySelector('.late').checkVisibility()`); got {
			t.Error("got something to press, or another reason, want neither where no script runs")
		}
		p.snapshot("no-script")
	})
	t.Run("old browser", func(t *testing.T) {
		t.Parallel()
		// Such a browser does nothing with a module that it cannot read.
		block := call(network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "*://*:*/*app.js", Block: true}}})
		p := browse(t, server.url+"/", call(network.Enable, network.EnableParams{}), block)
		p.until(`document.body.innerText.includes('Pokey needs a browser of 2024')`)
		p.snapshot("script-fails")
	})
	t.Run("path", func(t *testing.T) {
		t.Parallel()
		p := browse(t, server.url+"/nowhere")
		p.until(`document.querySelector('h1')?.textContent === 'There is no such page'`)
		p.snapshot("missing")
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

// Members read who can go on, and the owner says beside the invitation what is to
// happen when they drop out.
func TestBrowserWhoCanGoOn(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	ada.card("5")
	bob.card("8")
	bob.sees("Everybody has estimated · Ada can reveal")
	ada.dialog("Invite", "invite")
	ada.pressSaid("dialog label", "If I drop out, somebody else may go on")
	bob.until(`document.querySelector('.dock')`)
	ada.do(chromedp.Navigate("about:blank"))
	bob.sees("Ada is away, somebody can take over in a moment")
}
