package actors_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// storeBack is how long after the store is back a call that got lost has been repeated.
const storeBack = 7 * time.Second

// inRoom connects two people to n1 and n2, who join a room that lives on n3.
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

// A node dies while a request to it is under way: nothing that was acknowledged is
// lost, the request is answered, and clients of other nodes stay connected.
func TestANodesDeathLosesNothingAcknowledged(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5"`)
		n3 := m.nodes["n3"]
		m.isolate("n3")
		bob.send(`{"request":"estimate","id":"late","roomId":"` + string(room) + `","value":"8"}`)
		synctest.Wait()
		m.kill(n3)
		m.changeView([]string{"n3"})
		bob.answered("late")
		bob.wantOwnEstimate("8")
		ada.ok("reveal", room, "")
		bob.settle()
		if e := bob.member(bob.user).shown(); e.Value != "8" {
			t.Errorf("revealed: got %v, want 8", e)
		}
		m.stillConnected(ada, bob)
	})
}

// Members who were connected to a node that died count as away after a while, and find
// their estimate when they come back elsewhere.
func TestMembersOfADeadNodeAreAwayUntilTheyReturn(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5"`)
		m.kill(m.nodes["n2"])
		m.changeView([]string{"n2"})
		ada.ok("setTopic", room, `,"topic":"one"`)
		if !ada.member(bob.user).Online {
			t.Errorf("at once: got Bob %v, want online", ada.member(bob.user))
		}
		time.Sleep(20 * time.Second)
		ada.settle()
		if ada.member(bob.user).Online || !ada.member(bob.user).Estimated {
			t.Errorf("after 20 s: got Bob %v, want offline with an estimate", ada.member(bob.user))
		}
		bob = m.nodes["n1"].connect(bob.user)
		bob.ok("joinRoom", room, "")
		bob.wantOwnEstimate("5")
	})
}

// Two nodes believe that they own a room. One of them learns from the store that it
// does not; what it was asked has no effect and is not shown.
func TestAStaleActivationShowsNothing(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		m.changeView([]string{"n3"}, "n1", "n2") // n3 itself does not know
		ada.ok("setTopic", room, `,"topic":"new"`)
		var cy *client // somebody who only n3 has to do with
		for cy == nil || m.nodes["n3"].owns(cy.user) != true {
			cy = m.nodes["n3"].connect("")
		}
		cy.ok("setName", room, `,"name":"Cy"`)
		cy.send(`{"request":"joinRoom","id":"stale","roomId":"` + string(room) + `"}`)
		cy.settle()
		for _, e := range cy.newEvents() {
			if e.ID == "stale" || e.Event == "roomStatus" {
				t.Errorf("from a stale activation: got %v, want nothing", e)
			}
		}
		if m.nodes["n3"].sys.Stats().Fencings == 0 {
			t.Error("fencings of n3: got 0, want some")
		}
		m.changeView([]string{"n3"})
		ada.ok("setTopic", room, `,"topic":"newer"`)
		bob.settle()
		bob.seesTopic("newer")
	})
}

// The store does not answer: rooms are frozen and refuse requests, clients stay
// connected, and what was under way is done once.
func TestRoomsFreezeWhileTheStoreHangs(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"3"`)
		m.store.set(hanging)
		bob.send(`{"request":"estimate","id":"hangs","roomId":"` + string(room) + `","value":"5"}`)
		time.Sleep(2 * time.Second)
		ada.refused("unavailable", "reveal", room, "")
		bob.refused("unavailable", "estimate", room, `,"value":"8"`)
		if !m.nodes["n3"].sys.Degraded() {
			t.Error("while the store hangs: got not degraded, want degraded")
		}
		time.Sleep(30 * time.Second)
		m.stillConnected(ada, bob)
		bob.newEvents()
		m.store.set(nil)
		time.Sleep(storeBack)
		bob.answered("hangs")
		ada.ok("reveal", room, "")
		bob.settle()
		if e := bob.member(bob.user).shown(); e.Value != "5" {
			t.Errorf("revealed: got %v, want 5", e)
		}
		if m.nodes["n3"].sys.Degraded() {
			t.Error("after the store hung: got degraded, want not")
		}
	})
}

// What an actor has asked the store for before it was told to forget is none of its
// successor's business: neither a commit that comes to nothing nor one that conflicts.
func TestASuccessorGetsNoAnswersOfItsPredecessor(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"3"`)
		for id, answer := range map[string]error{"a": context.DeadlineExceeded, "b": store.ErrConflict} {
			var asked atomic.Bool
			m.store.set(func(context.Context) error {
				if asked.Swap(true) {
					return nil
				}
				time.Sleep(2500 * time.Millisecond)
				return answer
			})
			bob.send(`{"request":"estimate","id":"` + id + `","roomId":"` + string(room) + `","value":"5"}`)
			time.Sleep(2 * time.Second)
			m.nodes["n3"].sys.Forget()
			time.Sleep(10 * time.Second)
			if s := m.nodes["n3"].sys.Stats(); s.Fencings != 0 || s.Unsaved != 0 {
				t.Errorf("after %v for a predecessor: got %d fenced and %d unsaved, want none", answer, s.Fencings, s.Unsaved)
			}
			bob.ok("estimate", room, `,"value":"8"`)
		}
		ada.ok("reveal", room, "")
		bob.settle()
		if e := bob.member(bob.user).shown(); e.Value != "8" {
			t.Errorf("revealed: got %v, want 8", e)
		}
	})
}

// A shared store that is too slow to load anybody keeps those waiting who come, and sends
// nobody away, who would only come back.
func TestNobodyIsSentAwayWhileTheStoreIsSlow(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"3"`)
		ada.drop()
		bob.drop()
		time.Sleep(time.Minute) // all of them leave memory
		m.store.set(hanging)
		back := m.nodes["n2"].connect(bob.user)
		time.Sleep(30 * time.Second)
		back.send(`{"request":"joinRoom","id":"early","roomId":"` + string(room) + `"}`)
		time.Sleep(30 * time.Second)
		if events := back.all(); len(events) != 1 || events[0].Code != string(protocol.Unavailable) {
			t.Errorf("while the store is slow: got %v, want the request refused as unavailable and nothing else", events)
		}
		m.store.set(nil)
		time.Sleep(storeBack)
		back.ok("joinRoom", room, "")
		back.wantOwnEstimate("3")
		m.stillConnected(back)
	})
}

// A node is cut off from the store and from the others, who take over: it forgets its
// users and rooms at once, commits in doubt included, and nothing is lost.
func TestACutOffNodeForgetsAtOnce(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"3"`)
		n3 := m.nodes["n3"]
		m.store.set(hanging)
		bob.send(`{"request":"estimate","id":"doubt","roomId":"` + string(room) + `","value":"5"}`)
		time.Sleep(2 * time.Second)
		m.isolate("n3")
		n3.sys.Forget()
		m.settle()
		if s := n3.sys.Stats(); s.Rooms != 0 || s.Users != 0 || s.Unsaved != 0 {
			t.Errorf("on the node that is cut off: got %d rooms, %d users and %d unsaved, want none", s.Rooms, s.Users, s.Unsaved)
		}
		m.store.set(nil)
		m.changeView([]string{"n3"}, "n1", "n2")
		time.Sleep(5 * time.Second)
		bob.answered("doubt")
		ada.ok("reveal", room, "")
		bob.settle()
		if e := bob.member(bob.user).shown(); e.Value != "5" {
			t.Errorf("revealed: got %v, want 5", e)
		}
		m.stillConnected(ada, bob)
	})
}

// A commit was done, but its answer was lost: it is repeated without effect.
func TestACommitWithoutAnAnswerIsDoneOnce(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, _, room := inRoom(m)
		m.store.unheard.Store(true)
		ada.send(`{"request":"setTopic","id":"once","roomId":"` + string(room) + `","topic":"one"}`)
		time.Sleep(1500 * time.Millisecond)
		m.store.unheard.Store(false)
		time.Sleep(storeBack)
		ada.answered("once")
		if m.homeOf(room).sys.Stats().Fencings != 0 {
			t.Errorf("fencings: got %d, want 0: the commit was its own", m.homeOf(room).sys.Stats().Fencings)
		}
		ada.ok("setTopic", room, `,"topic":"two"`)
	})
}
