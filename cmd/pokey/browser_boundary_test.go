package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A view that throws costs itself and not the page, and is back with the next
// state.
// Row B1.
func TestBrowserFaultyViews(t *testing.T) {
	t.Parallel()
	server := listen(t)
	p := besieged(t, server, roomPath)
	broken := map[string]string{ // what no server says, by the view that cannot bear it
		".middle":      `room.members.id3.estimate = {value: 7, comment: ''}`,
		".dock":        `room.deck = {name: 'x', cards: 5}`,
		".tools, .bar": `room.topics = null`,
	}
	calm := `{texts: ['Ann', '5', 'Bob', '8'], revealed: true, deck: true, owner: true}`
	for where, fault := range broken {
		p.show(calm)
		p.until(`!document.querySelector('.failed') && document.querySelector('.outcome')`)
		get[any](p, fmt.Sprintf(`(hostile.show(%s, (room) => { %s }), hostile.drawn().then(() => null))`, calm, fault))
		p.until(`document.querySelector('.failed')`)
		if left := get[int](p, `document.querySelectorAll('.bar, .topic, .table, .outcome, .deck').length`); left < 3 {
			t.Errorf("%s: got %d parts of the page left, want at least 3", where, left)
		}
		if words := get[string](p, `document.querySelector('.failed').textContent`); words != "This cannot be shown right now." {
			t.Errorf("%s: got %q in its place, want the text of view.failed", where, words)
		}
		p.show(calm)
		p.until(`!document.querySelector('.failed') && document.querySelectorAll('.bar, .topic, .table, .outcome, .deck').length === 5`)
	}

	// A dialog that cannot be drawn says so, can be closed, and is whole the next time.
	p.dialog("History", "history")
	p.until(`document.querySelector('.rounds li')`)
	get[any](p, `(hostile.say({event: 'roomHistory', roomId: hostile.room().id, rounds: [{round: 1, finishedAt: 'never'}]}), hostile.drawn().then(() => null))`)
	p.until(`document.querySelector('dialog[open] h2')?.textContent === 'This cannot be shown right now.' && document.querySelector('.table')`)
	p.closeDialog()
	p.dialog("History", "history")
	p.until(`document.querySelector('dialog h2').textContent === 'History' && document.querySelector('.rounds')`)
	p.closeDialog()

	// Nobody was told but the console.
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.ContainsFunc(p.faults, func(fault string) bool { return strings.Contains(fault, "TypeError") }) {
		t.Errorf("got %q on the console, want a TypeError", p.faults)
	}
	p.faults = slices.DeleteFunc(p.faults, func(fault string) bool { return !strings.HasPrefix(fault, "Uncaught") })
}

// What is stored in the browser makes sense or is left alone.
func TestBrowserGarbageIsStored(t *testing.T) {
	t.Parallel()
	server := listen(t)
	p := browse(t, server.url+"/")
	for _, garbage := range []string{`{}`, `7`, `"x"`, `[null, 7, {"id": 5}, {"id": "a", "topic": "x", "at": null}]`, `{"constructor": 1}`, `[[[`, `true`} {
		get[any](p, fmt.Sprintf(`(['rooms', 'name', 'deck', 'options', 'language', 'theme'].forEach(key => localStorage.setItem('pokey.' + key, %q)), null)`, garbage))
		p.visit(server.url + "/?" + fmt.Sprint(len(garbage)))
		p.until(`document.querySelector('.landing .primary')`)
		p.press(".landing .primary")
		p.until(`document.querySelector('.hand .card')`)
	}
}
