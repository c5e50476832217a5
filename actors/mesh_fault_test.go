package actors_test

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
)

// inRoom is two people on two nodes in a room that lives on a third, where
// nobody is connected.
func inRoom(m *mesh) (ada, bob *client, room poker.RoomID) {
	ada, bob = m.nodes["n1"].connect(""), m.nodes["n2"].connect("")
	for {
		room = ada.create()
		if m.homeOf(room) == m.nodes["n3"] {
			break
		}
		ada = m.nodes["n1"].connect("") // who may have a few rooms only
	}
	ada.ok("joinRoom", room, "")
	bob.ok("joinRoom", room, "")
	return ada, bob, room
}

// A node dies with a request on its way: nothing that was acknowledged is lost,
// the request is answered, and who is elsewhere stays connected.
func TestDeathOfANode(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5"`)
		n3 := m.nodes["n3"]
		m.cutOff("n3")
		bob.send(`{"request":"estimate","id":"late","roomId":"` + string(room) + `","value":"8"}`)
		synctest.Wait()
		m.kill(n3)
		m.see([]string{"n3"})
		bob.answered("late")
		if own := bob.want("ownEstimate"); own.value() != "8" {
			t.Errorf("own estimate: %v", own)
		}
		ada.ok("reveal", room, "")
		bob.settle()
		if e := bob.member(bob.user).shown(); e.Value != "8" {
			t.Errorf("revealed: %v", e)
		}
		if ada.closed != 0 || bob.closed != 0 {
			t.Error("somebody was disconnected")
		}
	})
}

// Users of a dead node come back elsewhere, and if they do not, count as away
// after a while.
func TestUsersOfADeadNode(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5"`)
		m.kill(m.nodes["n2"])
		m.see([]string{"n2"})
		ada.ok("setTopic", room, `,"topic":"one"`)
		if !ada.member(bob.user).Online {
			t.Error("away at once")
		}
		time.Sleep(20 * time.Second)
		ada.settle()
		if ada.member(bob.user).Online || !ada.member(bob.user).Estimated {
			t.Errorf("bob is %v", ada.member(bob.user))
		}
		bob = m.nodes["n1"].connect(bob.user)
		bob.ok("joinRoom", room, "")
		if own := bob.want("ownEstimate"); own.value() != "5" {
			t.Errorf("own estimate: %v", own)
		}
	})
}

// Two nodes think that a room is theirs. One of them learns from the store that
// it is not; what it was asked has no effect and is not shown.
func TestStaleActivation(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		m.see([]string{"n3"}, "n1", "n2") // n3 itself does not know
		ada.ok("setTopic", room, `,"topic":"new"`)
		var cy *client // somebody who only n3 has to do with
		for cy == nil || m.nodes["n3"].owns(cy.user) != true {
			cy = m.nodes["n3"].connect("")
		}
		cy.ok("setName", room, `,"name":"Cy"`)
		cy.send(`{"request":"joinRoom","id":"stale","roomId":"` + string(room) + `"}`)
		cy.settle()
		for _, e := range cy.take() {
			if e.ID == "stale" || e.Event == "roomStatus" {
				t.Errorf("a stale activation tells: %v", e)
			}
		}
		if m.nodes["n3"].sys.Stats().Fencings == 0 {
			t.Error("nobody was fenced off")
		}
		m.see([]string{"n3"})
		ada.ok("setTopic", room, `,"topic":"newer"`)
		bob.settle()
		if bob.room().Topic != "newer" {
			t.Error(bob.room())
		}
	})
}

// The store does not answer: rooms are frozen, everybody stays, and what was
// under way is done once.
func TestFrozen(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"3"`)
		m.store.set(hanging)
		bob.send(`{"request":"estimate","id":"hangs","roomId":"` + string(room) + `","value":"5"}`)
		time.Sleep(2 * time.Second)
		ada.refused("unavailable", "reveal", room, "")
		bob.refused("unavailable", "estimate", room, `,"value":"8"`)
		if !m.nodes["n3"].sys.Degraded() {
			t.Error("the node does not say that it is frozen")
		}
		time.Sleep(30 * time.Second)
		if ada.closed != 0 || bob.closed != 0 {
			t.Error("somebody was disconnected")
		}
		bob.take()
		m.store.set(nil)
		time.Sleep(3 * time.Second)
		bob.answered("hangs")
		ada.ok("reveal", room, "")
		bob.settle()
		if e := bob.member(bob.user).shown(); e.Value != "5" {
			t.Errorf("revealed: %v", e)
		}
		if m.nodes["n3"].sys.Degraded() {
			t.Error("the node still says that it is frozen")
		}
	})
}

// A commit was done, but nobody heard: it is not done twice.
func TestUnheardCommit(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, _, room := inRoom(m)
		m.store.unheard.Store(true)
		ada.send(`{"request":"setTopic","id":"once","roomId":"` + string(room) + `","topic":"one"}`)
		time.Sleep(1500 * time.Millisecond)
		m.store.unheard.Store(false)
		time.Sleep(3 * time.Second)
		ada.answered("once")
		if m.homeOf(room).sys.Stats().Fencings != 0 {
			t.Error("it took itself for somebody else")
		}
		ada.ok("setTopic", room, `,"topic":"two"`)
	})
}
