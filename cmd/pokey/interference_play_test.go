package main

import (
	"math/rand/v2"
	"time"
)

// world is what differs from one game to the next: which card Bob chooses in his
// n-th step, and for what reason.
type world func(n int, cards []string) (value, comment string)

// interference is a game in which everybody asks for everything, at random and the same
// in each world. Bob's estimates differ as long as they are hidden. They do not
// where they may be revealed: in every other round.
type interference struct {
	s      *server
	random *rand.Rand
	world  world
	room   string
	seats  []*playing
	walt   *playing // comes later, and often finds the room locked
	n      int
	looked map[int]bool    // the rounds that somebody has revealed
	ahead  aheadDiffers    // where Bob's estimates differ that he made ahead
	asked  map[string]bool // the requests that somebody has sent
	worked map[string]bool // and those that have had an effect
}

// playing is somebody who plays. Eve watches, stays, and is left alone: the game is seen
// with her eyes.
type playing struct {
	name    string
	browser *browser
	tab     *tab
}

func newInterference(s *server, seed uint64, w world) *interference {
	g := &interference{s: s, random: rand.New(rand.NewPCG(40, seed)), world: w, looked: map[int]bool{}, ahead: newAheadDiffers()}
	for _, name := range []string{"Ada", "Bob", "Cleo", "Dee", "Eve"} {
		b := s.open(name)
		g.seats = append(g.seats, &playing{name: name, browser: b, tab: b.tab()})
	}
	g.room = g.seat("Ada").tab.ask("createRoom", "")["roomId"].(string)
	for _, seat := range g.seats {
		role := ""
		if seat.name == "Eve" {
			role = `"role":"observer"`
		}
		seat.tab.in(g.room, "joinRoom", role)
	}
	walt := s.open("Walt")
	g.walt = &playing{name: "Walt", browser: walt, tab: walt.tab()}
	g.seat("Ada").tab.in(g.room, "setDeputy", `"userId":%q,"deputy":true`, g.seat("Dee").browser.userID)
	return g
}

func (g *interference) seat(name string) *playing {
	for _, s := range g.seats {
		if s.name == name {
			return s
		}
	}
	panic(name)
}

// by is the seat of a user.
func (g *interference) by(user string) *playing {
	for _, s := range g.seats {
		if s.browser.userID == user {
			return s
		}
	}
	panic(user)
}

// member is what everybody sees of somebody, nil if they are not there.
func (g *interference) member(name string) *memberView {
	return g.seat("Eve").tab.member(g.room, g.seat(name).browser)
}

func (g *interference) view() roomView { return g.seat("Eve").tab.room(g.room) }

func (g *interference) play(steps int) {
	for g.n = range steps {
		time.Sleep(time.Duration(g.random.IntN(500)) * time.Millisecond)
		switch g.random.IntN(16) {
		case 0, 1, 2, 3:
			g.bobEstimates()
		case 14, 15:
			g.bobEstimatesAhead()
		case 4:
			g.reconnect()
		case 5:
			g.comeBack()
		case 6, 7:
			g.waltComes()
		default:
			g.anything()
		}
		g.keepHidden()
		g.marksWhoLooked()
		if g.n%40 == 39 {
			g.everybodyIn()
		}
	}
	g.ask(g.by(g.view().OwnerID), "closeRoom", "")
}

// marksWhoLooked checks that a reveal leaves its mark on the round until the round
// ends, whatever comes after, and that nothing else does.
func (g *interference) marksWhoLooked() {
	for round := range g.looked {
		if round > g.round() {
			delete(g.looked, round) // undone: when it comes again, it is another
		}
	}
	if g.view().Revealed {
		g.looked[g.round()] = true // by itself
	}
	if marked := g.view().RevealedBy != nil; marked != g.looked[g.round()] {
		g.s.t.Fatalf("step %d, round %d: got a mark of a reveal: %v, want %v", g.n, g.round(), marked, g.looked[g.round()])
	}
}

func (g *interference) round() int { return g.view().Round }

// ask sends a request, which may be refused.
func (g *interference) ask(by *playing, request, fields string, args ...any) (ok bool) {
	before := g.view()
	ok = by.tab.ask(request, joinFields(g.room, fields), args...)["event"] == "ok"
	g.ahead.follow(before, g.view(), g.member("Bob"))
	g.asked[request], g.worked[request] = true, g.worked[request] || ok
	return ok
}

func (g *interference) bobEstimates() {
	cards := g.cards()
	if len(cards) == 0 {
		cards = []string{"1", "34", "thirteen"}
	}
	value, comment := cards[0], ""
	if !g.open() && !g.view().Revealed {
		value, comment = g.world(g.n, cards)
	}
	if g.random.IntN(6) == 0 {
		g.ask(g.seat("Bob"), "estimate", `"value":null`)
		return
	}
	g.ask(g.seat("Bob"), "estimate", `"value":%q,"comment":%q`, value, comment)
}

// open says that what is estimated in this round may be shown.
func (g *interference) open() bool { return g.round()%2 == 0 && !g.ahead.rounds[g.round()] }

// mayReveal says that nothing would be shown that differs.
func (g *interference) mayReveal() bool {
	m := g.member("Bob")
	return g.open() || m == nil || !m.Estimated
}

// keepHidden ends what would reveal by itself in a round that must not be shown.
func (g *interference) keepHidden() {
	if g.view().Options.AutoReveal && !g.open() {
		g.ask(g.by(g.view().OwnerID), "setOptions", `"options":{"autoReveal":false}`)
	}
}

// reconnect drops somebody's connection, now and then for so long that a stand-in is
// needed.
func (g *interference) reconnect() {
	away := []*playing{g.seats[g.random.IntN(4)]}
	wait := time.Duration(g.random.IntN(2000)) * time.Millisecond
	if g.random.IntN(4) == 0 {
		away, wait = g.seats[:4], 31*time.Second
	}
	for _, s := range away {
		s.tab.drop()
	}
	time.Sleep(wait)
	if len(away) > 1 && g.random.IntN(2) == 0 {
		g.goOn()
	}
	for _, s := range away {
		s.tab = s.browser.tab()
		g.ask(s, "joinRoom", "")
	}
}

// goOn has Eve see what she gets if she goes on without the others.
func (g *interference) goOn() {
	eve := g.seat("Eve").tab
	answer := eve.ask("succeedRoom", joinFields(g.room, ""))
	g.asked["succeedRoom"], g.worked["succeedRoom"] = true, g.worked["succeedRoom"] || answer["event"] == "ok"
	if next, ok := answer["roomId"].(string); ok && answer["event"] == "ok" {
		eve.in(next, "joinRoom", `"role":"observer"`)
		eve.in(next, "leaveRoom", "")
	}
}

// comeBack has somebody join who may have been put out.
func (g *interference) comeBack() {
	g.ask(g.seats[g.random.IntN(4)], "joinRoom", []string{"", "", `"role":"estimator"`, `"role":"observer"`}[g.random.IntN(4)])
}

// waltComes has Walt wait to be let in, or the owner see to it that he will have to, or
// let him in.
func (g *interference) waltComes() {
	owner := g.by(g.view().OwnerID)
	switch g.random.IntN(8) {
	case 0:
		g.ask(g.walt, "leaveRoom", "")
	case 1:
		g.ask(owner, "lockRoom", `"locked":true`)
	case 2:
		g.ask(owner, "removeMember", `"userId":%q`, g.walt.browser.userID)
	case 3:
		g.walt.tab.ask("setMark", g.someMark())
	case 4:
		g.ask(owner, "admitUser", questions["admitUser"](g, owner))
	default:
		g.ask(g.walt, "joinRoom", `"wait":true`)
	}
}

// everybodyIn undoes what would leave nobody to play with.
func (g *interference) everybodyIn() {
	owner := g.by(g.view().OwnerID)
	g.ask(owner, "lockRoom", `"locked":false`)
	for _, s := range g.seats[:4] {
		if g.seat("Eve").tab.member(g.room, s.browser) == nil {
			g.ask(owner, "removeMember", `"userId":%q`, s.browser.userID) // lets them in again
		}
		g.ask(s, "joinRoom", `"role":"estimator"`)
	}
}
