package main

import (
	"context"
	"strings"
	"testing"
)

// estimateAll has everybody estimate, and the owner reveal.
func estimateAll(t *testing.T, owner *person, all map[*person]string) {
	t.Helper()
	for p, value := range all {
		p.until(`document.querySelector('.hand .card')`)
		p.card(value)
	}
	for p := range all {
		p.until(`document.querySelectorAll('.seat .card').length === %d`, len(all))
	}
	owner.button("Reveal")
	for p := range all {
		p.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
	}
}

// chooseFile says as what kind of file the results are to be saved.
func (p *person) chooseFile(kind string) {
	p.t.Helper()
	p.until(`((e) => (e.value = %q, e.dispatchEvent(new Event('change')), e.value !== ''))(document.querySelector('[data-file]'))`, kind)
}

// staysWhenItGrows says whether an open dialog keeps its upper edge when more
// arrives in it. If it moved, buttons would move away under a pointer.
const staysWhenItGrows = `(() => {
	const dialog = document.querySelector('dialog'), more = document.createElement('div')
	more.style.blockSize = '120px'
	const before = dialog.getBoundingClientRect().y
	dialog.append(more)
	const after = dialog.getBoundingClientRect().y
	more.remove()
	return before === after
})()`

// What came of a list: values off the deck, a summary to take along, and what was
// agreed on changed afterwards.
func TestBrowserResults(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	cleo := join(t, link, "Cleo")
	ada.dialog("Topics", "topics")
	ada.fill("[data-paste]", "Issue key,Summary,Story Points\nSHOP-1,Login page,\nSHOP-2,\"=Search, fuzzy\",\nSHOP-3,Log-out,8\n")
	ada.button("Add 3")
	ada.until(`document.querySelectorAll('.topic-list li').length === 2`)
	ada.closeDialog()
	bob.fill(".reason textarea", "legacy parser")

	estimateAll(t, ada, map[*person]string{ada: "2", bob: "13", cleo: "3"})
	bob.until(`document.querySelector('[data-mark]').dataset.card === '3'`)
	ada.until(`document.querySelector('.suggested').dataset.card === '3' && document.querySelector('.suggested').ariaLabel.endsWith('suggested')`)
	ada.press(".deck .free button")
	ada.fill("[data-settle]", "4")
	ada.keys("\r")
	bob.sees("Agreed on 4")
	ada.button("Next topic")

	// Earlier stories are there to compare with, and nothing of what this one was thought to be.
	bob.until(`document.querySelector('.hand .card')`)
	bob.dialog("History", "history")
	bob.until(staysWhenItGrows)
	bob.wants(func(ctx context.Context) error { return bob.tab.resize(ctx, 390, 844) })
	bob.until(staysWhenItGrows)
	bob.pressSaid("dialog button", "Reference stories")
	bob.until(`document.querySelector('dialog.references .references li')?.innerText.includes('Login page')`)
	bob.until(`document.querySelector('dialog.references details:not([open])')?.textContent.includes('Log-out')`)
	bob.closeDialog()

	estimateAll(t, ada, map[*person]string{ada: "5", bob: "5", cleo: "5"})
	bob.sees("Agreed on 5")
	ada.button("Next topic")
	estimateAll(t, ada, map[*person]string{ada: "8", bob: "5", cleo: "5"})
	ada.button("Next topic")

	// The list is through: its summary is offered.
	ada.sees("That was the list")
	ada.button("Session summary")
	ada.until(`document.querySelectorAll('dialog.session .results > li').length === 3`)
	ada.until(`[...document.querySelectorAll('.sums dd')].map(dd => dd.innerText).slice(0, 3).join() === '3,2,9'`)
	ada.until(`document.querySelector('.apart').innerText.includes('legacy parser')`)
	ada.chooseFile("jira")
	ada.sees("1 of 3 stories") // the others have no number, or a title that a spreadsheet would run
	if got, want := ada.download("Save"), "\"Issue key\",\"Summary\",\"Story Points\"\r\n\"SHOP-1\",\"Login page\",4\r\n"; got != want {
		t.Errorf("got the file for Jira %q, want %q", got, want)
	}
	ada.chooseFile("csv")
	if got := ada.download("Save"); !strings.HasPrefix(got, "\ufeff\"key\",\"title\"") || !strings.Contains(got, `"SHOP-1","Login page","4",4,3,`) {
		t.Errorf("got the CSV %q, want a row a story", got)
	}
	func() {
		clipboard.Lock()
		defer clipboard.Unlock()
		ada.copies("Copy as Markdown", copiedMarkdown)
	}()

	// Bob looks at the summary while Ada changes what was agreed on.
	bob.dialog("History", "history")
	bob.pressSaid("dialog button", "Session summary")
	bob.until(`[...document.querySelectorAll('.sums dd')][2]?.innerText === '9'`)
	ada.closeDialog()
	ada.dialog("History", "history")
	ada.until(`document.querySelectorAll('.rounds > li').length === 3`)
	if bob.closeDialog(); get[bool](bob, `!!document.querySelector('.amend')`) {
		t.Error("got a way to change agreed values for a member, want none")
	}
	bob.dialog("History", "history")
	bob.pressSaid("dialog button", "Session summary")
	ada.button("Change the agreed value: Login page")
	ada.fill("[data-settle]", "3½")
	ada.keys("\r")
	ada.until(`[...document.querySelectorAll('.rounds .result')].map(e => e.innerText).join() === '–,5,3½'`)
	bob.until(`[...document.querySelectorAll('.sums dd')][2]?.innerText === '8.5'`)
	ada.button("Change the agreed value: Login page")
	ada.fill("[data-settle]", " ")
	ada.keys("\r")
	bob.until(`[...document.querySelectorAll('.sums dd')][2]?.innerText === '5'`)
}
