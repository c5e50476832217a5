package actors_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/pokey/protocol"
)

func TestOneRoundAsItsMembersSeeIt(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		if w := ada.want("welcome"); w.Protocol != 2 || w.UserID != ada.user || w.Name != "Guest" {
			t.Fatalf("welcome: got %v, want protocol 2, her user ID and the name Guest", w)
		}
		bob.sendAndSettle(`{"request":"setName","id":"n","name":" Bob "}`)
		if u := bob.want("user"); u.Name != "Bob" {
			t.Fatalf("user: got %v, want the name Bob", u)
		}
		room := ada.create()
		bob.refused("not_member", "reveal", room, "")
		if got := ada.ok("joinRoom", room, ""); !is(got.Durable, false) {
			t.Errorf("a store in memory: got %v, want durable false", got)
		}
		bob.ok("joinRoom", room, "")
		if m := ada.member(bob.user); m.Name != "Bob" || !m.Online || m.Estimated {
			t.Fatalf("Bob as Ada sees him: got %v, want Bob online without an estimate", m)
		}

		ada.newEvents()
		bob.ok("estimate", room, `,"value":"5","comment":"legacy parser"`)
		if own := bob.want("ownEstimate"); own.value() != "5" || own.Comment != "legacy parser" {
			t.Errorf("own estimate: got %v, want 5 with the comment legacy parser", own)
		}
		ada.wantNone("ownEstimate")
		if m := ada.member(bob.user); !m.Estimated || m.Estimate != nil {
			t.Errorf("Bob's hidden estimate: got %v, want estimated true and no value", m)
		}
		bob.refused("not_owner", "reveal", room, "")
		bob.refused("stale_round", "estimate", room, `,"value":"8","round":7`)
		ada.ok("reveal", room, `,"round":1`)
		if got := ada.member(bob.user).shown(); got.Value != "5" {
			t.Errorf("Bob's revealed estimate: got %v, want 5", got)
		}
		ada.ok("estimate", room, `,"value":"8"`)
		if got := bob.room().Summary; got == nil || got.Mean != 6.5 {
			t.Errorf("summary after one more estimate: got %v, want the mean 6.5", got)
		}
		ada.ok("hide", room, "")
		if r := bob.room(); r.Summary != nil || r.Members[ada.user].Estimate != nil {
			t.Errorf("hidden again: got %v, want no summary and no estimate", r)
		}
		ada.ok("clear", room, "")
		if r := bob.room(); r.Round != 2 || r.Estimates != 0 {
			t.Errorf("cleared: got %v, want round 2 without estimates", r)
		}
		if own := bob.want("ownEstimate"); own.Value != nil || own.Round != 2 {
			t.Errorf("own estimate after clear: got %v, want none in round 2", own)
		}
	})
}

func TestTwoTabsAreOneMember(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		second := h.connect(ada.user)
		ada.ok("joinRoom", room, "")
		second.ok("joinRoom", room, "")
		if n := len(ada.room().Members); n != 1 {
			t.Fatalf("got %d members, want 1", n)
		}
		ada.ok("estimate", room, `,"value":"3"`)
		if own := second.want("ownEstimate"); own.value() != "3" {
			t.Errorf("own estimate in the other tab: got %v, want 3", own)
		}
		ada.drop()
		if m := second.member(ada.user); !m.Online || !m.Estimated {
			t.Errorf("after one of two tabs has closed: got %v, want online and estimated", m)
		}
		second.ok("leaveRoom", room, "")
		if e := second.want("roomLeft"); e.Reason != "left" {
			t.Errorf("got %v, want the reason left", e)
		}
		second.refused("not_member", "estimate", room, `,"value":"3"`)
	})
}

func TestADroppedMemberStays(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.ok("estimate", room, `,"value":"5"`)
		bob.drop()
		ada.settle()
		if m := ada.member(bob.user); m.Online || !m.Estimated {
			t.Fatalf("Bob after his connection has dropped: got %v, want offline and estimated", m)
		}
		back := h.connect(bob.user)
		back.ok("joinRoom", room, "")
		if own := back.want("ownEstimate"); own.value() != "5" {
			t.Errorf("own estimate when back: got %v, want 5", own)
		}
		if m := ada.member(bob.user); !m.Online {
			t.Errorf("Bob when back: got %v, want online", m)
		}
	})
}

func TestARequestRepeatedHasItsEffectOnce(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		message := `{"request":"createRoom","id":"same"}`
		ada.sendAndSettle(message)
		room := ada.want("roomCreated").RoomID
		ada.drop()
		ada = h.connect(ada.user)
		ada.sendAndSettle(message)
		if again := ada.want("roomCreated").RoomID; again != room {
			t.Errorf("createRoom repeated: got room %s, want %s", again, room)
		}
		ada.sendAndSettle(`{"request":"joinRoom","id":"j","roomId":"` + string(room) + `"}`)
		clear := func(i int) string {
			return fmt.Sprintf(`{"request":"clear","id":"c%d","roomId":%q}`, i, room)
		}
		for range 2 { // all of them, and after a reconnect all of them again
			for i := range 16 {
				ada.sendAndSettle(clear(i))
			}
			ada.drop()
			ada = h.connect(ada.user)
			ada.sendAndSettle(`{"request":"joinRoom","roomId":"` + string(room) + `"}`)
		}
		if r := ada.room().Round; r != 17 {
			t.Errorf("cleared 16 times: got round %d, want 17", r)
		}
	})
}

func TestARefusedRoomDoesNotExist(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		message := `{"request":"createRoom","id":"c","topic":"two\nlines"}`
		for range 5 { // more than a user may own
			ada.sendAndSettle(message)
			if e := ada.want("error"); e.Code != "invalid_topic" || e.ID != "c" {
				t.Fatalf("got %v, want invalid_topic for c", e)
			}
		}
		ada.create()
		if n := h.sys.Stats().Rooms; n != 1 {
			t.Errorf("got %d rooms in memory, want 1", n)
		}
	})
}

func TestRoomsAndMembersAreLimited(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.create()
		ada.create()
		ada.sendAndSettle(`{"request":"createRoom","id":"x"}`)
		if e := ada.want("error"); e.Code != "too_many_rooms" || e.ID != "x" {
			t.Errorf("got %v, want too_many_rooms for x", e)
		}
		for range 5 {
			h.connect("").ok("joinRoom", room, "")
		}
		late := h.connect("")
		late.refused("room_full", "joinRoom", room, "")
		late.refused("not_member", "estimate", room, `,"value":"5"`)
		ada.ok("joinRoom", room, "") // the owner is always admitted
	})
}

func TestForgedAndForeignRoomsAreNotToldApart(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, eve := h.connect(""), h.connect("")
		room := ada.create()
		forged := room[:len(room)-1] + "0"
		if forged == room {
			forged = room[:len(room)-1] + "1"
		}
		eve.refused("room_not_found", "joinRoom", forged, "")
		eve.refused("not_member", "reveal", forged, "")
		eve.refused("not_member", "reveal", room, "")
		before := h.sys.Stats().Rooms
		for range 20 {
			eve.ask("joinRoom", forged, "")
		}
		if e := eve.ask("joinRoom", forged, ""); e.Code != string(protocol.RateLimited) {
			t.Errorf("after 20 guesses: got %v, want %s", e, protocol.RateLimited)
		}
		if after := h.sys.Stats().Rooms; after != before {
			t.Errorf("actors after guessing forged IDs: got %d, want %d", after, before)
		}
		time.Sleep(2 * time.Minute)
		eve.ok("joinRoom", room, "")
	})
}

func TestNothingOfAHiddenEstimateIsLogged(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		ada.ok("estimate", room, `,"value":"13","comment":"canary-comment"`)
		// A message for an actor that has stopped is a dead letter.
		session := ada.session
		ada.drop()
		in, _ := protocol.Decode([]byte(`{"request":"estimate","roomId":"` + string(room) + `","value":"13","comment":"canary-comment"}`))
		session.Handle(in)
		time.Sleep(time.Minute)
		if strings.Contains(h.log.String(), "canary") || strings.Contains(h.log.String(), string(room)) {
			t.Errorf("got a comment or a room's ID in the log:\n%s", h.log.String())
		}
	})
}

// A clock that was set back, or another node's, makes IDs that are later than now. The
// bubble's clock is before the first time that an ID can have.
func TestARoomIsNotFromTheFuture(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room, made := ada.create(), time.Now().UTC()
		ada.ok("joinRoom", room, "")
		ada.settle()
		if got, want := ada.room().CreatedAt, made.Format(time.RFC3339); got != want {
			t.Errorf("a room made at %s: got createdAt %s", want, got)
		}
	})
}
