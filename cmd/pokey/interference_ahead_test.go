package main

import (
	"fmt"
	"slices"
)

// aheadDiffers keeps account of where Bob's estimates differ that he made ahead: they
// differ in the round, too, if their topic comes to the table, and may not be revealed.
type aheadDiffers struct {
	topics map[int]bool // by their ids
	rounds map[int]bool
}

func newAheadDiffers() aheadDiffers {
	return aheadDiffers{topics: map[int]bool{}, rounds: map[int]bool{}}
}

// togetherOnce says that revealAhead has revealed something.
const togetherOnce = "revealAhead of something"

// follow notes what a request has moved between the list and the table.
func (d aheadDiffers) follow(before, after roomView, bob *memberView) {
	if before.Round == after.Round {
		return
	}
	for _, t := range before.Topics {
		if d.topics[t.ID] && !slices.Contains(after.Topics, t) {
			d.rounds[after.Round] = true
		}
	}
	for _, t := range after.Topics {
		if bob != nil && bob.Ahead > 0 && !slices.Contains(before.Topics, t) && (before.Round%2 == 1 || d.rounds[before.Round]) {
			d.topics[t.ID] = true // it waits on the list as it was
		}
	}
}

// bobEstimatesAhead has him estimate one of the topics to come.
func (g *interference) bobEstimatesAhead() {
	topics := g.view().Topics
	if len(topics) == 0 {
		return
	}
	topic, cards := topics[g.random.IntN(len(topics))].ID, g.cards()
	if len(cards) == 0 {
		cards = []string{"1", "34", "thirteen"}
	}
	switch g.random.IntN(6) {
	case 0:
		g.ask(g.seat("Bob"), "estimateAhead", `"topicId":%d,"value":null`, topic)
	case 1, 2, 3:
		if g.ask(g.seat("Bob"), "estimateAhead", `"topicId":%d,"value":%q`, topic, cards[0]) {
			delete(g.ahead.topics, topic)
		}
	default:
		value, comment := g.world(g.n, cards)
		g.ahead.topics[topic] = true
		g.ask(g.seat("Bob"), "estimateAhead", `"topicId":%d,"value":%q,"comment":%q`, topic, value, comment)
	}
}

// revealAhead shows what was estimated ahead, if nothing of it differs.
func (g *interference) revealAhead(by *playing, fields string) {
	before := g.view()
	differs := slices.ContainsFunc(before.Topics, func(t topicView) bool { return g.ahead.topics[t.ID] })
	if bob := g.member("Bob"); bob != nil && bob.Ahead > 0 && differs || !g.mayReveal() {
		return
	}
	if g.ask(by, "revealAhead", fields) && before.RevealedBy != nil && before.Estimates == 0 {
		g.looked[g.round()] = true // the round goes on
	}
	g.worked[togetherOnce] = g.worked[togetherOnce] || g.round() > before.Round
}

// someTopic is one of the topics to come, or none.
func (g *interference) someTopic() string {
	topics := g.view().Topics
	if len(topics) == 0 || g.random.IntN(8) == 0 {
		return `"topicId":999`
	}
	return fmt.Sprintf(`"topicId":%d`, topics[g.random.IntN(len(topics))].ID)
}
