package actors_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/pokey/protocol"
)

func TestARound(t *testing.T) {
	inBubble(t, func(h *house) {
		ada, bob := h.connect(""), h.connect("")
		if w := ada.want("welcome"); w["protocol"] != 2.0 || w["userId"] != string(ada.user) || w["name"] != "Guest" {
			t.Fatalf("welcome: %v", w)
		}
		bob.say(`{"request":"setName","id":"n","name":" Bob "}`)
		if u := bob.want("user"); u["name"] != "Bob" {
			t.Fatalf("user: %v", u)
		}
		room := ada.create()
		bob.refused("not_member", "reveal", room, "")
		if got := ada.ok("joinRoom", room, ""); got["durable"] != false {
			t.Errorf("a store in memory is not durable: %v", got)
		}
		bob.ok("joinRoom", room, "")
		if m := ada.member(bob.user); m["name"] != "Bob" || m["online"] != true || m["estimated"] != false {
			t.Fatalf("Ada sees Bob as %v", m)
		}

		ada.take()
		bob.ok("estimate", room, `,"value":"5","comment":"legacy parser"`)
		if own := bob.want("ownEstimate"); own["value"] != "5" || own["comment"] != "legacy parser" {
			t.Errorf("own estimate: %v", own)
		}
		ada.never("ownEstimate")
		if m := ada.member(bob.user); m["estimated"] != true || m["estimate"] != nil {
			t.Errorf("Ada sees of Bob's hidden estimate: %v", m)
		}
		bob.refused("not_owner", "reveal", room, "")
		bob.refused("stale_round", "estimate", room, `,"value":"8","round":7`)
		ada.ok("reveal", room, `,"round":1`)
		if got := ada.member(bob.user)["estimate"].(map[string]any); got["value"] != "5" {
			t.Errorf("revealed: %v", got)
		}
		ada.ok("estimate", room, `,"value":"8"`)
		if got := bob.room()["summary"].(map[string]any); got["mean"] != 6.5 {
			t.Errorf("an estimate after the reveal is displayed at once: %v", got)
		}
		ada.ok("hide", room, "")
		if bob.room()["summary"] != nil || bob.member(ada.user)["estimate"] != nil {
			t.Error("hidden again, and still to be seen")
		}
		ada.ok("clear", room, "")
		if r := bob.room(); r["round"] != 2.0 || r["estimates"] != 0.0 {
			t.Errorf("cleared: %v", r)
		}
		if own := bob.want("ownEstimate"); own["value"] != nil || own["round"] != 2.0 {
			t.Errorf("own estimate after clear: %v", own)
		}
	})
}

func TestTwoTabsAreOneMember(t *testing.T) {
	inBubble(t, func(h *house) {
		ada := h.connect("")
		room := ada.create()
		second := h.connect(ada.user)
		ada.ok("joinRoom", room, "")
		second.ok("joinRoom", room, "")
		if n := len(ada.room()["members"].(map[string]any)); n != 1 {
			t.Fatalf("%d members", n)
		}
		ada.ok("estimate", room, `,"value":"3"`)
		if own := second.want("ownEstimate"); own["value"] != "3" {
			t.Errorf("the other tab: %v", own)
		}
		ada.drop()
		if m := second.member(ada.user); m["online"] != true || m["estimated"] != true {
			t.Errorf("one of two tabs closed, and the member is %v", m)
		}
		second.ok("leaveRoom", room, "")
		if e := second.want("roomLeft"); e["reason"] != "left" {
			t.Error(e)
		}
		second.refused("not_member", "estimate", room, `,"value":"3"`)
	})
}

func TestADroppedMemberStays(t *testing.T) {
	inBubble(t, func(h *house) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.ok("estimate", room, `,"value":"5"`)
		bob.drop()
		ada.settle()
		if m := ada.member(bob.user); m["online"] != false || m["estimated"] != true {
			t.Fatalf("dropped: %v", m)
		}
		back := h.connect(bob.user)
		back.ok("joinRoom", room, "")
		if own := back.want("ownEstimate"); own["value"] != "5" {
			t.Errorf("back, with %v", own)
		}
		if m := ada.member(bob.user); m["online"] != true {
			t.Errorf("back: %v", m)
		}
	})
}

func TestARequestRepeatedHasItsEffectOnce(t *testing.T) {
	inBubble(t, func(h *house) {
		ada := h.connect("")
		message := `{"request":"createRoom","id":"same"}`
		ada.say(message)
		first := ada.want("roomCreated")["roomId"]
		ada.drop()
		ada = h.connect(ada.user)
		ada.say(message)
		if again := ada.want("roomCreated")["roomId"]; again != first {
			t.Errorf("two rooms: %v and %v", first, again)
		}
		room := first.(string)
		ada.say(`{"request":"joinRoom","id":"j","roomId":"` + room + `"}`)
		clear := func(i int) string {
			return fmt.Sprintf(`{"request":"clear","id":"c%d","roomId":%q}`, i, room)
		}
		for range 2 { // all of them, and after a reconnect all of them again
			for i := range 16 {
				ada.say(clear(i))
			}
			ada.drop()
			ada = h.connect(ada.user)
			ada.say(`{"request":"joinRoom","roomId":"` + room + `"}`)
		}
		if r := ada.room()["round"]; r != 17.0 {
			t.Errorf("cleared 16 times: round %v", r)
		}
	})
}

func TestARoomThatIsRefusedIsNotThere(t *testing.T) {
	inBubble(t, func(h *house) {
		ada := h.connect("")
		message := `{"request":"createRoom","id":"c","topic":"two\nlines"}`
		for range 5 { // more than a user may own
			ada.say(message)
			if e := ada.want("error"); e["code"] != "invalid_topic" || e["id"] != "c" {
				t.Fatal(e)
			}
		}
		ada.create()
		if n := h.sys.Stats().Rooms; n != 1 {
			t.Errorf("%d rooms", n)
		}
	})
}

func TestLimits(t *testing.T) {
	inBubble(t, func(h *house) {
		ada := h.connect("")
		room := ada.create()
		ada.create()
		ada.create()
		ada.say(`{"request":"createRoom","id":"x"}`)
		if e := ada.want("error"); e["code"] != "too_many_rooms" || e["id"] != "x" {
			t.Error(e)
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
	inBubble(t, func(h *house) {
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
		if e := eve.ask("joinRoom", forged, ""); e["code"] != string(protocol.RateLimited) {
			t.Errorf("guessing goes on: %v", e)
		}
		if after := h.sys.Stats().Rooms; after != before {
			t.Errorf("forged ids started %d actors", after-before)
		}
		time.Sleep(2 * time.Minute)
		eve.ok("joinRoom", room, "")
	})
}

func TestNothingOfAHiddenEstimateIsLogged(t *testing.T) {
	inBubble(t, func(h *house) {
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
			t.Errorf("the log tells:\n%s", h.log.String())
		}
	})
}
