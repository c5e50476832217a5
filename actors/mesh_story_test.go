package actors_test

import (
	"context"
	"testing"
	"time"
)

// Two people on two nodes, a room that may be on a third: they see the same.
func TestAnyoneOnAnyNode(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob := m.nodes["n1"].connect(""), m.nodes["n2"].connect("")
		ada.want("welcome")
		bob.want("welcome")
		for range 3 { // rooms on this node and that
			room := ada.create()
			ada.ok("joinRoom", room, "")
			bob.ok("joinRoom", room, "")
			bob.ok("estimate", room, `,"value":"5","comment":"why"`)
			if own := bob.want("ownEstimate"); own.value() != "5" {
				t.Errorf("own estimate: %v", own)
			}
			bob.refused("not_owner", "reveal", room, "")
			ada.ok("reveal", room, "")
			for _, c := range []*client{ada, bob} {
				c.settle()
				if e := c.member(bob.user).shown(); e.Value != "5" || e.Comment != "why" {
					t.Errorf("revealed: %v", c.member(bob.user))
				}
			}
			bob.ok("history", room, "")
			bob.ok("leaveRoom", room, "")
			bob.want("roomLeft")
		}
	})
}

// What moves to another node is committed once there, with whatever waited for it.
func TestMovingCommitsOnce(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		_, _, room := inRoom(m)
		m.store.set(func(context.Context) error { time.Sleep(50 * time.Millisecond); return nil })
		records := m.store.Store.(*shared)
		for _, away := range []string{"n3", "n2", "n1"} {
			records.mu.Lock()
			clear(records.commits)
			records.mu.Unlock()
			m.see([]string{away})
			time.Sleep(time.Second)
			records.mu.Lock()
			for key, n := range records.commits {
				if n != 1 {
					t.Errorf("%s without %s: %d commits", key, away, n)
				}
			}
			if away == "n3" && records.commits["room/"+string(room)] != 1 {
				t.Error("the room has not moved")
			}
			records.mu.Unlock()
		}
	})
}

// A node that drains gives its rooms away, and nobody notices.
func TestDrainIsUnnoticed(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob := m.nodes["n1"].connect(""), m.nodes["n2"].connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.ok("estimate", room, `,"value":"5"`)
		for _, away := range []string{"n3", "n2", "n1"} {
			before := len(bob.all())
			m.see([]string{away})
			if home := m.homeOf(room); home.sys.Stats().Rooms != 1 || m.nodes[away].sys.Stats().Rooms != 0 {
				t.Fatalf("the room is not where it belongs")
			}
			shown := uint64(0)
			for _, e := range bob.all()[before:] {
				if version := e.Version; version > 0 {
					if version <= shown {
						t.Errorf("version %v again: %v", version, e)
					}
					shown = version
				}
				if e.Room != nil {
					for _, member := range e.Room.Members {
						if !member.Online {
							t.Errorf("somebody flickers: %v", e)
						}
					}
				}
				if e.Event == "welcome" {
					t.Error("welcomed again")
				}
			}
			ada.ok("setTopic", room, `,"topic":"on without `+away+`"`)
			bob.settle()
			if bob.room().Topic != "on without "+away || bob.room().Estimates != 1 {
				t.Errorf("bob sees %v", bob.room())
			}
			if ada.closed != 0 || bob.closed != 0 {
				t.Errorf("closed with %v and %v", ada.closed, bob.closed)
			}
			time.Sleep(20 * time.Second)
		}
	})
}
