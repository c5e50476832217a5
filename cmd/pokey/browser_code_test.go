package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The owner's big screen has a code, which somebody without the link enters on the
// front page. The invitation has the same one.
func TestBrowserShortCode(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	stage := ada.secondTab(link + "/stage")
	stage.until(`document.querySelector('.way-in .short-code b')`)
	code := get[string](stage, `document.querySelector('.way-in .short-code b').textContent`)
	if len(code) != 7 || code[3] != ' ' || code != strings.ToUpper(code) {
		t.Fatalf("on the big screen: got code %q, want two groups of three capitals", code)
	}
	ada.until(`document.querySelector('.alone .short-code b')?.textContent === %q`, code)
	stage.keep("stage")
	ada.keep("invitation")

	bob := browse(t, server.url+"/", screen(390, 844, true))
	bob.fill("[data-code]", "000 00")
	bob.keys(kb.Enter)
	bob.sees("No room has this code.")
	bob.keep("front page")
	bob.fill("[data-code]", " "+strings.ToLower(code))
	bob.button("Join")
	bob.call("Bob")
	if got := get[string](bob, `location.href`); got != link {
		t.Errorf("got to %s, want %s", got, link)
	}
	ada.until("%s", seat("Bob"))
	bob.until(`!document.querySelector('[data-code]')`)
}

// A facilitator asks for the code in the invitation; other members see it, and cannot
// ask.
func TestBrowserAsksForACode(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	ada.button("Show a short code")
	ada.until(`document.querySelector('.alone .short-code b')`)
	code := get[string](ada, `document.querySelector('.alone .short-code b').textContent`)
	bob := join(t, link, "Bob")
	bob.button("Invite")
	bob.until(`document.querySelector('dialog .short-code b, .short-code b')?.textContent === %q`, code)
	if get[bool](bob, `document.body.innerText.includes('Show a short code')`) {
		t.Error("a member is offered a code, want only the one that there is")
	}
}

// keep keeps a picture with go test -artifacts.
func (p *person) keep(name string) {
	p.t.Helper()
	shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(p.t.ArtifactDir(), name+".png"), shot, 0o600)
	}
	if err != nil {
		p.t.Error(err)
	}
}
