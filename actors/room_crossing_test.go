package actors_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
)

// together sends requests so that they share a commit: while the room broadcasts a change
// by owner to a slow client.
func together(owner *client, room poker.RoomID, send ...func()) {
	slow := owner.h.connect("")
	slow.ok("joinRoom", room, "")
	slow.slow.Store(int64(10 * time.Millisecond))
	owner.about("setTopic", room, fmt.Sprintf(`,"topic":"another %d"`, time.Now().UnixNano()))()
	for _, s := range send {
		synctest.Wait()
		s()
	}
	synctest.Wait()
	slow.slow.Store(0)
	owner.settle()
	slow.drop()
}

// about returns a function that sends a request about a room without waiting.
func (c *client) about(request string, room poker.RoomID, more string) func() {
	return func() { c.send(fmt.Sprintf(`{"request":%q,"roomId":%q%s}`, request, room, more)) }
}

// partakes checks that a connection is subscribed, and its user a member.
func (c *client) partakes(when string, room poker.RoomID, owner *client) {
	c.h.t.Helper()
	c.ok("estimate", room, `,"value":"5"`)
	c.ok("setName", "", fmt.Sprintf(`,"name":"Renamed %d"`, time.Now().UnixNano()))
	owner.settle()
	m := owner.member(c.user)
	if m.absent || !m.Estimated || !m.Online || m.Name == "Guest" {
		c.h.t.Errorf("%s: the others see %v, want a member online with an estimate and a new name", when, m)
	}
	c.drop()
	c.settle()
	owner.settle()
	if m := owner.member(c.user); m.absent || m.Online {
		c.h.t.Errorf("%s: after they disconnect the others see %v, want a member offline", when, m)
	}
}

// A user who joins while being removed is a member and subscribed, or neither.
func TestARemovalAndAJoinInOneCommit(t *testing.T) {
	for _, removal := range []string{"removeAway", "removeMember"} {
		t.Run(removal, func(t *testing.T) {
			inBubble(t, func(h *harness) {
				ada, ann := h.connect(""), h.connect("")
				room := ada.create()
				ada.ok("joinRoom", room, "")
				ann.ok("joinRoom", room, "")
				more := to(ann)
				if removal == "removeAway" {
					more = ""
					ann.drop()
					ann = h.connect(ann.user)
				}
				ann.newEvents()
				together(ada, room, ada.about(removal, room, more), ann.about("joinRoom", room, ""))
				ann.want("roomStatus")
				ann.partakes(removal, room, ada)
			})
		})
	}
}

// A connection that leaves and joins again at once is subscribed, and its user a member.
func TestALeaveAndAJoinCross(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, ann := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		ann.ok("joinRoom", room, "")
		ann.about("leaveRoom", room, "")()
		ann.about("joinRoom", room, "")()
		ann.settle()
		ann.partakes("in two commits", room, ada)

		ann = h.connect(ann.user)
		ann.ok("joinRoom", room, "")
		together(ada, room, ann.about("leaveRoom", room, ""), ann.about("joinRoom", room, ""))
		ann.partakes("in one commit", room, ada)
		if ada.member(ann.user).absent {
			t.Error("got nobody, want a member")
		}
	})
}

// A room that was handed over ends with its owner. A user who joins meanwhile is a member
// of the room that its link revives.
func TestAHandedOverRoomEndsWhileSomebodyJoins(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := ada.create()
		for _, c := range []*client{ada, bob, cleo} {
			c.ok("joinRoom", room, "")
		}
		ada.ok("transferRoom", room, to(bob))
		bob.ok("acceptRoom", room, "")
		together(bob, room, func() { bob.send(`{"request":"forgetMe"}`) }, cleo.about("joinRoom", room, ""))
		cleo.settle()
		if got := cleo.ask("estimate", room, `,"value":"5"`); got.Event != "ok" {
			cleo.ok("joinRoom", room, "") // the end came later
			cleo.ok("estimate", room, `,"value":"5"`)
		}
		if m := cleo.member(cleo.user); m.absent || !m.Estimated {
			t.Errorf("got %v, want a member with an estimate", m)
		}
	})
}

// The crash comes between the user's commit and the room's. The repeated request then
// creates the room as requested.
func TestCreatingIsRepeatedAfterACrash(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		const request = `{"request":"createRoom","id":"k7q1","topic":"Login page","deck":"hours"}`
		ada.sendAndSettle(request)
		room := ada.want("roomCreated").RoomID
		h.stop()
		found, err := h.store.Load(context.Background(), "room/"+string(room))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.store.Delete(context.Background(), found.Key, found.Revision); err != nil {
			t.Fatal(err)
		}
		h.start()
		ada = h.connect(ada.user)
		ada.sendAndSettle(request)
		if again := ada.want("roomCreated").RoomID; again != room {
			t.Errorf("got room %v, want %v", again, room)
		}
		ada.ok("joinRoom", room, "")
		r := ada.room()
		if r.Topic != "Login page" || r.Deck.Name != "hours" || r.OwnerID != ada.user {
			t.Errorf("got topic %v, deck %v of %v, want Login page and hours of %v", r.Topic, r.Deck, r.OwnerID, ada.user)
		}
	})
}

// The crash comes between the room's commit and its owner's. A room that was closed or
// handed over then counts as owned until the owner reaches the limit.
func TestRoomsThatAUserNoLongerOwnsDoNotCount(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		var rooms []poker.RoomID
		for range h.config.Limits.RoomsPerUser {
			rooms = append(rooms, ada.create())
		}
		for _, c := range []*client{ada, bob} {
			c.ok("joinRoom", rooms[1], "")
		}
		key := "user/" + string(ada.user)
		before, err := h.store.Load(context.Background(), key)
		if err != nil {
			t.Fatal(err)
		}
		ada.ok("closeRoom", rooms[0], "")
		ada.ok("transferRoom", rooms[1], to(bob))
		bob.ok("acceptRoom", rooms[1], "")
		h.stop()
		now, err := h.store.Load(context.Background(), key)
		if err != nil {
			t.Fatal(err)
		}
		before.Revision = now.Revision
		if _, err := h.store.Commit(context.Background(), before); err != nil {
			t.Fatal(err)
		}
		h.start()
		ada = h.connect(ada.user)
		ada.refused("too_many_rooms", "createRoom", "", "")
		ada.create()
		ada.create()
		ada.refused("too_many_rooms", "createRoom", "", "")
		ada.refused("room_not_found", "joinRoom", rooms[0], "")
	})
}
