package actors_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// inMemory checks how many users and rooms there are in memory.
func (h *harness) inMemory(when string, users, rooms int64) {
	h.t.Helper()
	synctest.Wait()
	if s := h.sys.Stats(); s.Users != users || s.Rooms != rooms {
		h.t.Fatalf("%s: got %d users and %d rooms in memory, want %d and %d", when, s.Users, s.Rooms, users, rooms)
	}
}

// A room and a user that have nothing to do are only in the store, and come back as they
// were.
func TestIdleRoomsAndUsersLeaveMemoryAndComeBack(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		bob.sendAndSettle(`{"request":"setName","name":"Bob"}`)
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		ada.ok("setTopic", room, `,"topic":"Login"`)
		bob.round(ada, room)
		ada.ok("startTimer", room, `,"seconds":3600`)
		bob.ok("estimate", room, `,"value":"5","comment":"why"`)
		before := bob.room()
		time.Sleep(time.Minute)
		h.inMemory("while they are connected", 2, 1)
		ada.drop()
		bob.drop()
		time.Sleep(10 * time.Second)
		h.inMemory("when they are gone", 0, 0)

		bob = h.connect(bob.user)
		if w := bob.want("welcome"); w.Name != "Bob" {
			t.Errorf("name: got %q, want Bob", w.Name)
		}
		h.inMemory("when one is back", 1, 0)
		bob.ok("joinRoom", room, "")
		if own := bob.want("ownEstimate"); own.value() != "5" || own.Comment != "why" {
			t.Errorf("own estimate: got %v, want 5 with the comment why", own)
		}
		after := bob.room()
		if got, want := after.lasting(), before.lasting(); got != want {
			t.Errorf("the room: got %+v, want %+v", got, want)
		}
		if m := bob.member(ada.user); m.absent || m.Online {
			t.Errorf("Ada: got %v, want her offline", m)
		}
		bob.refused("not_owner", "reveal", room, "")
		h.connect(ada.user).ok("reveal", room, "") // she need not have joined again
	})
}

// round plays one to its end in which c estimates.
func (c *client) round(owner *client, room poker.RoomID) {
	c.ok("estimate", room, `,"value":"3"`)
	owner.ok("reveal", room, "")
	owner.ok("clear", room, "")
}

// A countdown or an undo keeps its room in memory for as long as it lasts.
func TestACountdownOrAnUndoKeepsItsRoomInMemory(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		ada.ok("estimate", room, `,"value":"3"`)
		ada.ok("reveal", room, "")
		ada.ok("clear", room, "")
		ada.drop()
		time.Sleep(5 * time.Second)
		h.inMemory("while the clear can be undone", 0, 1)
		ada = h.connect(ada.user)
		ada.ok("joinRoom", room, "")
		ada.ok("undo", room, "")
		if own := ada.want("ownEstimate"); own.value() != "3" {
			t.Errorf("own estimate after an undo: got %v, want 3", own.value())
		}
		ada.drop()
		time.Sleep(30 * time.Second)
		h.inMemory("afterwards", 0, 0)
	})
}

// However many users and rooms that are not in memory expire at once, all traces of them
// are gone within a minute.
func TestUsersAndRoomsExpireThatAreNotInMemory(t *testing.T) {
	inBubble(t, func(h *harness) {
		var keys []string
		for range 1500 {
			ada := h.connect("")
			ada.sendAndSettle(`{"request":"createRoom"}`)
			room := ada.want("roomCreated").RoomID
			keys = append(keys, "user/"+string(ada.user), "room/"+string(room))
			ada.drop()
		}
		began := time.Now()
		time.Sleep(10 * time.Second)
		h.inMemory("idle", 0, 0)
		time.Sleep(h.config.UserExpiry - time.Since(began) + 30*time.Second)
		for _, key := range keys {
			if _, err := h.store.Load(context.Background(), key); !errors.Is(err, store.ErrNotFound) {
				t.Fatalf("%s after its time: got %v, want %v", key[:5], err, store.ErrNotFound)
			}
		}
	})
}

func TestNothingUnsavedLeavesMemory(t *testing.T) {
	inBubble(t, func(h *harness) {
		disk := &flaky{Store: h.store}
		h.restart(disk)
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		disk.set(full)
		ada.ok("estimate", room, `,"value":"5"`)
		ada.drop()
		time.Sleep(time.Minute)
		h.inMemory("unsaved", 1, 1)
		disk.set(nil)
		time.Sleep(30 * time.Second)
		h.inMemory("saved", 0, 0)
		ada = h.connect(ada.user)
		ada.ok("joinRoom", room, "")
		if own := ada.want("ownEstimate"); own.value() != "5" {
			t.Errorf("own estimate: got %v, want 5", own.value())
		}
	})
}

// A new name reaches rooms that are not in memory. A revived room finds its owner,
// whichever of the two was not in memory.
func TestNewsReachRoomsAndUsersThatAreNotInMemory(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		bob.ok("joinRoom", room, "")
		bob.drop()
		time.Sleep(10 * time.Second)
		bob = h.connect(bob.user)
		bob.sendAndSettle(`{"request":"setName","name":"Robert"}`)
		time.Sleep(10 * time.Second)
		ada.ok("joinRoom", room, "")
		if m := ada.member(bob.user); m.Name != "Robert" {
			t.Errorf("Bob's name: got %v, want Robert", m.Name)
		}

		ada.drop()
		time.Sleep(3 * time.Hour) // the room is gone, and its link revives it
		bob.ok("joinRoom", room, "")
		if owner := bob.room().OwnerID; owner != "" {
			t.Fatalf("owner of a revived room: got %v, want none", owner)
		}
		bob.drop()
		time.Sleep(time.Minute)
		h.inMemory("a room without an owner", 0, 0)
		ada = h.connect(ada.user)
		ada.sendAndSettle(`{"request":"setName","name":"Ada"}`)
		bob = h.connect(bob.user)
		bob.ok("joinRoom", room, "")
		bob.settle()
		if owner := bob.room().OwnerID; owner != ada.user {
			t.Errorf("owner: got %v, want %v", owner, ada.user)
		}
	})
}

// This holds at every moment in which the user's or the room's actor may stop.
func TestRequestsStayInOrderWhileARoomComesBack(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		for offset := range 40 {
			ada = h.connect(ada.user)
			ada.ok("joinRoom", room, "")
			ada.drop()
			time.Sleep(3*time.Second - 20*time.Millisecond + time.Duration(offset)*time.Millisecond)
			c := &client{h: h, user: ada.user, last: map[poker.RoomID]uint64{}}
			c.session = h.sys.Connect(ada.user, time.Now(), 0, c)
			h.opened = append(h.opened, c)
			for i, request := range []string{"joinRoom", "estimate", "reveal", "clear"} {
				message := fmt.Sprintf(`{"request":%q,"id":"%d-%d","roomId":%q}`, request, offset, i, room)
				if request == "estimate" {
					message = message[:len(message)-1] + `,"value":"5"}`
				}
				in, bad := protocol.Decode([]byte(message))
				if bad != nil {
					t.Fatal(bad)
				}
				c.session.Handle(in)
			}
			c.settle()
			if round := c.room().Round; round != offset+2 {
				t.Fatalf("offset %d: got round %d, want %d; events: %v", offset, round, offset+2, c.newEvents())
			}
			c.drop()
			ada = c
		}
	})
}

func TestIdleRoomsTakeNoMemory(t *testing.T) {
	inBubble(t, func(h *harness) {
		heap := func() uint64 {
			runtime.GC()
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.HeapAlloc + m.StackInuse
		}
		fill := func(n int) {
			for range n {
				ada := h.connect("")
				ada.sendAndSettle(`{"request":"createRoom"}`)
				ada.drop()
				h.opened = h.opened[:len(h.opened)-1]
			}
			time.Sleep(10 * time.Second)
			h.inMemory("idle", 0, 0)
		}
		fill(100)
		before := heap()
		const rooms = 1000
		fill(rooms)
		each := (int64(heap()) - int64(before)) / rooms
		if each > 4000 { // most of it is what the store in memory keeps of them
			t.Errorf("an idle room and its user: got %d bytes, want at most 4000", each)
		}
	})
}
