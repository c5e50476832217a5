package actors_test

import (
	"slices"
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
	inBubble(t, func(h *harness) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := meeting(ada, bob, cleo)
		h.connect("").refused("not_member", "succeedRoom", room, "")

		first := bob.ok("succeedRoom", room, "").RoomID
		second := cleo.ok("succeedRoom", room, "").RoomID
		if first == room || first != second {
			t.Fatalf("got the rooms %v and %v, want one new room", first, second)
		}
		for _, c := range []*client{bob, cleo} {
			if got := c.room().Successor; got.RoomID != string(first) || got.By != string(bob.user) {
				t.Errorf("successor: got %v, want %v by %v", got, first, bob.user)
			}
		}
		cleo.ok("joinRoom", first, "")
		r := cleo.room()
		if r.OwnerID != bob.user || r.Estimates != 0 || r.Revealed {
			t.Errorf("got owner %v, %d estimates, revealed %v, want bob's room without estimates", r.OwnerID, r.Estimates, r.Revealed)
		}
		if want := (poker.Story{Key: "SHOP-1", URL: "https://tracker.example/1"}); r.Topic != "Login" || r.Story != want {
			t.Errorf("got the story %q %v, want Login %v", r.Topic, r.Story, want)
		}
		if want := []poker.Story{{Title: "Search", Key: "SHOP-2"}, {Title: "Pay"}}; !slices.Equal(r.Topics, want) {
			t.Errorf("topics: got %v, want %v", r.Topics, want)
		}
		if r.Deck.Name != "tshirt" || !r.Options.AutoReveal {
			t.Errorf("got deck %s, options %v, want those of the old room", r.Deck.Name, r.Options)
		}
		// The one that came second owns nothing by it.
		for range h.config.Limits.RoomsPerUser {
			cleo.create()
		}
		// The old room is its owner's, and tells nothing it did not tell before.
		back := h.connect(ada.user)
		back.ok("joinRoom", room, "")
		if got := back.room(); got.OwnerID != ada.user || got.Revealed || got.Estimates != 1 {
			t.Errorf("got %v, want the room as it was", got)
		}
		back.ok("reveal", room, "")
	})
}

// TestGoingOnIsRefusedToWhoHasTooManyRooms and leaves no trace of the attempt.
func TestGoingOnIsRefusedToWhoHasTooManyRooms(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room := meeting(ada, bob, cleo)
		for range h.config.Limits.RoomsPerUser {
			bob.create()
		}
		bob.refused("too_many_rooms", "succeedRoom", room, "")
		if got := cleo.room().Successor; got.RoomID != "" {
			t.Errorf("successor: got %v, want none", got)
		}
		cleo.ok("succeedRoom", room, "")
	})
}

// TestGoingOnRefusedCostsNoRoom asks too early, up to the limit of rooms and beyond.
func TestGoingOnRefusedCostsNoRoom(t *testing.T) {
	inBubble(t, func(h *harness) {
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
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := meeting(ada, bob)
		ask := `{"request":"succeedRoom","id":"again","roomId":"` + string(room) + `"}`
		var rooms [2]poker.RoomID
		for i := range rooms {
			bob.sendAndSettle(ask)
			bob.settle()
			rooms[i] = bob.want("ok").RoomID
		}
		if rooms[0] != rooms[1] {
			t.Errorf("got the rooms %v, want one", rooms)
		}
		bob.ok("joinRoom", rooms[0], "")
		if got := bob.room().Topics; len(got) != 2 {
			t.Errorf("topics: got %v, want two", got)
		}
	})
}

// TestADeputyTakesTheRoomInTime before the owner expires, and the room with them.
func TestADeputyTakesTheRoomInTime(t *testing.T) {
	inBubble(t, func(h *harness) {
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
		if got := cleo.room().OwnerID; got != bob.user {
			t.Errorf("owner: got %v, want %v", got, bob.user)
		}
		cleo.wantNone("roomClosed")
	})
}

// TestGoingOnInACluster asks on every node for a room on any other.
func TestGoingOnInACluster(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		for range 3 {
			ada, bob, cleo := m.nodes["n1"].connect(""), m.nodes["n2"].connect(""), m.nodes["n3"].connect("")
			room := meeting(ada, bob, cleo)
			first := bob.ok("succeedRoom", room, "").RoomID
			cleo.settle()
			second := cleo.ok("succeedRoom", room, "").RoomID
			if first != second {
				t.Errorf("got the rooms %v and %v, want one", first, second)
			}
			cleo.ok("joinRoom", first, "")
			if r := cleo.room(); r.Topic != "Login" || len(r.Topics) != 2 || r.OwnerID != bob.user {
				t.Errorf("got %+v, want the list and bob as the owner", r)
			}
		}
	})
}
