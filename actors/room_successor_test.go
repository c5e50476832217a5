package actors_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
)

// meeting is a room with a list, whose owner leaves the others alone.
func meeting(owner *client, others ...*client) poker.RoomID {
	room := owner.create()
	owner.ok("joinRoom", room, "")
	owner.ok("setTopics", room, `,"topics":[{"title":"Search","key":"SHOP-2"},"Pay"]`)
	owner.ok("setTopic", room, `,"topic":"Login","key":"SHOP-1","url":"https://tracker.example/1"`)
	owner.ok("setDeck", room, `,"deck":"tshirt"`)
	owner.ok("setOptions", room, `,"options":{"autoReveal":true}`)
	for _, c := range others {
		c.ok("joinRoom", room, "")
	}
	others[0].ok("estimate", room, `,"value":"M","comment":"canary"`)
	owner.drop()
	time.Sleep(20 * time.Second)
	others[0].refused("not_owner", "succeedRoom", room, "")
	time.Sleep(11 * time.Second)
	return room
}

// TestGoingOnWithoutTheOwner makes a room with the same list, and one only, that the
// others see in the old one.
func TestGoingOnWithoutTheOwner(t *testing.T) {
	inBubble(t, func(h *house) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := meeting(ada, bob, cleo)
		h.connect("").refused("not_member", "succeedRoom", room, "")

		first := bob.ok("succeedRoom", room, "")
		second := cleo.ok("succeedRoom", room, "")
		if first["roomId"] == string(room) || first["roomId"] != second["roomId"] {
			t.Fatalf("got the rooms %v and %v, want one new room", first["roomId"], second["roomId"])
		}
		for _, c := range []*client{bob, cleo} {
			want := fmt.Sprint(map[string]any{"roomId": first["roomId"], "by": string(bob.user)})
			if got := fmt.Sprint(c.room()["successor"]); got != want {
				t.Errorf("successor: got %s, want %s", got, want)
			}
		}
		next := poker.RoomID(first["roomId"].(string))
		cleo.ok("joinRoom", next, "")
		r := cleo.room()
		for field, want := range map[string]any{
			"ownerId": string(bob.user), "topic": "Login", "estimates": 0., "revealed": false,
			"story":  map[string]any{"key": "SHOP-1", "url": "https://tracker.example/1"},
			"topics": []any{map[string]any{"title": "Search", "key": "SHOP-2"}, map[string]any{"title": "Pay"}},
		} {
			if fmt.Sprint(r[field]) != fmt.Sprint(want) {
				t.Errorf("%s: got %v, want %v", field, r[field], want)
			}
		}
		if got := r["deck"].(map[string]any)["name"]; got != "tshirt" {
			t.Errorf("deck: got %v, want tshirt", got)
		}
		if got := r["options"].(map[string]any)["autoReveal"]; got != true {
			t.Errorf("autoReveal: got %v, want true", got)
		}
		// The one that came second owns nothing by it.
		for range h.config.Limits.RoomsPerUser {
			cleo.create()
		}
		// The old room is its owner's, and tells nothing it did not tell before.
		back := h.connect(ada.user)
		back.ok("joinRoom", room, "")
		if got := back.room(); got["ownerId"] != string(ada.user) || got["revealed"] != false || got["estimates"] != 1. {
			t.Errorf("got %v, want the room as it was", got)
		}
		back.ok("reveal", room, "")
	})
}

// TestGoingOnIsRefusedToWhoHasTooManyRooms and leaves no trace of the attempt.
func TestGoingOnIsRefusedToWhoHasTooManyRooms(t *testing.T) {
	inBubble(t, func(h *house) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := meeting(ada, bob, cleo)
		for range h.config.Limits.RoomsPerUser {
			bob.create()
		}
		bob.refused("too_many_rooms", "succeedRoom", room, "")
		if got := cleo.room()["successor"]; got != nil {
			t.Errorf("successor: got %v, want none", got)
		}
		cleo.ok("succeedRoom", room, "")
	})
}

// TestGoingOnRefusedCostsNoRoom asks too early, up to the limit of rooms and beyond.
func TestGoingOnRefusedCostsNoRoom(t *testing.T) {
	inBubble(t, func(h *house) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		for range h.config.Limits.RoomsPerUser + 1 {
			bob.refused("not_owner", "succeedRoom", room, "")
		}
		synctest.Wait()
		for range h.config.Limits.RoomsPerUser {
			bob.create()
		}
	})
}

// TestGoingOnIsOneRoomHoweverOftenAsked repeats the request, as after a lost connection.
func TestGoingOnIsOneRoomHoweverOftenAsked(t *testing.T) {
	inBubble(t, func(h *house) {
		ada, bob := h.connect(""), h.connect("")
		room := meeting(ada, bob)
		ask := `{"request":"succeedRoom","id":"again","roomId":"` + string(room) + `"}`
		var rooms [2]any
		for i := range rooms {
			bob.say(ask)
			bob.settle()
			rooms[i] = bob.want("ok")["roomId"]
		}
		if rooms[0] != rooms[1] {
			t.Errorf("got the rooms %v, want one", rooms)
		}
		next := poker.RoomID(rooms[0].(string))
		bob.ok("joinRoom", next, "")
		if got := bob.room()["topics"].([]any); len(got) != 2 {
			t.Errorf("topics: got %v, want two", got)
		}
	})
}

// TestADeputyTakesTheRoomInTime before the owner expires, and the room with them.
func TestADeputyTakesTheRoomInTime(t *testing.T) {
	inBubble(t, func(h *house) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := ada.create()
		for _, c := range []*client{ada, bob, cleo} {
			c.ok("joinRoom", room, "")
		}
		ada.ok("setDeputy", room, to(bob)+`,"deputy":true`)
		ada.drop()
		time.Sleep(14 * time.Minute)
		bob.refused("not_owner", "acceptRoom", room, "")
		time.Sleep(2 * time.Minute)
		cleo.refused("not_owner", "acceptRoom", room, "")
		bob.ok("acceptRoom", room, "")
		time.Sleep(h.config.UserExpiry)
		if got := cleo.room()["ownerId"]; got != string(bob.user) {
			t.Errorf("owner: got %v, want %v", got, bob.user)
		}
		cleo.never("roomClosed")
	})
}

// TestGoingOnInACluster asks on every node for a room on any other.
func TestGoingOnInACluster(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		for range 3 {
			ada, bob, cleo := m.nodes["n1"].connect(""), m.nodes["n2"].connect(""), m.nodes["n3"].connect("")
			room := meeting(ada, bob, cleo)
			first := bob.ok("succeedRoom", room, "")
			cleo.settle()
			second := cleo.ok("succeedRoom", room, "")
			if first["roomId"] != second["roomId"] {
				t.Errorf("got the rooms %v and %v, want one", first["roomId"], second["roomId"])
			}
			cleo.ok("joinRoom", poker.RoomID(first["roomId"].(string)), "")
			if r := cleo.room(); r["topic"] != "Login" || len(r["topics"].([]any)) != 2 || r["ownerId"] != string(bob.user) {
				t.Errorf("got %v, want the list and bob as the owner", r)
			}
		}
	})
}
