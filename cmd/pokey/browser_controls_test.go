package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Pictures of what an owner and a user find in the dialogs, made on demand to be
// looked at:
//
//	POKEY_CONTROLS=/tmp/controls go test ./cmd/pokey -run TestPicturesOfControls
func TestPicturesOfControls(t *testing.T) {
	dir := os.Getenv("POKEY_CONTROLS")
	if dir == "" {
		t.Skip("POKEY_CONTROLS names no directory for them")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	still := []string{"prefers-reduced-motion", "reduce"}
	for name, first := range map[string][]chromedp.Action[chromedp.Void]{
		"desktop": {screen(1280, 800, false), media(still...)},
		"phone":   {screen(390, 844, true), media(still...)},
		"dark":    {screen(1280, 800, false), media(append([]string{"prefers-color-scheme", "dark"}, still...)...)},
	} {
		t.Run(name, func(t *testing.T) {
			ada := team(t, first...)
			shoot := func(what, when string) { ada.shoot(filepath.Join(dir, what+"-"+name+".png"), when) }
			ada.button("Reveal")
			ada.until(`document.querySelector('.revealed')`)
			ada.button("Hide")
			shoot("looked", `!document.querySelector('.revealed')`)
			for said, dialog := range map[string]string{"Options": "options", "Invite": "invite", "Ada": "me"} {
				ada.dialog(said, dialog)
				shoot(dialog, `document.querySelector('dialog[open]')`)
				get[any](ada, `(document.querySelector('dialog .sheet').scrollTo(0, 1e6), null)`)
				shoot(dialog+"-end", `document.querySelector('dialog[open]')`)
				ada.closeDialog()
			}
			ada.dialog("Topics", "topics")
			ada.fill("[data-paste]", "Sprint 12\nZusammenfassung;Vorgangsschlüssel;Story Points\nAnmelden;SHOP-1;3\n\"Suche, unscharf\";SHOP-2;\n;SHOP-3;\nBezahlen;SHOP-4;5.0\n"+strings.Repeat("Noch eine;SHOP-5;\n", 8))
			ada.until(`document.querySelector('.preview .stories')`)
			shoot("import", `document.querySelector('dialog[open]')`)
			ada.button("Add 11 topics")
			ada.until(`document.querySelectorAll('.topic-list li').length > 9`)
			shoot("topics", `document.querySelector('dialog[open]')`)
			ada.closeDialog()
			shoot("list", `!document.querySelector('dialog[open]')`)
			ada.press(`[data-member] button.who:has(.dots)`)
			shoot("person", `document.querySelector('dialog[open]')`)
		})
	}
}
