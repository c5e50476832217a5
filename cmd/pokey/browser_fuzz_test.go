package main

import (
	_ "embed"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

//go:embed testdata/hostile.js
var hostileServer string

// roomPath is a room's address whose shape is right; no server is asked for it.
const roomPath = "/r/06e4q1v2x9c8k7m5n3p1r0s2t4w6y8zabcdefghj"

// besieged is somebody whose page hears a server that says anything at all.
func besieged(t *testing.T, server *listening, path string, first ...chromedp.Action[chromedp.Void]) *person {
	t.Helper()
	stand := call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: hostileServer})
	p := browse(t, server.url+path, append(first, media("prefers-reduced-motion", "reduce"), stand)...)
	p.until(`document.querySelector('#page main') && hostile.asked.includes('joinRoom')`) // before that, nobody hears what it says
	return p
}

// show draws a room and waits until it is on the screen.
func (p *person) show(options string) {
	p.t.Helper()
	get[any](p, fmt.Sprintf(`(hostile.show(%s), hostile.drawn().then(() => null))`, options))
}

// sound fails for what a tour of the page has found to be broken.
func (p *person) sound(tour string) {
	p.t.Helper()
	for _, fault := range get[[]string](p, tour) {
		p.t.Error(fault)
	}
}

// No text that a room may hold breaks a view or a dialog, or widens it.
// Row B1.
func TestBrowserAnyText(t *testing.T) {
	t.Parallel()
	server := listen(t)
	screens := map[string]struct {
		path string
		size chromedp.Action[chromedp.Void]
	}{
		"desktop":    {roomPath, screen(1280, 800, false)},
		"phone":      {roomPath, screen(390, 844, true)},
		"big screen": {roomPath + "/stage", screen(1920, 1080, false)},
	}
	for name, s := range screens {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := besieged(t, server, s.path, s.size)
			const some = 20 // texts at once, for a browser is slow
			texts := get[int](p, `hostile.texts.length`)
			for _, view := range []string{"deck: true", "deck: false, owner: true, extras: true"} {
				for _, revealed := range []bool{false, true} {
					for from := 0; from < texts; from += some {
						p.sound(fmt.Sprintf(`hostile.dialogs({%s, revealed: %t, seed: 7, texts: hostile.texts.slice(%d, %d)})`, view, revealed, from, from+some))
					}
				}
			}
			for from := 0; from < texts; from += some {
				p.sound(fmt.Sprintf(`hostile.each({deck: true, owner: true}, %d, %d)`, from, from+some))
				p.sound(fmt.Sprintf(`hostile.each({revealed: true, extras: true}, %d, %d)`, from, from+some))
			}
		})
	}
}
