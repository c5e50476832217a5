package main

import (
	"testing"
	"time"

	"github.com/coder/websocket"
)

// A team's afternoon, from the first click to the revival of the room by its
// link, with the whole server in one bubble.
func TestStory(t *testing.T) {
	inBubble(t, []string{"-data", "none"}, func(s *server) {
		ada, bob, cleo := s.open("Ada"), s.open("Bob"), s.open("Cleo")
		a, b, c := ada.tab(), bob.tab(), cleo.tab()
		b2 := bob.tab()

		for tab, name := range map[*tab]string{a: "Ada", b: "Bob", c: "Cleo"} {
			if m := tab.ask("setName", `"name":%q`, name); m["event"] != "ok" {
				t.Fatal(m)
			}
		}
		if u := b2.want("user"); u["name"] != "Bob" {
			t.Fatalf("the other tab learns the name: %v", u)
		}
		room := a.ask("createRoom", `"topic":"Login"`)["roomId"].(string)
		if got := a.want("roomCreated")["roomId"]; got != room {
			t.Fatalf("created %v, answered %v", got, room)
		}
		for _, tab := range []*tab{a, b, b2, c} {
			tab.in(room, "joinRoom", "")
		}
		if n := len(a.room(room).Members); n != 3 {
			t.Fatalf("three users, %d members", n)
		}

		// Estimates are hidden, and only the owner reveals.
		b.in(room, "estimate", `"value":"5","comment":"legacy parser"`)
		c.in(room, "estimate", `"value":"13"`)
		if m := a.member(room, bob); !m.Estimated || m.Estimate != nil {
			t.Fatalf("hidden: %v", m)
		}
		if own := b2.want("ownEstimate"); own["value"] != "5" || own["comment"] != "legacy parser" {
			t.Fatalf("Bob's other tab: %v", own)
		}
		b.refused("not_owner", room, "reveal", "")
		a.in(room, "reveal", `"round":1`)
		if c.value(room, bob) != "5" || b2.value(room, cleo) != "13" {
			t.Fatal("revealed, and not to be seen")
		}
		a.in(room, "estimate", `"value":"8"`) // after the reveal: displayed at once
		if c.value(room, ada) != "8" {
			t.Fatal("a late estimate is displayed at once")
		}
		if got := c.room(room).Summary; got.Votes != 3 || got.Median != 8 || got.Spread != 2 {
			t.Fatalf("summary: %v", got)
		}
		a.in(room, "hide", "")
		if c.value(room, bob) != "" || c.room(room).Summary != nil {
			t.Fatal("hidden again, and to be seen")
		}
		a.in(room, "clear", "")
		if r := c.room(room); r.Round != 2 || r.Estimates != 0 || r.Revealed {
			t.Fatalf("cleared: %v", r)
		}

		// A connection drops: the member stays, and so does the estimate.
		c.in(room, "estimate", `"value":"3"`)
		c.drop()
		if m := a.member(room, cleo); m.Online || !m.Estimated {
			t.Fatalf("dropped: %v", m)
		}
		c = cleo.tab()
		c.in(room, "joinRoom", "")
		if own := c.want("ownEstimate"); own["value"] != "3" {
			t.Fatalf("back, with %v", own)
		}
		// One of Bob's two tabs closes: nothing happens.
		_ = b.conn.Close(websocket.StatusNormalClosure, "")
		a.settle()
		if m := a.member(room, bob); !m.Online {
			t.Fatalf("one tab left: %v", m)
		}

		// The owner goes home. Two hours later the room ends, as soon as the sweep has
		// been: the owner is not in memory.
		epoch := c.room(room).Epoch
		a.drop()
		time.Sleep(2*time.Hour + 21*time.Second)
		c.settle()
		if e := c.want("roomClosed"); e["roomId"] != room || e["reason"] != "expired" {
			t.Fatal(e)
		}
		// A member revives it by its link, and the owner is known when they return.
		c.in(room, "joinRoom", "")
		if r := c.room(room); r.Epoch == epoch || r.OwnerID != "" || r.Topic != "" {
			t.Fatalf("revived: %v", r)
		}
		c.refused("not_owner", room, "reveal", "")
		a = ada.tab()
		a.settle()
		if got := c.room(room).OwnerID; got != ada.userID {
			t.Fatalf("the owner is back and %v owns the room", got)
		}
		a.in(room, "joinRoom", "")
		a.in(room, "reveal", "")

		s.t.Log("log:\n" + s.log.String())
		for _, secret := range []string{"legacy parser", "Login", "Cleo", room} {
			if s.log.contains(secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
	})
}
