package actors_test

import (
	"strings"
	"testing"
	"time"
)

func TestOwnerExpiresAndTheRoomWithThem(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.ok("estimate", room, `,"value":"5"`)
		epoch := bob.room().Epoch

		ada.drop()
		time.Sleep(119 * time.Minute)
		ada = h.connect(ada.user) // in time: the expiry is off
		time.Sleep(3 * time.Hour)
		bob.wantNone("roomClosed")
		ada.drop()
		time.Sleep(119 * time.Minute)
		bob.wantNone("roomClosed")
		time.Sleep(2 * time.Minute)
		if e := bob.want("roomClosed"); e.Reason != "expired" || e.RoomID != room {
			t.Errorf("got %v, want the reason expired", e)
		}
		bob.refused("not_member", "estimate", room, `,"value":"5"`)

		// The link revives the room: empty, hidden, another epoch, no owner yet.
		bob.ok("joinRoom", room, "")
		if r := bob.room(); r.Epoch == epoch || r.OwnerID != "" || r.Estimates != 0 || r.Round != 1 {
			t.Errorf("revived: got %v, want an empty room in another epoch without an owner", r)
		}
		bob.refused("not_owner", "reveal", room, "")

		// The owner is recognised when their session connects, joined or not.
		ada = h.connect(ada.user)
		ada.settle()
		if r := bob.room(); r.OwnerID != ada.user {
			t.Errorf("owner: got %q, want %q", r.OwnerID, ada.user)
		}
		ada.ok("joinRoom", room, "")
		ada.ok("reveal", room, "")
	})
}

func TestAnOwnerWhoIsThereBeforeTheRevivalIsRecognised(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.drop()
		time.Sleep(3 * time.Hour)
		ada = h.connect(ada.user)
		bob := h.connect("")
		bob.ok("joinRoom", room, "")
		if r := bob.room(); r.OwnerID != ada.user {
			t.Errorf("owner: got %q, want %q", r.OwnerID, ada.user)
		}
		ada.ok("joinRoom", room, "")
		ada.ok("reveal", room, "")
	})
}

func TestAnotherUserIsNeverTakenForTheOwner(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.drop()
		time.Sleep(3 * time.Hour)
		eve := h.connect("")
		eve.ok("joinRoom", room, "")
		eve.refused("not_owner", "reveal", room, "")
		eve.refused("not_owner", "clear", room, "")
	})
}

func TestAMemberExpiresElsewhere(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.drop()
		time.Sleep(time.Hour)
		if ada.member(bob.user).absent {
			t.Fatal("after an hour: got no member, want Bob offline")
		}
		time.Sleep(61 * time.Minute)
		ada.settle()
		if m := ada.member(bob.user); !m.absent {
			t.Errorf("after two hours: got %v, want no member", m)
		}
	})
}

func TestARoomWithoutOwnerEndsWithItsLastMember(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.drop()
		time.Sleep(3 * time.Hour)
		bob := h.connect("")
		bob.ok("joinRoom", room, "")
		if n := h.sys.Stats().Rooms; n != 1 {
			t.Fatalf("got %d rooms in memory, want 1", n)
		}
		bob.ok("leaveRoom", room, "")
		if n := h.sys.Stats().Rooms; n != 0 {
			t.Errorf("after the last member has left: got %d rooms in memory, want 0", n)
		}
	})
}

func TestARemovedMemberIsToldAndMayComeBack(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		ada.ok("removeMember", room, `,"userId":"`+string(bob.user)+`"`)
		if e := bob.want("roomLeft"); e.Reason != "removed" {
			t.Errorf("got %v, want the reason removed", e)
		}
		bob.refused("not_member", "estimate", room, `,"value":"1"`)
		bob.ok("joinRoom", room, "")
	})
}

func TestHandingARoomOverMovesItsExpiry(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		ada.ok("transferRoom", room, `,"userId":"`+string(bob.user)+`"`)
		bob.ok("acceptRoom", room, "")
		ada.drop()
		time.Sleep(3 * time.Hour)
		bob.wantNone("roomClosed")
		bob.ok("reveal", room, "")
		bob.drop()
		time.Sleep(3 * time.Hour)
		if n := h.sys.Stats().Rooms; n != 0 {
			t.Errorf("after the owner has expired: got %d rooms in memory, want 0", n)
		}
	})
}

func TestTheHistoryForgetsWhoHasExpired(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.ok("estimate", room, `,"value":"5","comment":"canary"`)
		ada.ok("reveal", room, "")
		ada.ok("clear", room, "")
		bob.ok("leaveRoom", room, "")
		estimates := func() []estimateView {
			ada.ok("history", room, "")
			return ada.want("roomHistory").Rounds[0].Estimates
		}
		if n := len(estimates()); n != 1 {
			t.Fatalf("got %d estimates in the history, want 1", n)
		}
		bob.drop()
		time.Sleep(2*time.Hour + time.Minute)
		ada.settle()
		if n := len(estimates()); n != 0 {
			t.Errorf("after Bob has expired: got %d estimates in the history, want 0", n)
		}
		if kept := h.kept(room); len(kept) != 1 || strings.Contains(kept["1"], "canary") {
			t.Errorf("stored rounds: got %q, want one without the comment", kept)
		}
	})
}
