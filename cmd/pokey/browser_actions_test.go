package main

import (
	"context"
	"encoding/json"
	"errors"
	"math"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// webDriverKeys are the keys that W3C WebDriver does not call as package kb does.
var webDriverKeys = map[string]string{
	kb.Enter: "\uE006", kb.Tab: "\uE004", kb.Backspace: "\uE003", kb.Escape: "\uE00C", kb.Delete: "\uE017",
	kb.ArrowLeft: "\uE012", kb.ArrowUp: "\uE013", kb.ArrowRight: "\uE014", kb.ArrowDown: "\uE015",
	kb.End: "\uE010", kb.Home: "\uE011",
}

// webDriverModifiers are the keys that are held down for a modifier.
var webDriverModifiers = map[chromedp.Modifier]string{
	chromedp.ModifierShift: "\uE008", chromedp.ModifierCtrl: "\uE009", chromedp.ModifierAlt: "\uE00A", chromedp.ModifierMeta: "\uE03D",
}

type fields = map[string]any

// clickActions is a click of the left button, as "perform actions" takes it in
// W3C WebDriver and in WebDriver BiDi.
func clickActions(x, y float64) []fields {
	return []fields{{"type": "pointer", "id": "mouse", "parameters": fields{"pointerType": "mouse"}, "actions": []fields{
		{"type": "pointerMove", "x": math.Floor(x), "y": math.Floor(y), "duration": 0},
		{"type": "pointerDown", "button": 0},
		{"type": "pointerUp", "button": 0},
	}}}
}

// keyActions presses keys, one after the other, while the modifiers are held.
func keyActions(keys string, modifiers []chromedp.Modifier) []fields {
	var actions []fields
	for _, modifier := range modifiers {
		actions = append(actions, fields{"type": "keyDown", "value": webDriverModifiers[modifier]})
	}
	for _, r := range keys {
		key := string(r)
		if named, ok := webDriverKeys[key]; ok {
			key = named
		}
		actions = append(actions, fields{"type": "keyDown", "value": key}, fields{"type": "keyUp", "value": key})
	}
	for _, modifier := range modifiers {
		actions = append(actions, fields{"type": "keyUp", "value": webDriverModifiers[modifier]})
	}
	return []fields{{"type": "key", "id": "keys", "actions": actions}}
}

// asJSON is an expression for the JSON of another, or of what it promises.
func asJSON(js string) string {
	return "(async () => JSON.stringify((await (" + js + ")) ?? null))()"
}

// insertText puts a text where the caret is, where no command of the browser's does.
func insertText(ctx context.Context, tab screenTab, text string) error {
	quoted, _ := json.Marshal(text)
	done, err := evaluate[bool](ctx, tab, `document.execCommand('insertText', false, `+string(quoted)+`)`)
	if err == nil && !done {
		err = errors.New("the focus is on nothing that takes a text")
	}
	return err
}
