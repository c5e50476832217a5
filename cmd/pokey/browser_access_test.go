package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe-core finds nothing serious in whatever can be on the screen.
func TestBrowserAccessibility(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	path := os.Getenv("AXE")
	if path == "" {
		need(t, "POKEY_BROWSER", "axe-core (AXE names its axe.min.js)")
	}
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	server := listen(t)
	looks := map[string][]chromedp.Action[chromedp.Void]{
		"light": {screen(1280, 800, false), media("prefers-reduced-motion", "reduce")},
		"dark":  {screen(1280, 800, false), media("prefers-reduced-motion", "reduce", "prefers-color-scheme", "dark")},
		"phone": {screen(390, 844, true), media("prefers-reduced-motion", "reduce")},
	}
	for look, first := range looks {
		t.Run(look, func(t *testing.T) {
			t.Parallel()
			ada := browse(t, server.url+"/", first...)
			ada.until(`document.querySelector('.landing .primary')`)
			ada.axe(string(script), "landing page")
			ada.press(".landing .primary")
			ada.until(`document.querySelector('.hand .card')`)
			ada.axe(string(script), "alone")
			tourForAxe(t, server, ada, string(script))
		})
	}
}

func tourForAxe(t *testing.T, server *listening, ada *person, axe string) {
	t.Helper()
	link := get[string](ada, `location.href`)
	ada.call("Ada")
	server.guest(t, link, "Bob").estimates("3", "small")
	server.guest(t, link, "Cleo").estimates("13", "legacy parser")
	server.guest(t, link, "Dan").asks(map[string]any{"request": "setRole", "role": "observer"})
	ada.card("5")
	ada.until(`document.querySelectorAll('.seat .card').length === 3`)
	ada.axe(axe, "hidden")
	ada.dialog("Topics", "topics")
	ada.fill("[data-paste]", "Login\nLogout\nSearch")
	ada.button("Add ")
	ada.until(`document.querySelectorAll('.topic-list li').length === 3`)
	ada.axe(axe, "topics")
	ada.press("dialog.topics [data-to=ahead]")
	ada.until(`document.querySelector('.ahead-cards')`)
	ada.axe(axe, "ahead")
	ada.closeDialog()
	for said, name := range map[string]string{"Options": "options", "Invite": "invite", "You": "me"} {
		ada.dialog(said, name)
		ada.axe(axe, name)
		ada.closeDialog()
	}
	ada.button("Reveal")
	ada.until(`document.querySelector('.revealed')`)
	ada.axe(axe, "revealed")
	ada.press(`.scale [data-card="5"]`)
	ada.until(`document.querySelector('.settled')`)
	ada.axe(axe, "agreed")
	ada.dialog("History", "history")
	ada.axe(axe, "history")
	ada.closeDialog()
	ada.button("Next topic")
	ada.until(`document.querySelector('[data-undo=clear]')`)
	ada.axe(axe, "saved, with the way back")
	ada.card("5")
	ada.fill(".reason textarea", "the parser is old")
	ada.until(`document.querySelector('.saved')`)
	ada.axe(axe, "a reason is saved, others are missing")
	ada.press(`[data-member] button.who:has(.dots)`)
	ada.until(`document.querySelector('dialog.person')`)
	ada.axe(axe, "somebody's dialog")
	ada.closeDialog()
	ada.button("Reveal")
	ada.until(`document.querySelector('.revealed')`)
	ada.visit(link + "/stage")
	ada.until(`document.querySelector('.stage.revealed')`)
	ada.axe(axe, "stage")
	ada.visit(server.url + "/nowhere")
	ada.until(`document.querySelector('.gone-screen')`)
	ada.axe(axe, "no such page")
}

// axe fails for every serious or critical fault, once nothing moves. Only the
// colours are others in the dark.
func (p *person) axe(script, state string) {
	p.t.Helper()
	p.until(`document.getAnimations().every(a => a.playState !== 'running') && !document.querySelector('[aria-disabled=true]')`)
	if !get[bool](p, `'axe' in window`) {
		p.do(chromedp.Evaluate[chromedp.Void](script + "; 1"))
	}
	faults := get[[]string](p, `axe.run(document, {resultTypes: ['violations'], ...(matchMedia('(prefers-color-scheme: dark)').matches && {runOnly: ['color-contrast']})})
		.then(found => found.violations
			.filter(v => ['serious', 'critical'].includes(v.impact))
			.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 200) + ' ' + n.failureSummary)))`)
	for _, fault := range faults {
		p.t.Errorf("%s: %s", state, fault)
	}
}

// Phones scroll in one direction only, and every finger hits.
func TestBrowserPhone(t *testing.T) {
	t.Parallel()
	server := listen(t)
	for _, size := range [][2]int64{{390, 844}, {320, 640}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			ada, link := openRoom(t, server, "Ada", screen(size[0], size[1], true), media("prefers-reduced-motion", "reduce"))
			ada.fits("alone")
			for i, name := range []string{"Bob", "Cleo", "Maximiliane Freifrau von Hohenstein-Auer", "Dan"} {
				server.guest(t, link, name).estimates([]string{"3", "13", "?", "☕"}[i], strings.Repeat("because ", 20))
			}
			ada.card("5")
			ada.until(`document.querySelectorAll('.seat .card').length === 5`)
			ada.fits("hidden")
			ada.until(`document.querySelector('.hand').getBoundingClientRect().bottom <= innerHeight`) // the hand is at hand
			ada.dialog("Options", "options")
			ada.fits("options")
			ada.closeDialog()
			ada.button("Reveal")
			ada.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
			ada.fits("revealed")
		})
	}
}

// fits fails if the page is wider than the screen or a target too small.
func (p *person) fits(state string) {
	p.t.Helper()
	if got := get[[]int](p, `[document.documentElement.scrollWidth, innerWidth]`); got[0] > got[1] {
		p.t.Errorf("%s: got %d px, want at most the screen's %d", state, got[0], got[1])
	}
	small := get[[]string](p, `[...document.querySelectorAll('.hand .card, .primary, .soft, .tool, .reason textarea, [data-deck]')].filter(e => e.checkVisibility())
		.map(e => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width < 43.9 || r.height < 43.9)
		.map(([e, r]) => e.className + ' ' + e.textContent + ' ' + r.width.toFixed(1) + '×' + r.height.toFixed(1))`)
	for _, target := range small {
		p.t.Errorf("%s: too small for a finger: %s", state, target)
	}
}

// Twelve people are seen at once, hidden and revealed.
func TestBrowserCrowd(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada", screen(1280, 720, false), media("prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce"))
	for i := range 11 {
		server.guest(t, link, fmt.Sprintf("Person %d", i)).estimates([]string{"3", "5", "8"}[i%3], "")
	}
	ada.card("5")
	whole := func(state string) {
		t.Helper()
		if got := get[[]int](ada, `[document.documentElement.scrollHeight, innerHeight, Math.round(document.querySelector('.play').scrollHeight), document.querySelector('.play').clientHeight]`); got[0] > got[1] || got[2] > got[3] {
			t.Errorf("%s: got %d px to scroll, want 0", state, got)
		}
	}
	ada.until(`document.querySelectorAll('.seat .card').length === 12`)
	whole("hidden")
	ada.button("Reveal")
	ada.until(`document.querySelectorAll('.seat .card.open').length === 12`)
	whole("revealed")

	// Dark is dark, and what should not move does not.
	colours := get[[]float64](ada, `(c => c.match(/[\d.]+/g).map(Number))(getComputedStyle(document.documentElement).backgroundColor)`)
	if len(colours) < 3 || slices.Max(colours[:3]) > 80 {
		t.Errorf("got the colours %v in the dark, want dark ones", colours)
	}
	if n := get[int](ada, `document.getAnimations().filter(a => a.playState === 'running' && a.effect.getComputedTiming().duration > 200).length`); n > 0 {
		t.Errorf("got %d running animations with reduced motion, want 0", n)
	}
}
