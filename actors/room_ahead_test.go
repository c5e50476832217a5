package actors_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// ahead is what an ownAhead says, by topic.
func (e event) ahead() map[string]estimateView {
	votes := map[string]estimateView{}
	for topic, v := range e.Estimates {
		if v == nil {
			v = &estimateView{Value: "none"}
		}
		votes[topic] = *v
	}
	return votes
}

// wantAhead fails the test unless the last ownAhead that came says this.
func (c *client) wantAhead(all bool, want map[string]estimateView) {
	c.h.t.Helper()
	if got := c.want("ownAhead"); got.All != all || !maps.Equal(got.ahead(), want) {
		c.h.t.Errorf("own estimates of topics to come: got %v, want all %v, %v", got, all, want)
	}
}

// What a member estimates ahead is told to all their own tabs, and to nobody else.
func TestEstimatesAheadAreToldToTheirUser(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		ada.wantNone("ownAhead")
		bob.ok("joinRoom", room, "")
		ada.ok("setTopics", room, `,"topics":["Login","Search","Export"]`)
		tab := h.connect(bob.user)
		tab.ok("joinRoom", room, "")
		tab.wantAhead(true, map[string]estimateView{})

		ada.newEvents()
		bob.ok("estimateAhead", room, `,"topicId":2,"value":"8","comment":"canary"`)
		for _, c := range []*client{bob, tab} {
			c.wantAhead(false, map[string]estimateView{"2": {"8", "canary"}})
		}
		ada.wantNone("ownAhead")
		if r := ada.room(); r.Ahead["2"] != 1 || len(r.Ahead) != 1 || r.Members[bob.user].Ahead != 1 {
			t.Errorf("as Ada sees it: got %v, want one estimate of topic 2", r)
		}
		bob.ok("estimateAhead", room, `,"topicId":1,"value":"5"`)
		bob.ok("estimateAhead", room, `,"topicId":1,"value":null`)
		bob.wantAhead(false, map[string]estimateView{"1": {Value: "none"}})
		bob.refused("unknown_topic", "estimateAhead", room, `,"topicId":9,"value":"5"`)
		bob.refused("invalid_estimate", "estimateAhead", room, `,"topicId":1,"value":"no card"`)
		bob.refused("not_owner", "revealAhead", room, "")

		bob.drop()
		tab.drop()
		back := h.connect(bob.user)
		back.ok("joinRoom", room, "")
		back.wantAhead(true, map[string]estimateView{"2": {"8", "canary"}})

		ada.ok("nextTopic", room, `,"index":1`)
		if own := back.want("ownEstimate"); own.value() != "8" || own.Comment != "canary" {
			t.Errorf("when the topic comes: got %v, want the estimate made ahead", own)
		}
		ada.ok("undo", room, "")
		if got := back.want("ownAhead"); !got.All || got.ahead()["2"].Value != "8" {
			t.Errorf("after an undo: got %v, want it back on the list", got)
		}
		ada.ok("setDeck", room, `,"deck":"tshirt"`)
		back.wantAhead(true, map[string]estimateView{})
		for _, raw := range ada.raw {
			if strings.Contains(string(raw), "canary") {
				t.Errorf("Ada got %s, want nothing of a hidden estimate", raw)
			}
		}
	})
}

// They survive a restart, and are revealed together.
func TestEstimatesAheadAreKeptAndRevealedTogether(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		ada.ok("setTopics", room, `,"topics":["Login","Search","Export"]`)
		for _, c := range []*client{ada, bob} {
			c.ok("estimateAhead", room, `,"topicId":1,"value":"8","comment":"why"`)
			c.ok("estimateAhead", room, `,"topicId":3,"value":"`+map[*client]string{ada: "1", bob: "2"}[c]+`"`)
		}
		ada.ok("setTopics", room, `,"topics":["Export",{"topicId":1,"title":"Log in"},"Search"]`)
		h.restart(h.store)
		ada, bob = h.connect(ada.user), h.connect(bob.user)
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.wantAhead(true, map[string]estimateView{"1": {"8", "why"}, "3": {"2", ""}})
		ada.ok("revealAhead", room, "")
		rounds := bob.history(room)
		var titles []string
		for _, r := range rounds {
			titles = append(titles, r.Topic)
			if len(r.Estimates) != 2 {
				t.Errorf("%s: got %v, want two estimates", r.Topic, r.Estimates)
			}
		}
		if want := []string{"Export", "Log in"}; !slices.Equal(titles, want) {
			t.Errorf("history: got %q, want %q", titles, want)
		}
		if r := bob.room(); len(r.Topics) != 1 || r.Ahead != nil || r.Round != 3 || r.Finished != 2 {
			t.Errorf("room: got %v, want Search left, in round 3", r)
		}
		if parts := slices.Sorted(maps.Keys(h.parts(room))); slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(p, "a-") }) {
			t.Errorf("stored: got %q, want no estimates made ahead any more", parts)
		}
	})
}

// With the user what they have estimated ahead goes, from the store too.
func TestForgottenEstimatesAhead(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := ada.create()
		for _, c := range []*client{ada, bob, cleo} {
			c.ok("joinRoom", room, "")
		}
		ada.ok("setTopics", room, `,"topics":["Login","Search"]`)
		for _, c := range []*client{ada, bob, cleo} {
			c.ok("estimateAhead", room, `,"topicId":1,"value":"8","comment":"why"`)
		}
		bob.sendAndSettle(`{"request":"forgetMe","id":"f"}`)
		ada.ok("removeMember", room, `,"userId":"`+string(cleo.user)+`"`)
		time.Sleep(time.Minute)
		if r := ada.room(); r.Ahead["1"] != 1 {
			t.Errorf("got %v, want only Ada's left", r)
		}
		for name := range h.parts(room) {
			if strings.HasPrefix(name, "a-") && name != "a-"+string(ada.user) {
				t.Errorf("stored: got %s, want only Ada's", name)
			}
		}
	})
}

// An estimate made ahead reaches the room wherever it lives, and goes along when it moves.
func TestEstimatesAheadInACluster(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob := m.nodes["n1"].connect(""), m.nodes["n2"].connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		ada.ok("setTopics", room, `,"topics":["Login","Search"]`)
		bob.ok("estimateAhead", room, `,"topicId":2,"value":"5","comment":"why"`)
		bob.wantAhead(false, map[string]estimateView{"2": {"5", "why"}})
		for _, away := range []string{"n3", "n2", "n1"} {
			m.changeView([]string{away})
			ada.ok("estimateAhead", room, `,"topicId":2,"value":"5"`)
			ada.settle()
			if got := ada.room().Ahead["2"]; got != 2 {
				t.Errorf("without %s: got %d estimates of Search, want 2", away, got)
			}
		}
		bob.ok("joinRoom", room, "")
		bob.wantAhead(true, map[string]estimateView{"2": {"5", "why"}})
		ada.ok("nextTopic", room, `,"index":1`)
		bob.settle()
		bob.wantOwnEstimate("5")
	})
}

// Neither a log nor a message that is printed by accident shows an estimate.
func TestEstimatesAheadAreNotPrinted(t *testing.T) {
	value := "canary"
	for _, v := range []any{
		protocol.EstimateAhead{Value: &value, Comment: value},
		protocol.OwnAhead{Estimates: map[poker.TopicID]*protocol.OwnAheadVote{1: {Value: value, Comment: value}}},
		protocol.OwnAheadVote{Value: value},
		poker.EstimateAhead{Value: value, Comment: value},
		poker.Member{Ahead: map[poker.TopicID]poker.Vote{1: {Value: value, Comment: value}}},
	} {
		if text := fmt.Sprintf("%v %+v %s", v, v, v); strings.Contains(text, value) {
			t.Errorf("%T: got %s, want no estimate", v, text)
		}
	}
}
