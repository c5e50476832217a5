package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// dropOut ends the connection of somebody, as a closed laptop does.
func (p *person) dropOut() {
	p.t.Helper()
	p.visit("about:blank")
}

// The owner's laptop closes. The members can go on in a room of their own, are asked
// along, and the owner learns where they are.
// Row K13.
func TestBrowserGoOnWithoutOwner(t *testing.T) {
	t.Parallel()
	server := listen(t)
	olivia, link := openRoom(t, server, "Olivia")
	ada, bob := join(t, link, "Ada"), join(t, link, "Bob")
	olivia.fill("[data-topic]", "Login page")
	olivia.keys("\r")
	olivia.card("3")
	ada.card("5")
	bob.card("8")
	ada.sees("Everybody has estimated · Olivia can reveal")

	olivia.dropOut()
	ada.sees("Olivia is away")
	ada.until(`/You can go on in \d+ seconds/.test(document.querySelector('.banner.absence')?.textContent)`)
	bob.until(`document.getElementById('live').textContent.includes('Olivia is away')`)
	ada.until(`!document.querySelector('.banner.absence button')`)
	waitLonger(ada, `document.querySelector('.banner.absence button')?.textContent === 'Go on without Olivia'`)
	bob.until(`document.getElementById('live').textContent.includes('Go on without Olivia')`)
	ada.button("Go on without Olivia")
	ada.until(`location.href !== %q && document.querySelector('[data-topic]')?.value === 'Login page'`, link)
	ada.sees("This room is yours")
	next := get[string](ada, `location.href`)

	bob.sees("Ada goes on in a new room")
	bob.until(`document.getElementById('live').textContent.includes('Ada goes on in a new room')`)
	bob.button("Come along")
	bob.until(`location.href === %q && document.querySelectorAll('.seat').length === 2`, next)

	olivia.visit(link)
	olivia.sees("While you were away, Ada went on in a new room")
	olivia.until(`document.querySelectorAll('.seat.away .card').length === 2`) // their seats and cards are as they were
	olivia.button("Come along")
	olivia.until(`location.href === %q && document.querySelectorAll('.seat').length === 3`, next)
	ada.card("2")
	ada.button("Reveal")
	olivia.until(`document.querySelector('.revealed')`)
}

// waitLonger waits for something that the server lets pass half a minute for.
func waitLonger(p *person, js string) {
	p.t.Helper()
	for range 2 {
		if get[bool](p, fmt.Sprintf(`new Promise(done => {
			const end = Date.now() + 15000
			const look = () => %s ? done(true) : Date.now() > end ? done(false) : setTimeout(look, 50)
			look()
		})`, js)) {
			return
		}
	}
	p.until("%s", js)
}

// scene has the page show a room of Olivia's as its server would, seen by Ada.
// Minutes are how long Olivia has been away.
const scene = `window.scene = (minutes, fields = {}, ada = {}, olivia = {}, others = {}) => {
	const at = (ms) => new Date(Date.now() + ms).toISOString()
	const member = (name, value, more) => ({name, role: 'estimator', online: true, estimated: value !== null, ...more})
	const away = minutes === null ? {} : {ownerAwaySince: at(-60000 * minutes), succeedAt: at(30000 - 60000 * minutes)}
	const members = {
		o: member('Olivia', '3', {online: minutes === null, ...olivia}), constructor: member('Ada', null, ada),
		b: member('Bob', '8'), c: member('Chiara', '5'), ...others,
	}
	const room = {
		id: location.pathname.split('/')[2], epoch: 'e', ownerId: 'o', revealed: false, round: 3, estimates: Object.values(members).filter(m => m.estimated).length,
		topic: 'Reset a forgotten password', createdAt: at(-3600000), finished: 2, ...away,
		options: {autoReveal: false, lateEstimates: 'allowed', standIn: false},
		deck: {name: 'fibonacci', cards: ['0', '1', '2', '3', '5', '8', '13', '21', '?', '☕']}, topics: [{title: 'Log-out page'}], members, summary: null, ...fields,
	}
	for (const key of Object.keys(room)) if (room[key] === undefined) delete room[key]
	hostile.say({event: 'welcome', protocol: 2, userId: 'constructor', name: 'Ada', server: 'x', now: at(0), limits: {userExpiry: 7200}})
	hostile.say({event: 'roomStatus', roomId: room.id, version: window.sceneVersion = (window.sceneVersion ?? 100) + 1, room})
}; 0`

// revealed is the scene after the reveal, with the estimates by user.
const revealedScene = `(values) => {
	const all = Object.entries(values), member = (name, value) => ({name, role: 'estimator', online: true, estimated: true, estimate: {value, comment: ''}})
	scene(null, {revealed: true, estimates: all.length, summary: {votes: all.length, distribution: [...new Set(Object.values(values))].sort((a, b) => a - b).map(value => ({value, count: Object.values(values).filter(v => v === value).length, step: Number(value)})), mean: 5, median: 5, min: 3, max: 8, consensus: false, spread: 2}},
		member('Ada', values.constructor), member('Olivia', values.o), Object.fromEntries(all.slice(2).map(([id, value]) => [id, member({b: 'Bob', c: 'Chiara'}[id] ?? 'Member ' + id, value)])))
}`

// pictured writes a picture of the screen, where POKEY_SHOTS says to.
func (p *person) pictured(name string) {
	p.t.Helper()
	if dir := os.Getenv("POKEY_SHOTS"); dir != "" {
		p.shoot(filepath.Join(dir, name+".png"), `true`)
	}
}

// Every line that an absent owner, a late estimate or a second thought brings fits
// every screen, and axe finds nothing in it.
// Row K13.
func TestBrowserPeopleStates(t *testing.T) {
	t.Parallel()
	server := listen(t)
	axe, _ := os.ReadFile(os.Getenv("AXE"))
	calm := []string{"prefers-reduced-motion", "reduce"}
	looks := map[string][]chromedp.Action[chromedp.Void]{
		"desktop": {screen(1280, 800, false), media(calm...)},
		"phone":   {screen(390, 844, true), media(calm...)},
		"dark":    {screen(1280, 800, false), media(append(calm, "prefers-color-scheme", "dark")...)},
		"german":  {screen(390, 844, true), media(append(calm, "prefers-color-scheme", "dark")...), speaks("de")},
	}
	states := []struct{ name, shown, wants string }{
		{"away", `scene(0.2)`, `document.querySelector('.banner.absence p').textContent.match(/ 1?\d /)`},
		{"stand-in", `scene(0.2, {options: {autoReveal: false, lateEstimates: 'allowed', standIn: true}})`, `document.querySelector('.banner.absence')`},
		{"go-on", `scene(3)`, `document.querySelector('.banner.absence button')`},
		{"ends", `scene(40)`, `document.querySelectorAll('.banner.absence button').length === 2 && /\d:\d\d/.test(document.querySelector('.banner.absence').textContent)`},
		{"take-over", `scene(40, {succeedAt: undefined}, {deputy: true})`, `document.querySelectorAll('.banner.absence button').length === 2`},
		{"unowned", `scene(1, {ownerId: '', ownerAwaySince: undefined})`, `document.querySelector('.banner.absence button')`},
		{"successor", `scene(3, {successor: {roomId: 'x', by: 'b'}})`, `document.querySelector('.banner.absence button')`},
		{"changed", `(` + revealedScene + `)({o: '3', constructor: '8', b: '8', c: '5'}), (` + revealedScene + `)({o: '3', constructor: '5', b: '5', c: '5'})`, `document.querySelectorAll('.was').length === 2`},
	}
	crowd := `...Object.fromEntries(Array.from({length: 14}, (_, i) => ['m' + i, %s]))`
	states = append(states, struct{ name, shown, wants string }{"crowd", fmt.Sprintf(`(`+revealedScene+`)({o: '3', constructor: '8', b: '8', c: '5', %s}), (`+revealedScene+`)({o: '3', constructor: '5', b: '5', c: '5', %s})`,
		fmt.Sprintf(crowd, `i % 3 ? '8' : '13 person days'`), fmt.Sprintf(crowd, `i % 2 ? '8' : '5'`)), `document.querySelectorAll('.was').length > 9`})
	for look, first := range looks {
		t.Run(look, func(t *testing.T) {
			t.Parallel()
			ada := besieged(t, server, roomPath, first...)
			ada.do(append(first, chromedp.Evaluate[chromedp.Void](scene), chromedp.Evaluate[chromedp.Void](`scene(null)`))...)
			ada.press(".strip .tool")
			for _, state := range states {
				get[any](ada, state.shown+`, hostile.drawn().then(() => null)`)
				ada.until("%s", state.wants)
				for _, fault := range get[[]string](ada, `hostile.faults("`+state.name+`")`) {
					t.Error(fault)
				}
				ada.fits(state.name)
				if len(axe) > 0 {
					ada.axe(string(axe), state.name)
				}
				ada.pictured(look + "-" + state.name)
			}
			get[any](ada, `scene(null), document.querySelector('.tools button:last-child').click(), hostile.drawn().then(() => null)`)
			ada.until(`document.querySelectorAll('dialog.me [role=switch]').length === 3`)
			ada.fits("signals")
			ada.pictured(look + "-signals")
		})
	}
}
