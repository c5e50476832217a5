package actors_test

import (
	"context"
	"testing"
	"time"
)

// Two people on two nodes see the same room, whichever node it lives on.
func TestPeopleOnDifferentNodesSeeTheSameRoom(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob := m.nodes["n1"].connect(""), m.nodes["n2"].connect("")
		ada.want("welcome")
		bob.want("welcome")
		for range 3 { // rooms on this node and that
			room := ada.create()
			ada.ok("joinRoom", room, "")
			bob.ok("joinRoom", room, "")
			bob.ok("estimate", room, `,"value":"5","comment":"why"`)
			bob.wantOwnEstimate("5")
			bob.refused("not_owner", "reveal", room, "")
			ada.ok("reveal", room, "")
			for _, c := range []*client{ada, bob} {
				c.settle()
				if e := c.member(bob.user).shown(); e.Value != "5" || e.Comment != "why" {
					t.Errorf("revealed: got %v, want 5 and why", c.member(bob.user))
				}
			}
			bob.ok("history", room, "")
			bob.ok("leaveRoom", room, "")
			bob.want("roomLeft")
		}
	})
}

// A room or user that moves to another node is committed there once, together with the
// requests that waited for it.
func TestAHandoffCommitsOnce(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		_, _, room := inRoom(m)
		m.store.set(func(context.Context) error { time.Sleep(50 * time.Millisecond); return nil })
		records := m.store.Store.(*sharedStore)
		for _, away := range []string{"n3", "n2", "n1"} {
			records.mu.Lock()
			clear(records.commits)
			records.mu.Unlock()
			m.changeView([]string{away})
			time.Sleep(time.Second)
			records.mu.Lock()
			for key, n := range records.commits {
				if n != 1 {
					t.Errorf("%s without %s: got %d commits, want 1", key, away, n)
				}
			}
			if away == "n3" && records.commits["room/"+string(room)] != 1 {
				t.Errorf("the room without n3: got %d commits, want 1", records.commits["room/"+string(room)])
			}
			records.mu.Unlock()
		}
	})
}

// A node that drains hands off its rooms, and no client notices.
func TestADrainIsNotNoticed(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob := m.nodes["n1"].connect(""), m.nodes["n2"].connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.ok("estimate", room, `,"value":"5"`)
		for _, away := range []string{"n3", "n2", "n1"} {
			before := len(bob.all())
			m.changeView([]string{away})
			if home := m.homeOf(room); home.sys.Stats().Rooms != 1 || m.nodes[away].sys.Stats().Rooms != 0 {
				t.Fatalf("rooms: got %d where it belongs and %d on %s, want 1 and 0", home.sys.Stats().Rooms, m.nodes[away].sys.Stats().Rooms, away)
			}
			shown := uint64(0)
			for _, e := range bob.all()[before:] {
				if version := e.Version; version > 0 {
					if version <= shown {
						t.Errorf("version: got %d after %d, want a higher one: %v", version, shown, e)
					}
					shown = version
				}
				if e.Room != nil {
					for _, member := range e.Room.Members {
						if !member.Online {
							t.Errorf("got a member offline, want all online: %v", e)
						}
					}
				}
				if e.Event == "welcome" {
					t.Error("got a second welcome, want none")
				}
			}
			ada.ok("setTopic", room, `,"topic":"on without `+away+`"`)
			bob.settle()
			bob.seesTopic("on without " + away)
			if got := bob.room().Estimates; got != 1 {
				t.Errorf("estimates: got %d, want 1", got)
			}
			m.stillConnected(ada, bob)
			time.Sleep(20 * time.Second)
		}
	})
}
