package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// spot is where a pointer would press an element: in its middle, once it has
// come to rest, and only if nothing lies over it.
const spot = `(() => {
	const all = [...document.querySelectorAll(%[1]q)], said = %[2]q
	const e = all.find(e => e.checkVisibility({visibilityProperty: true}) && (!said || (e.getAttribute('aria-label') ?? '').startsWith(said) || e.textContent.trim().startsWith(said)))
	if (!e || e.disabled || e.getAttribute('aria-disabled') === 'true') return null
	e.scrollIntoView({block: 'nearest', behavior: 'instant'})
	const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2
	const hits = (at) => e.contains(at) || at.contains(e) && !!e.closest('label')
	const top = document.elementFromPoint(x, y)
	if (!top || !hits(top)) return null
	removeEventListener('click', globalThis.pokeyAim, true)
	globalThis.pokeyHit = null
	globalThis.pokeyAim = (click) => {
		globalThis.pokeyHit = hits(click.target)
		if (!globalThis.pokeyHit) click.preventDefault(), click.stopImmediatePropagation()
	}
	addEventListener('click', globalThis.pokeyAim, {capture: true, once: true})
	return [x, y]
})()`

// missed says that a click landed beside what was aimed at, which had moved since:
// such a click does nothing. A press that led to another page has not missed.
const missed = `globalThis.pokeyHit === false`

// press presses the mouse on what a selector finds.
func (p *person) press(selector string) { p.t.Helper(); p.pressSaid(selector, "") }

// button presses a button or link by how its words begin.
func (p *person) button(said string) { p.t.Helper(); p.pressSaid("button, a", said) }

func (p *person) pressSaid(selector, said string) {
	p.t.Helper()
	js := fmt.Sprintf(spot, selector, said)
	for again := true; again; {
		at := p.aim(selector, said, js)
		p.wants(func(ctx context.Context) error {
			if err := p.tab.click(ctx, at[0], at[1]); err != nil {
				return err
			}
			again, _ = evaluate[bool](ctx, p.tab, missed) // an error is a page that is only just loading
			return nil
		})
	}
}

// aim is where something rests that can be pressed.
func (p *person) aim(selector, said, js string) (at []float64) {
	p.t.Helper()
	p.poll("a "+selector+" "+said+" to press", func(ctx context.Context) bool {
		was := at
		var err error
		at, err = evaluate[[]float64](ctx, p.tab, js)
		return err == nil && len(at) == 2 && slices.Equal(at, was)
	})
	return at
}

// keys presses keys, one after the other.
func (p *person) keys(keys string, modifiers ...chromedp.Modifier) {
	p.t.Helper()
	p.wants(func(ctx context.Context) error { return p.tab.keys(ctx, keys, modifiers...) })
}

// fill replaces what is in a field.
func (p *person) fill(selector, text string) {
	p.t.Helper()
	p.press(selector)
	p.until(`document.activeElement === document.querySelector(%q)`, selector)
	get[any](p, `document.activeElement.select?.()`)
	p.wants(func(ctx context.Context) error { return p.tab.insert(ctx, text) })
}

func insert(text string) chromedp.Action[chromedp.Void] {
	return call(input.InsertText, input.InsertTextParams{Text: text})
}

// settled waits until the page takes the next click: for a moment after the
// cards have turned it does not, so that a double click turns them once.
func (p *person) settled() {
	p.t.Helper()
	p.until(`performance.now() - (window.turnedAt ??= performance.now()) > 1500`)
	get[any](p, `delete window.turnedAt`)
}
