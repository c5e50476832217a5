package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"example.com/pokey/static"
)

// cutTexts says which texts of buttons, tabs and labels do not fit: those that are
// cut, stick out, or take a second line. What users have written may be longer.
const cutTexts = `(() => {
	const shown = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && e.getClientRects().length > 0
	const users = '[dir=auto], .name, .title, .count, .visually-hidden, .value, .deck-choice span, kbd'
	const faults = []
	const fault = (what, e) => faults.push(what + ': ' + (e.className || e.tagName) + ' “' + e.textContent.trim() + '”')
	for (const e of document.querySelectorAll('button:not(.who), a.primary, a.soft, a.plain, [role=tab], summary, .tag, .extreme, .you, .absent, .deck-choice b, .saved')) {
		if (!shown(e)) continue
		const walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT)
		for (let node = walk.nextNode(); node; node = walk.nextNode()) {
			if (!node.data.trim() || node.parentElement.closest(users) || !shown(node.parentElement)) continue
			const range = document.createRange()
			range.selectNodeContents(node)
			const rects = [...range.getClientRects()].filter((r) => r.width > 0)
			if (rects.some((r) => Math.abs(r.top - rects[0].top) > r.height / 2)) fault('two lines', e)
			const box = range.getBoundingClientRect()
			for (let a = node.parentElement; a; a = a.parentElement) {
				const around = a === document.documentElement ? { left: 0, right: innerWidth } : a.getBoundingClientRect()
				const clips = a === document.documentElement || a === e || getComputedStyle(a).overflowX !== 'visible'
				if (clips && (box.left < around.left - 1 || box.right > around.right + 1)) { fault('cut', e); break }
			}
		}
	}
	const pen = document.createElement('canvas').getContext('2d')
	for (const e of document.querySelectorAll('select')) {
		if (!shown(e)) continue
		const style = getComputedStyle(e)
		pen.font = style.fontWeight + ' ' + style.fontSize + ' ' + style.fontFamily // the shorthand is empty where a numeral is chosen
		const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 20 // for the arrow
		for (const option of e.options) if (pen.measureText(option.text).width > room) faults.push('cut: ' + option.text)
	}
	for (const e of document.querySelectorAll('#page, dialog, main')) {
		if (shown(e) && e.scrollWidth > e.clientWidth + 1) faults.push('scrolls sideways: ' + (e.className || e.id))
	}
	return faults
})()`

// languages are the folders of texts.
func languages(t *testing.T) (all []string) {
	t.Helper()
	folders, err := fs.ReadDir(static.Files, "js/lang")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		all = append(all, folder.Name())
	}
	return all
}

// speaking is a browser that is set to a language.
func speaking(language string) chromedp.Action[chromedp.Void] {
	return speaks(language)
}

// tourOfTexts shows what has most texts, and calls seen at each stop.
func tourOfTexts(t *testing.T, server *listening, ada *person, seen func(state string)) {
	t.Helper()
	ada.until(`document.querySelector('.landing .primary')`)
	seen("landing")
	ada.press(".landing .primary")
	ada.until(`document.querySelector('.hand .card') && document.querySelector('.alone')`)
	seen("alone")
	link := get[string](ada, `location.href`)
	ada.call("Ada")
	bob := server.guest(t, link, "Bob")
	bob.estimates("3", "")
	server.guest(t, link, "Cleo").estimates("13", "legacy parser")
	server.guest(t, link, "Dan").asks(map[string]any{"request": "setRole", "role": "observer"})
	open := func(icon, name string) {
		t.Helper()
		ada.press(".tools button:has(.icon." + icon + ")")
		ada.until(`document.querySelector('dialog.%s[open]')`, name)
	}
	ada.until(`document.querySelector('.primary.early')`)
	open("list", "topics")
	ada.fill("[data-paste]", "Title,Key\nLogin,SHOP-1\nLogout,SHOP-2\nSearch,SHOP-3\n,SHOP-4")
	ada.until(`document.querySelector('dialog .preview')`)
	seen("import")
	ada.press("dialog form .primary, dialog .adding .primary, dialog button.primary")
	ada.until(`document.querySelectorAll('.topic-list li').length === 3`)
	seen("topics")
	bob.asks(map[string]any{"request": "estimateAhead", "topicId": 1, "value": "5"})
	ada.press("dialog.topics [data-to=ahead]")
	ada.until(`document.querySelector('.ahead-cards')`)
	seen("ahead")
	ada.press("[data-act=revealAhead]")
	ada.until(`document.querySelector('.together [role=status]')`)
	seen("ahead, sure")
	ada.closeDialog()
	seen("missing")
	ada.card("5")
	ada.fill(".reason textarea", "the parser is old")
	ada.keys("\r")
	ada.until(`document.querySelector('.saved') && document.querySelector('.centre .primary:not(.early)')`)
	seen("room")
	for icon, name := range map[string]string{"sliders": "options", "invite": "invite", "user": "me"} {
		open(icon, name)
		seen(name)
		ada.closeDialog()
	}
	open("sliders", "options")
	ada.press("dialog [data-act=close]")
	ada.until(`document.querySelector('dialog .plain')`)
	seen("options, sure")
	ada.closeDialog()
	open("user", "me")
	ada.press("dialog [data-act=forget]")
	ada.until(`document.querySelector('dialog .plain')`)
	seen("me, sure")
	ada.press("dialog .choices .soft")
	ada.until(`document.querySelector('dialog.keys')`)
	seen("keys")
	ada.closeDialog()
	ada.press(`[data-member] button.who:has(.dots)`)
	ada.until(`document.querySelector('dialog.person')`)
	seen("person")
	ada.press("dialog .danger")
	ada.until(`document.querySelector('dialog [data-act=forGood]')`)
	seen("person, sure")
	ada.closeDialog()
	ada.press(".centre .primary")
	ada.until(`document.querySelector('.revealed .outcome') && document.querySelector('.undo')`)
	seen("revealed")
	ada.settled()
	ada.press(`.scale [data-card="5"]`)
	ada.until(`document.querySelector('.settled')`)
	seen("agreed")
	ada.press(".end .primary")
	ada.until(`document.querySelector('[data-undo=clear]')`)
	seen("next")
	open("history", "history")
	ada.until(`document.querySelector('dialog.history h3')`)
	seen("history")
	ada.press("dialog.history button.soft")
	ada.until(`document.querySelector('dialog.session .choices')`)
	seen("session")
	ada.closeDialog()
	ada.press(".timer button")
	ada.until(`document.querySelector('.menu button')?.checkVisibility()`)
	seen("timer")
}

// On a phone no text of a button is cut or takes a second line, in any language. Those
// that stretch the page most are measured always, and all of them with
//
//	POKEY_EVERY_LANGUAGE=1 go test ./cmd/pokey -run TestBrowserLanguages
func TestBrowserLanguages(t *testing.T) {
	t.Parallel()
	server := listen(t)
	all := languages(t)
	if os.Getenv("POKEY_EVERY_LANGUAGE") == "" {
		// Long words, another script, and the other direction. All eleven take two
		// cores a minute; the lengths of all texts are checked elsewhere.
		all = []string{"ar", "de", "ja"}
	}
	for _, language := range all {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			ada := browse(t, server.url+"/", speaking(language), screen(390, 844, true), media("prefers-reduced-motion", "reduce"))
			ada.until(`document.documentElement.lang.startsWith(%q)`, language)
			tourOfTexts(t, server, ada, func(state string) {
				t.Helper()
				for _, fault := range get[[]string](ada, cutTexts) {
					t.Errorf("%s: %s", state, fault)
				}
			})
		})
	}
}

// Pictures in each language, made on demand to be looked at:
//
//	POKEY_LANGUAGES=/tmp/languages go test ./cmd/pokey -run TestPicturesOfLanguages
func TestPicturesOfLanguages(t *testing.T) {
	dir := os.Getenv("POKEY_LANGUAGES")
	if dir == "" {
		t.Skip("POKEY_LANGUAGES names no directory for them")
	}
	wanted := map[string]bool{"room": true, "revealed": true, "options": true, "landing": true, "import": true, "session": true}
	server := listen(t)
	for _, language := range languages(t) {
		t.Run(language, func(t *testing.T) {
			for name, size := range map[string]chromedp.Action[chromedp.Void]{"desktop": screen(1280, 800, false), "phone": screen(390, 844, true)} {
				ada := browse(t, server.url+"/", speaking(language), size, media("prefers-reduced-motion", "reduce"))
				tourOfTexts(t, server, ada, func(state string) {
					if !wanted[state] {
						return
					}
					ada.until(`document.getAnimations().every(a => a.playState !== 'running')`)
					picture, err := chromedp.Run(ada.ctx, chromedp.CaptureScreenshot())
					if err == nil {
						err = os.MkdirAll(dir, 0o700)
					}
					if err == nil {
						err = os.WriteFile(filepath.Join(dir, language+"-"+state+"-"+name+".png"), picture, 0o600)
					}
					if err != nil {
						t.Fatal(err)
					}
				})
			}
		})
	}
}
