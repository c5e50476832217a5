package actors_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/store"
)

// record returns what the store has under a room's key, with its parts, or "".
func (h *harness) record(room poker.RoomID) string {
	h.t.Helper()
	r, parts, err := h.store.LoadAll(context.Background(), "room/"+string(room))
	if err != nil {
		if !errors.Is(err, store.ErrNotFound) {
			h.t.Fatal(err)
		}
		return ""
	}
	all := string(r.Data)
	for _, p := range parts {
		all += p.Key + string(p.Data)
	}
	return all
}

func to(c *client) string { return fmt.Sprintf(`,"userId":%q`, c.user) }

// It does so until its owner expires, after a restart too. Nothing of its contents is
// stored.
func TestAClosedRoomStaysClosed(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.ok("setName", "", `,"name":"Bob the canary"`)
		bob.ok("estimate", room, `,"value":"5","comment":"canary"`)
		ada.ok("reveal", room, "")
		ada.ok("clear", room, "")
		bob.ok("estimate", room, `,"value":"8","comment":"another canary"`)
		bob.refused("not_owner", "closeRoom", room, "")
		ada.ok("closeRoom", room, "")
		for _, c := range []*client{ada, bob} {
			if e := c.want("roomClosed"); e.Reason != "closed" {
				t.Errorf("reason: got %q, want closed", e.Reason)
			}
		}
		if kept := h.record(room); kept == "" || strings.Contains(kept, "canary") || strings.Contains(kept, string(bob.user)) {
			t.Errorf("stored of a closed room: got %q, want a record without names and estimates", kept)
		}
		time.Sleep(4 * time.Second)
		if n := h.sys.Stats().Rooms; n != 0 {
			t.Errorf("got %d rooms in memory, want none", n)
		}
		h.restart(h.store)
		ada, bob, cleo = h.connect(ada.user), h.connect(bob.user), h.connect(cleo.user)
		for _, c := range []*client{bob, cleo, ada} {
			c.refused("room_not_found", "joinRoom", room, "")
			c.refused("not_member", "reveal", room, "")
		}
		time.Sleep(25 * time.Hour) // the sweep asks after it
		bob.refused("room_not_found", "joinRoom", room, "")
		ada.drop()
		time.Sleep(3 * time.Hour)
		if kept := h.record(room); kept != "" {
			t.Errorf("stored after the owner has expired: got %q, want nothing", kept)
		}
		cleo.ok("joinRoom", room, "")
	})
}

// A client repeats the request after a broken connection. Closed rooms do not count as
// owned.
func TestClosingIsRepeated(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		for range 2 * h.config.Limits.RoomsPerUser {
			room := ada.create()
			message := fmt.Sprintf(`{"request":"closeRoom","id":"again","roomId":%q}`, room)
			for range 2 {
				ada.sendAndSettle(message)
				if e := ada.want("ok"); e.ID != "again" {
					t.Fatalf("got %v, want ok for again", e)
				}
			}
			ada.wantNone("error")
			ada.refused("not_member", "closeRoom", room, "")
		}
	})
}

func TestClosedRoomsAreBounded(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		for range 256 {
			ada.ok("closeRoom", ada.create(), "")
		}
		room := ada.create()
		ada.refused("too_many_rooms", "closeRoom", room, "")
		ada.ok("joinRoom", room, "")
	})
}

// The limit of rooms of the user who accepts holds.
func TestARoomIsHandedOverWithConsent(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := ada.create()
		for _, c := range []*client{ada, bob, cleo} {
			c.ok("joinRoom", room, "")
		}
		bob.refused("not_owner", "acceptRoom", room, "")
		ada.ok("transferRoom", room, to(bob))
		if r := bob.room(); r.OfferedTo != bob.user || r.OwnerID != ada.user {
			t.Errorf("offered to %q, owned by %q; want %q, %q", r.OfferedTo, r.OwnerID, bob.user, ada.user)
		}
		cleo.refused("not_owner", "acceptRoom", room, "")
		var rooms []poker.RoomID
		for range h.config.Limits.RoomsPerUser {
			rooms = append(rooms, bob.create())
		}
		bob.refused("too_many_rooms", "acceptRoom", room, "")
		bob.ok("closeRoom", rooms[0], "")
		bob.ok("acceptRoom", room, "")
		if r := cleo.room(); r.OfferedTo != "" || r.OwnerID != bob.user {
			t.Errorf("offered to %q, owned by %q; want nobody, %q", r.OfferedTo, r.OwnerID, bob.user)
		}
		if !cleo.member(ada.user).Deputy {
			t.Errorf("the previous owner: got %v, want a deputy", cleo.member(ada.user))
		}
		ada.refused("not_owner", "closeRoom", room, "")
		bob.refused("too_many_rooms", "createRoom", "", "")
	})
}

// A user who accepts rooms that are not on offer can still create as many as before.
func TestAcceptingInVainCostsNothing(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		for range h.config.Limits.RoomsPerUser {
			room := ada.create()
			bob.ok("joinRoom", room, "")
			bob.refused("not_owner", "acceptRoom", room, "")
		}
		own := bob.create()
		bob.ok("joinRoom", own, "")
		bob.refused("not_owner", "acceptRoom", own, "") // it is his already, and stays so
		for range h.config.Limits.RoomsPerUser - 1 {
			bob.create()
		}
		bob.refused("too_many_rooms", "createRoom", "", "")
		bob.ok("closeRoom", own, "")
	})
}

// Not even the user who created the room, and whose ID is in the room's, owns it again.
func TestAHandedOverRoomIsNobodysWhenRevived(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.ok("setName", "", `,"name":"Bob the canary"`)
		ada.ok("transferRoom", room, to(bob))
		bob.ok("acceptRoom", room, "")
		bob.ok("removeMember", room, to(ada))
		bob.drop()
		time.Sleep(3 * time.Hour)
		if kept := h.record(room); kept == "" || strings.Contains(kept, "canary") || strings.Contains(kept, string(bob.user)) || strings.Contains(kept, string(ada.user)) {
			t.Errorf("stored of a room that was handed over: got %q, want a tombstone without names and users", kept)
		}
		for range 2 {
			ada.ok("joinRoom", room, "")
			if owner := ada.room().OwnerID; owner != "" {
				t.Errorf("owner: got %q, want none", owner)
			}
			ada.refused("not_owner", "reveal", room, "")
			cleo.ok("joinRoom", room, "")
			ada.ok("leaveRoom", room, "")
			cleo.ok("leaveRoom", room, "")
			h.restart(h.store)
			ada, cleo = h.connect(ada.user), h.connect(cleo.user)
		}
		if n := h.sys.Stats().Rooms; n != 0 {
			t.Errorf("got %d rooms in memory, want none", n)
		}
		time.Sleep(91 * 24 * time.Hour)
		if kept := h.record(room); kept != "" {
			t.Errorf("stored after 91 days: got %q, want nothing", kept)
		}
		ada.ok("joinRoom", room, "")
		if owner := ada.room().OwnerID; owner != ada.user {
			t.Errorf("owner after 91 days: got %q, want %q", owner, ada.user)
		}
	})
}

// So it leaves no tombstone.
func TestARoomThatIsHandedBackIsItsFirstOwnersAgain(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		ada.ok("transferRoom", room, to(bob))
		bob.ok("acceptRoom", room, "")
		bob.ok("transferRoom", room, to(ada))
		ada.ok("acceptRoom", room, "")
		ada.drop()
		time.Sleep(3 * time.Hour)
		if kept := h.record(room); kept != "" {
			t.Errorf("stored after its owner has expired: got %q, want nothing", kept)
		}
	})
}
