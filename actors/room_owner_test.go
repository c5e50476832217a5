package actors_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/actors"
	"example.com/pokey/poker"
	"example.com/pokey/store"
)

// record is what the store has under a room's key, with its parts, or "".
func (h *house) record(room poker.RoomID) string {
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

// TestAClosedRoomStaysClosed as long as its owner lives, also over a restart, and
// leaves nothing of what was in it.
func TestAClosedRoomStaysClosed(t *testing.T) {
	inBubble(t, func(h *house) {
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
				t.Errorf("the reason is %v", e.Reason)
			}
		}
		if kept := h.record(room); kept == "" || strings.Contains(kept, "canary") || strings.Contains(kept, string(bob.user)) {
			t.Errorf("what is kept of a closed room: %q", kept)
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
			t.Errorf("its owner has expired, and it is kept: %q", kept)
		}
		cleo.ok("joinRoom", room, "")
	})
}

// TestClosingIsRepeated has the client ask again, as after a broken connection, and
// counts that rooms which are closed do not count.
func TestClosingIsRepeated(t *testing.T) {
	inBubble(t, func(h *house) {
		ada := h.connect("")
		for range 2 * h.config.Limits.RoomsPerUser {
			room := ada.create()
			message := fmt.Sprintf(`{"request":"closeRoom","id":"again","roomId":%q}`, room)
			for range 2 {
				ada.say(message)
				if e := ada.want("ok"); e.ID != "again" {
					t.Fatalf("got %v", e)
				}
			}
			ada.never("error")
			ada.refused("not_member", "closeRoom", room, "")
		}
	})
}

// TestClosedRoomsAreBounded closes more than are remembered.
func TestClosedRoomsAreBounded(t *testing.T) {
	inBubble(t, func(h *house) {
		ada := h.connect("")
		for range 256 {
			ada.ok("closeRoom", ada.create(), "")
		}
		room := ada.create()
		ada.refused("too_many_rooms", "closeRoom", room, "")
		ada.ok("joinRoom", room, "")
	})
}

// TestARoomIsHandedOverWithConsent and within the limit of who accepts.
func TestARoomIsHandedOverWithConsent(t *testing.T) {
	inBubble(t, func(h *house) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := ada.create()
		for _, c := range []*client{ada, bob, cleo} {
			c.ok("joinRoom", room, "")
		}
		bob.refused("not_owner", "acceptRoom", room, "")
		ada.ok("transferRoom", room, to(bob))
		if r := bob.room(); r.OfferedTo != bob.user || r.OwnerID != ada.user {
			t.Errorf("offered to %v, owned by %v", r.OfferedTo, r.OwnerID)
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
			t.Errorf("offered to %v, owned by %v", r.OfferedTo, r.OwnerID)
		}
		if !cleo.member(ada.user).Deputy {
			t.Error("the old owner is no deputy")
		}
		ada.refused("not_owner", "closeRoom", room, "")
		bob.refused("too_many_rooms", "createRoom", "", "")
	})
}

// TestAcceptingInVainCostsNothing asks for rooms that are not offered, up to the limit
// and beyond, and then creates as many as ever.
func TestAcceptingInVainCostsNothing(t *testing.T) {
	inBubble(t, func(h *house) {
		ada, bob := h.connect(""), h.connect("")
		for range h.config.Limits.RoomsPerUser {
			room := ada.create()
			bob.ok("joinRoom", room, "")
			bob.refused("not_owner", "acceptRoom", room, "")
		}
		own := bob.create()
		bob.ok("joinRoom", own, "")
		bob.refused("not_owner", "acceptRoom", own, "") // it is theirs already, and stays so
		for range h.config.Limits.RoomsPerUser - 1 {
			bob.create()
		}
		bob.refused("too_many_rooms", "createRoom", "", "")
		bob.ok("closeRoom", own, "")
	})
}

// TestAHandedOverRoomIsNobodysWhenRevived when its link revives it, not even who made it and
// whose id is in it.
func TestAHandedOverRoomIsNobodysWhenRevived(t *testing.T) {
	inBubble(t, func(h *house) {
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
			t.Errorf("what is kept of a room that was handed over: %q", kept)
		}
		for range 2 {
			ada.ok("joinRoom", room, "")
			if owner := ada.room().OwnerID; owner != "" {
				t.Errorf("owned by %v", owner)
			}
			ada.refused("not_owner", "reveal", room, "")
			cleo.ok("joinRoom", room, "")
			ada.ok("leaveRoom", room, "")
			cleo.ok("leaveRoom", room, "")
			h.restart(h.store)
			ada, cleo = h.connect(ada.user), h.connect(cleo.user)
		}
		if n := h.sys.Stats().Rooms; n != 0 {
			t.Errorf("%d rooms in memory", n)
		}
		time.Sleep(91 * 24 * time.Hour)
		if kept := h.record(room); kept != "" {
			t.Errorf("after 91 days it is kept: %q", kept)
		}
		ada.ok("joinRoom", room, "")
		if owner := ada.room().OwnerID; owner != ada.user {
			t.Errorf("after 91 days it is owned by %v", owner)
		}
	})
}

// TestARoomThatIsHandedBackIsItsFirstOwnersAgain.
func TestARoomThatIsHandedBackIsItsFirstOwnersAgain(t *testing.T) {
	inBubble(t, func(h *house) {
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
			t.Errorf("it is kept: %q", kept)
		}
	})
}

// TestALockedRoomLetsNobodyNewIn, and tells who was removed for good from who was not.
func TestALockedRoomLetsNobodyNewIn(t *testing.T) {
	inBubble(t, func(h *house) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := ada.create()
		bob.ok("joinRoom", room, "")
		bob.drop()
		ada.ok("lockRoom", room, `,"locked":true`)
		cleo.refused("room_locked", "joinRoom", room, "")
		cleo.refused("not_member", "reveal", room, "")
		bob = h.connect(bob.user)
		bob.ok("joinRoom", room, "")
		if !bob.room().Locked {
			t.Error("the lock is not shown")
		}
		ada.ok("joinRoom", room, "")
		ada.ok("lockRoom", room, `,"locked":false`)
		cleo.ok("joinRoom", room, "")
		ada.ok("removeMember", room, to(cleo)+`,"forGood":true`)
		if e := cleo.want("roomLeft"); e.Reason != "removed" {
			t.Errorf("left for %v", e.Reason)
		}
		var seen []actors.SecurityEvent
		h.config.ObserveSecurity = func(e actors.SecurityEvent) { seen = append(seen, e) }
		h.restart(h.store)
		ada, bob, cleo = h.connect(ada.user), h.connect(bob.user), h.connect(cleo.user)
		cleo.refused("not_admitted", "joinRoom", room, "")
		ada.ok("removeMember", room, to(cleo))
		if len(seen) > 0 {
			t.Errorf("admitting somebody again is seen as %v", seen)
		}
		cleo.ok("joinRoom", room, "")
		cleo.drop()
		bob.drop()
		time.Sleep(20 * time.Second)
		ada.ok("joinRoom", room, "")
		ada.ok("removeAway", room, "")
		if members := ada.room().Members; len(members) != 1 {
			t.Errorf("%d members are left, want the owner", len(members))
		}
		if want := []actors.SecurityEvent{actors.MemberRemoved, actors.MemberRemoved}; !slices.Equal(seen, want) {
			t.Errorf("two were removed: seen as %v, want %v", seen, want)
		}
	})
}

// TestGuestsAreNamedGuest wherever their name is shown, until they say theirs.
func TestGuestsAreNamedGuest(t *testing.T) {
	inBubble(t, func(h *house) {
		ada := h.connect("")
		if w := ada.want("welcome"); w.Name != "Guest" || !is(w.Named, false) {
			t.Errorf("welcome: name %v, named %v", w.Name, w.Named)
		}
		room := ada.create()
		ada.ok("joinRoom", room, "")
		if m := ada.member(ada.user); m.Name != "Guest" || !is(m.Named, false) {
			t.Errorf("member: name %v, named %v", m.Name, m.Named)
		}
		ada.ok("setName", "", `,"name":"Gu\u200best"`)
		if u := ada.want("user"); u.Name != "Guest" || u.Named != nil {
			t.Errorf("user: name %v, named %v", u.Name, u.Named)
		}
		if m := ada.member(ada.user); m.Name != "Guest" || m.Named != nil {
			t.Errorf("member: name %v, named %v", m.Name, m.Named)
		}
		if w := h.connect(ada.user).want("welcome"); w.Named != nil {
			t.Errorf("welcome: named %v", w.Named)
		}
	})
}
