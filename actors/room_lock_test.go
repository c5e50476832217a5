package actors_test

import (
	"slices"
	"testing"
	"time"

	"example.com/pokey/actors"
)

// A member who was removed for good is not let in either, until the owner admits them.
func TestALockedRoomLetsNobodyNewIn(t *testing.T) {
	inBubble(t, func(h *harness) {
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
			t.Error("locked: got false, want true")
		}
		ada.ok("joinRoom", room, "")
		ada.ok("lockRoom", room, `,"locked":false`)
		cleo.ok("joinRoom", room, "")
		ada.ok("removeMember", room, to(cleo)+`,"forGood":true`)
		if e := cleo.want("roomLeft"); e.Reason != "removed" {
			t.Errorf("reason: got %q, want removed", e.Reason)
		}
		var seen []actors.SecurityEvent
		h.config.ObserveSecurity = func(e actors.SecurityEvent) { seen = append(seen, e) }
		h.restart(h.store)
		ada, bob, cleo = h.connect(ada.user), h.connect(bob.user), h.connect(cleo.user)
		cleo.refused("not_admitted", "joinRoom", room, "")
		ada.ok("removeMember", room, to(cleo))
		if len(seen) > 0 {
			t.Errorf("security events of admitting a member again: got %v, want none", seen)
		}
		cleo.ok("joinRoom", room, "")
		cleo.drop()
		bob.drop()
		time.Sleep(20 * time.Second)
		ada.ok("joinRoom", room, "")
		ada.ok("removeAway", room, "")
		if members := ada.room().Members; len(members) != 1 {
			t.Errorf("got %d members, want only the owner", len(members))
		}
		if want := []actors.SecurityEvent{actors.MemberRemoved, actors.MemberRemoved}; !slices.Equal(seen, want) {
			t.Errorf("security events of two removals: got %v, want %v", seen, want)
		}
	})
}
