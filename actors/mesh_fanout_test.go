package actors_test

import (
	"context"
	"testing"
	"time"

	"example.com/pokey/actors/wire"
)

// The whole status that answers a join is lost, and so is the broadcast to that node:
// both of its clients see the room after the next check.
func TestLostStatusesAreMadeUpFor(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		lost := 0
		m.drops = func(to string, l *wire.Envelope) bool {
			lose := to == "n2" && l.GetStatusFanout() != nil && lost < 2
			if lose {
				lost++
			}
			return lose
		}
		cy := m.nodes["n2"].connect("")
		cy.ok("joinRoom", room, "") // Bob does not see that, and Cy sees nothing
		time.Sleep(11 * time.Second)
		for _, c := range []*client{bob, cy} {
			c.settle()
			if members := c.room().Members; len(members) != 3 || lost != 2 {
				t.Errorf("got %d members after %d lost statuses, want 3 after 2", len(members), lost)
			}
		}
		ada.ok("setTopic", room, `,"topic":"seen"`)
		cy.settle()
		cy.seesTopic("seen")
	})
}

// Connections of one node that join at the same time share one copy of the status.
func TestJoinsOfOneNodeShareAStatus(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		_, _, room := inRoom(m)
		m.store.set(func(context.Context) error { time.Sleep(100 * time.Millisecond); return nil })
		answers := 0
		m.drops = func(_ string, l *wire.Envelope) bool {
			if l.GetStatusFanout().GetWhole() {
				answers++
			}
			return false
		}
		var many []*client
		for range 3 { // and no more, by the limit of these tests
			one := m.nodes["n2"].connect("")
			many = append(many, one)
			for range 5 {
				many = append(many, m.nodes["n2"].connect(one.user))
			}
		}
		for _, c := range many {
			c.send(`{"request":"joinRoom","id":"join","roomId":"` + string(room) + `"}`)
		}
		time.Sleep(time.Second)
		for _, c := range many {
			c.settle()
			c.answered("join")
			if c.room().Members == nil {
				t.Error("members: got none, want some")
			}
		}
		if answers != 2 { // that of the first, and that of all who came meanwhile
			t.Errorf("whole statuses between nodes: got %d, want 2", answers)
		}
	})
}
