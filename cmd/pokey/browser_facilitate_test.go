package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	devtools "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// manageBob opens what the owner may do about Bob.
func (p *person) manageBob() {
	p.t.Helper()
	p.manage("Bob")
}

func (p *person) manage(name string) {
	p.t.Helper()
	p.press(fmt.Sprintf("[data-member=%q] button.who", get[string](p, seat(name)+".dataset.member")))
	p.until(`document.querySelector('dialog.person[open] h2')?.textContent === %q`, name)
}

// A list of topics from paste to history, and the results to take along.
func TestBrowserTopics(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	ada.dialog("Topics", "topics")
	ada.fill("[data-paste]", "Issue key,Summary\nP-1,Login page\nP-2,\"Search, fuzzy\"\nP-3,Log-out\n")
	ada.button("Add 3 topics")
	ada.until(`document.querySelectorAll('.topic-list li').length === 2 && document.querySelector('[data-paste]').value === ''`)
	ada.button("Up: Log-out")
	ada.until(`document.querySelectorAll('.topic-list .text')[0].textContent === 'P-3 Log-out'`)
	ada.closeDialog()
	// A list that is pasted into a room without a topic starts by itself.
	bob.until(`document.querySelector('.topic').textContent === 'P-1Login page' && document.querySelectorAll('.next li').length === 2`)
	ada.card("3")
	bob.fill(".reason textarea", "a | b")
	bob.card("5")
	ada.until(`document.querySelectorAll('.seat .card').length === 2`)
	ada.button("Reveal")
	ada.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
	ada.card("5")
	bob.sees("Agreed on 5")
	ada.button("Next topic")
	bob.until(`document.querySelector('.topic').textContent === 'P-3Log-out'`)

	bob.dialog("History", "history")
	bob.until(`document.querySelectorAll('.rounds > li').length === 1 && document.querySelector('.rounds .result').textContent === '5'`)
	if csv := bob.download("CSV"); !strings.Contains(csv, "Login page") || !strings.Contains(csv, `,"5",4,4,"Bob","5","a | b"`+"\r\n") {
		t.Errorf("got the CSV %q, want Bob's estimate in it", csv)
	}
	if text := bob.download("JSON"); !strings.Contains(text, `"agreed": "5"`) {
		t.Errorf("got the JSON %s, want the finished rounds", text)
	}
	clipboard.Lock()
	defer clipboard.Unlock()
	bob.copies("Copy as Markdown", copiedMarkdown)
	bob.closeDialog()
	bob.press(".reason textarea")
	bob.do(paste)
	if pasted := get[string](bob, `document.querySelector('.reason textarea').value`); !strings.Contains(pasted, "Login page | 5 | 4 |") || !strings.Contains(pasted, `Bob: 5 (a \| b)`) {
		t.Errorf("got %q on the clipboard, want the table as Markdown", pasted)
	}
}

// clipboard is held by the test that uses the browser's clipboard, for all persons in the
// one browser share it.
var clipboard sync.Mutex

// copies presses a button that copies something, and waits until the page says so. A page
// without https may copy for five seconds after a click, and saves a file when a busy
// machine has taken longer. The caller holds the clipboard.
func (p *person) copies(button, says string) {
	p.t.Helper()
	for begun := time.Now(); time.Since(begun) < patience; {
		p.button(button)
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if done, err := evaluate[bool](p.ctx, p.tab, "!!("+says+")"); err == nil && done {
				return
			}
		}
	}
	p.t.Fatalf("%s copies nothing; the page shows:\n%s", button, p.picture())
}

// copiedMarkdown says that the page has copied results.
const copiedMarkdown = `document.body.innerText.includes('Copied as Markdown')`

// paste is what Ctrl+V does.
var paste = call(input.DispatchKeyEvent, input.DispatchKeyEventParams{
	Type: input.DispatchKeyEventTypeKeyDown, Key: "v", Modifiers: int64(chromedp.ModifierCtrl), Commands: []string{"Paste"},
})

// download presses a button and returns the file that it offers.
func (p *person) download(button string) string {
	p.t.Helper()
	dir := p.t.TempDir()
	p.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.CallBrowser(ctx, devtools.SetDownloadBehavior, devtools.SetDownloadBehaviorParams{
			Behavior: devtools.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(ctx).BrowserContextID, DownloadPath: dir,
		})
		return chromedp.Void{}, err
	})
	p.button(button)
	var text []byte
	p.poll("the file of "+button, func(context.Context) bool {
		names, _ := filepath.Glob(filepath.Join(dir, "pokey-*"))
		if len(names) != 1 || strings.HasSuffix(names[0], ".crdownload") {
			return false
		}
		text, _ = os.ReadFile(names[0])
		return len(text) > 0
	})
	return string(text)
}

// Who may do what, and who gives it to whom.
func TestBrowserOwner(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	bob := join(t, link, "Bob")
	bob.card("3")
	ada.until(`%s.querySelector('.card')`, seat("Bob"))
	bob.until(`!document.querySelector('.actions .primary') && !document.querySelector('[data-topic]')`)

	// A deputy may reveal, and says so.
	ada.manageBob()
	ada.pressSaid("dialog label", "Deputy")
	bob.sees("You are a deputy now")
	ada.closeDialog()
	bob.button("Reveal")
	ada.until(`document.querySelector('.revealed')`)
	bob.until(`!document.querySelector('.tools [aria-label=Options]') && !document.querySelector('button.who .dots')`)

	// Removed, told why, and back.
	ada.manageBob()
	ada.button("Remove Bob")
	ada.button("Yes, remove Bob")
	ada.until(`!%s && !document.querySelector('dialog')`, seat("Bob"))
	bob.until(`document.querySelector('[data-gone=removed]')`)
	bob.sees("removed from the room")
	bob.button("Come back")
	ada.until(`%s`, seat("Bob"))
	bob.until(`document.querySelectorAll('.seat').length === 2`)

	// Handed over: the new owner owns, the old one is a deputy.
	ada.manageBob()
	ada.button("Hand the room over to Bob")
	ada.until(`document.querySelector('dialog').innerText.includes('offered to Bob')`)
	ada.closeDialog()
	bob.sees("hand this room over to you")
	ada.button("Withdraw")
	bob.until(`!document.querySelector('.banner.offered')`)
	ada.manageBob()
	ada.button("Hand the room over to Bob")
	bob.until(`document.querySelector('.banner.offered')`)
	ada.closeDialog()
	bob.button("Take it over")
	bob.sees("You own the room now")
	bob.until(`document.querySelector('.tools [aria-label=Options]')`)
	ada.until(`!document.querySelector('.tools [aria-label=Options]') && document.querySelector('[data-topic]') && %s.querySelector('.rank')`, seat("Ada"))

	// An observer is not waited for.
	ada.dialog("You", "me")
	ada.pressSaid("dialog label", "Just watch")
	bob.until(`!%s && document.querySelector('.watching').textContent.includes('Ada')`, seat("Ada"))
}

// The big screen shows the room, offers the way in and has nothing to press.
func TestBrowserStage(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	ada.fill("[data-topic]", "Login")
	ada.keys(kb.Enter)
	stage := browse(t, link+"/stage", screen(1920, 1080, false))
	stage.until(`document.querySelector('.stage h1')?.textContent === 'Login' && document.querySelector('.qr').naturalWidth > 0 && %s`, seat("Ada"))
	if n := get[int](stage, `document.querySelectorAll('.stage button, .stage input').length`); n != 0 {
		t.Errorf("got %d things to press on the big screen, want 0", n)
	}
	ada.until(`document.querySelectorAll('.seat').length === 1 && document.querySelector('.watching')`)
	ada.card("8")
	stage.until(`%s.querySelector('.card')`, seat("Ada"))
	ada.button("Reveal")
	stage.until(`%s.querySelector('.value').textContent === '8' && document.querySelector('.scale .pile')`, seat("Ada"))
	stage.keys("rc8?")
	ada.button("Next topic")
	for _, p := range []*person{ada, stage} {
		p.until(`!document.querySelector('.revealed')`)
	}

	// Beside a player's tab the big screen is that player, who goes on playing.
	own := ada.secondTab(link + "/stage")
	own.until("%s", seat("Ada"))
	ada.card("5")
	own.until(`%s.querySelector('.card')`, seat("Ada"))
}
