package actors_test

import (
	"context"
	"testing"
	"time"

	"example.com/pokey/actors/wire"
)

// The answer to a join is lost, and so is the status of a room for one node.
func TestLostStatuses(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		lost := 0
		m.lose = func(to string, l *wire.Envelope) bool {
			lose := to == "n2" && l.GetStatusFanout() != nil && lost < 2
			if lose {
				lost++
			}
			return lose
		}
		cy := m.nodes["n2"].connect("")
		cy.ok("joinRoom", room, "") // bob is not shown that, and cy nothing
		time.Sleep(11 * time.Second)
		for _, c := range []*client{bob, cy} {
			c.settle()
			if members := c.room().Members; len(members) != 3 || lost != 2 {
				t.Errorf("%d members, %d were lost", len(members), lost)
			}
		}
		ada.ok("setTopic", room, `,"topic":"seen"`)
		cy.settle()
		if cy.room().Topic != "seen" {
			t.Errorf("cy sees %v", cy.room())
		}
	})
}

// Many who join at the same time are answered with a few copies of the status.
func TestManyJoin(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		_, _, room := inRoom(m)
		m.store.set(func(context.Context) error { time.Sleep(100 * time.Millisecond); return nil })
		answers := 0
		m.lose = func(_ string, l *wire.Envelope) bool {
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
				t.Error("sees nothing")
			}
		}
		if answers != 2 { // that of the first, and that of all who came meanwhile
			t.Errorf("the status crossed %d times", answers)
		}
	})
}
