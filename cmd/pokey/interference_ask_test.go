package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// anything is a request of any kind by anybody, more often by somebody who may.
func (g *interference) anything() {
	if to := g.view().OfferedTo; to != "" && g.random.IntN(3) == 0 {
		g.ask(g.by(to), "acceptRoom", "")
		return
	}
	by := g.seats[g.random.IntN(len(g.seats))]
	if g.random.IntN(2) == 0 {
		by = g.by(g.view().OwnerID)
	}
	names := slices.Concat(slices.Sorted(maps.Keys(questions)), telling, telling)
	request := names[g.random.IntN(len(names))]
	fields := questions[request](g, by)
	switch {
	case fields == skip:
	case request == "setName", request == "setMark":
		ok := by.tab.ask(request, fields)["event"] == "ok"
		g.asked[request], g.worked[request] = true, g.worked[request] || ok
	case request == "reveal":
		g.reveal(by, fields)
	case request == "revealAhead":
		g.revealAhead(by, fields)
	default:
		g.ask(by, request, strings.ReplaceAll(fields, "%", "%%"))
	}
}

// reveal shows the round, and often hides it at once, for just a look, or settles it.
func (g *interference) reveal(by *playing, fields string) {
	round := g.round()
	if !g.mayReveal() || !g.ask(by, "reveal", fields) {
		return
	}
	g.looked[round] = true
	switch g.random.IntN(4) {
	case 0, 1:
		g.ask(by, "hide", "")
	case 2:
		g.ask(by, "settle", questions["settle"](g, by))
	}
}

// skip is for what is not asked after all.
const skip = "-"

// telling is the requests that a hidden value could show in first.
var telling = []string{"reveal", "hide", "clear", "undo", "setDeck", "setDeck", "setRole", "estimate", "estimateAhead", "revealAhead", "history"}

// questions are the fields of each request, at random.
var questions = map[string]func(g *interference, by *playing) string{
	"reveal": (*interference).someRound,
	"hide":   (*interference).someRound,
	"clear":  (*interference).someRound,
	"nextTopic": func(g *interference, by *playing) string {
		return strings.Trim(g.someRound(by)+","+g.some("%s", "", `"index":1`), ",")
	},
	"revealAhead": (*interference).someRound,
	"estimateAhead": func(g *interference, by *playing) string {
		return g.unless(by, "Bob", g.someTopic()+","+g.ownEstimate())
	},
	"addTopics": func(g *interference, _ *playing) string {
		return g.some(`"topics":%s`, "[]", `["Four",{"title":"Five","key":"A-5"}]`)
	},
	"amendRound": func(g *interference, _ *playing) string {
		return g.some(`"finished":%s`, "1", "2", "99") + "," + g.some(`"value":%s`, `"3"`, `"off the deck"`, "null")
	},
	"undo":       (*interference).someRound, // of a clear, to what did not differ if it is revealed
	"removeAway": (*interference).nothing,
	"stopTimer":  (*interference).nothing,
	"acceptRoom": (*interference).nothing,
	"leaveRoom":  func(g *interference, by *playing) string { return g.unless(by, "Eve", "") },
	"estimate":   func(g *interference, by *playing) string { return g.unless(by, "Bob", g.ownEstimate()) },
	"setRole": func(g *interference, by *playing) string {
		return g.unless(by, "Eve", g.some(`"role":%q`, "estimator", "observer"))
	},
	"settle": func(g *interference, _ *playing) string {
		return g.some(`"value":%s`, `"1"`, `"3"`, `"34"`, `"☕"`, "null", `"no card"`)
	},
	"setName": func(g *interference, _ *playing) string {
		return g.some(`"name":%q`, "Ada", "Bob", "Cleo L.", "D", "\u200b")
	},
	"setTopic": func(g *interference, _ *playing) string {
		return g.some(`"topic":%q`, "", "Login", "100% more", "Log-out")
	},
	"setTopics": func(g *interference, _ *playing) string { return g.some(`"topics":%s`, "[]", `["One","Two","Three"]`) },
	"history":   func(g *interference, _ *playing) string { return g.some("%s", "", `"limit":3`, `"before":4`) },
	"showCode":  (*interference).nothing,
	"lockRoom":  func(g *interference, _ *playing) string { return g.some(`"locked":%s`, "true", "false") },
	"setMark":   func(g *interference, _ *playing) string { return g.someMark() },
	"admitUser": func(g *interference, _ *playing) string {
		return fmt.Sprintf(`"userId":%q,`, g.walt.browser.userID) + g.some(`"admitted":%s`, "true", "true", "false")
	},
	"startTimer": func(g *interference, _ *playing) string { return g.some(`"seconds":%s`, "5", "10", "60") },
	"setDeputy": func(g *interference, _ *playing) string {
		return g.somebody() + "," + g.some(`"deputy":%s`, "true", "false")
	},
	"removeMember": func(g *interference, _ *playing) string {
		return g.somebody() + "," + g.some(`"forGood":%s`, "true", "false", "false")
	},
	"transferRoom": func(g *interference, _ *playing) string { return g.somebody() },
	"setDeck":      func(g *interference, _ *playing) string { return g.someDeck() },
	"setOptions":   func(g *interference, _ *playing) string { return g.someOptions() },
}

func (g *interference) nothing(*playing) string { return "" }

func (g *interference) unless(by *playing, name, fields string) string {
	if by.name == name {
		return skip
	}
	return fields
}

func (g *interference) some(format string, of ...string) string {
	return fmt.Sprintf(format, of[g.random.IntN(len(of))])
}

func (g *interference) someMark() string {
	return g.some(`"colour":%s`, `"red"`, `"teal"`, "null", `"mauve"`) + "," + g.some(`"emoji":%s`, `"🦊"`, "null", `"5"`)
}

func (g *interference) somebody() string {
	return fmt.Sprintf(`"userId":%q`, g.seats[g.random.IntN(4)].browser.userID)
}

func (g *interference) ownEstimate() string {
	return g.some(`"value":%q,"comment":"my own"`, "1", "3", "34", "☕", "no card")
}

func (g *interference) someRound(*playing) string {
	switch g.random.IntN(6) {
	case 0:
		return `"round":1`
	case 1:
		return fmt.Sprintf(`"round":%d`, g.round())
	}
	return ""
}

// someDeck is a deck that there is, one that any value is in, or the cards without
// one of them: whose estimate that takes away is nobody's business.
func (g *interference) someDeck() string {
	switch g.random.IntN(6) {
	case 0:
		return `"deck":{"name":"free","cards":[]}`
	case 1:
		return `"deck":"fibonacci"`
	case 2:
		return `"deck":"tshirt"`
	}
	cards := g.cards()
	if len(cards) < 4 {
		return `"deck":"fibonacci"`
	}
	out := g.random.IntN(len(cards))
	return fmt.Sprintf(`"deck":{"name":"one less","cards":["%s"]}`, strings.Join(slices.Delete(cards, out, out+1), `","`))
}

// cards are those of the deck.
func (g *interference) cards() []string { return g.view().Deck.Cards }

func (g *interference) someOptions() string {
	auto := g.open() && g.random.IntN(2) == 0
	late := []string{"allowed", "locked"}[g.random.IntN(2)]
	return fmt.Sprintf(`"options":{"autoReveal":%v,"lateEstimates":%q,"standIn":%v}`, auto, late, g.random.IntN(3) > 0)
}
