package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// openRoom is the owner of a new room, with a name, and the link to it.
func openRoom(t *testing.T, server *listening, name string, first ...chromedp.Action[chromedp.Void]) (*person, string) {
	t.Helper()
	p := browse(t, server.url+"/", first...)
	p.press(".landing .primary")
	p.call(name)
	return p, get[string](p, `location.href`)
}

// call says the name in the strip above the hand.
func (p *person) call(name string) {
	p.t.Helper()
	p.fill("#strip-name", name)
	p.keys(kb.Enter)
	p.until(`!document.querySelector('#strip-name')`)
}

// join is somebody who has followed the link and said their name.
func join(t *testing.T, link, name string) *person {
	t.Helper()
	p := browse(t, link)
	p.call(name)
	return p
}

func (p *person) card(value string) {
	p.t.Helper()
	p.press(fmt.Sprintf(`.deck .card[data-card=%q]`, value))
}

func (p *person) picked(value string) {
	p.t.Helper()
	p.until(`document.querySelector('.hand .card.picked')?.dataset.card === %q`, value)
}

// sees waits for words on the screen.
func (p *person) sees(words string) {
	p.t.Helper()
	p.until(`document.getElementById('page').innerText.toLowerCase().includes(%q)`, strings.ToLower(words))
}

// seat is an expression for the seat of somebody, as this person sees it.
func seat(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('.seat')].find(e => e.querySelector('.name').textContent === %q)`, name)
}

// From nothing to the second round, by two people on two screens.
func TestBrowserRound(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada := browse(t, server.url+"/")
	ada.press(".landing .primary") // the first click
	ada.card("5")                  // the second is the first vote
	ada.picked("5")
	ada.until(`document.querySelector('[data-topic]').getBoundingClientRect().width > 0`)
	ada.call("Ada")
	ada.fill("[data-topic]", "Login page")
	ada.keys(kb.Enter)
	link := get[string](ada, `location.href`)

	// By the link: one field, one click.
	bob := browse(t, link)
	bob.until(`document.querySelectorAll('input[data-name]').length === 1 && document.querySelector('.topic h1').textContent === 'Login page'`)
	bob.fill("#strip-name", "Bob")
	bob.button("Save")
	ada.until("%s", seat("Bob"))
	bob.until("%s", seat("Ada"))

	// What Bob thinks is on no screen but his.
	bob.fill(".reason textarea", "legacy parser")
	bob.card("13")
	bob.picked("13")
	ada.until(`%s.querySelector('.card')`, seat("Bob"))
	html := get[string](ada, `document.documentElement.outerHTML.replace(/<ul class="deck.*?<\/ul>/s, '')`)
	if found := regexp.MustCompile(`legacy|[>"]13[<"]`).FindString(html); found != "" {
		t.Errorf("got %s of a hidden estimate on the other screen, want nothing", found)
	}
	ada.until(`%s.querySelector('.face').textContent === ''`, seat("Bob"))
	bob.until(`!document.querySelector('.actions .primary')`) // only the owner reveals

	ada.button("Reveal")
	for _, p := range []*person{ada, bob} {
		p.until(`%s.querySelector('.value').textContent === '13' && %s.querySelector('.value').textContent === '5'`, seat("Bob"), seat("Ada"))
		p.sees("Two camps: 5 and 13")
		p.until(`[...document.querySelectorAll('.pile')].map(e => e.textContent).join('') === '11'`) // and no zero
		p.sees("legacy parser")
		p.until(`document.querySelector('.figures').textContent.includes('9')`) // the median
	}
	ada.button("Next topic")
	for _, p := range []*person{ada, bob} {
		p.sees("Round 2")
		p.until(`!document.querySelector('.seat .card') && !document.querySelector('.card.picked') && document.querySelector('.reason textarea').value === ''`)
	}
}

// A person is one member, however many tabs, and a reload loses nothing.
func TestBrowserTabs(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	bob.fill(".reason textarea", "two forms")
	bob.card("8")
	bob.picked("8")

	second := bob.secondTab(link)
	second.picked("8")
	second.until(`document.querySelector('.reason textarea').value === 'two forms' && !document.querySelector('#strip-name')`)
	ada.until(`document.querySelectorAll('.seat').length === 2`)
	second.card("3")
	bob.picked("3")

	bob.do(chromedp.Reload())
	bob.picked("3")
	bob.until(`document.querySelector('.reason textarea').value === 'two forms' && document.querySelectorAll('.seat').length === 2`)

	// The same card again takes the estimate back, in both tabs.
	bob.card("3")
	second.until(`!document.querySelector('.card.picked')`)
	ada.until(`!%s.querySelector('.card')`, seat("Bob"))

	_ = chromedp.Cancel(second.ctx)
	bob.card("1")
	ada.until(`%s.querySelector('.card') && !%s.classList.contains('away')`, seat("Bob"), seat("Bob"))
	_ = chromedp.Cancel(bob.ctx)
	ada.until(`%s.querySelector('.card') && %s.classList.contains('away')`, seat("Bob"), seat("Bob"))
}
