package main

import (
	"fmt"
	"testing"
)

// An estimate and a reveal that cross: once both are acknowledged the
// estimate is in the revealed room, never acknowledged and absent.
func TestEstimateCrossesReveal(t *testing.T) {
	t.Parallel()
	server := listen(t, "-message-rate", "0")
	a, b := callIn(t, server.url, peerCookie(t, server.url)), callIn(t, server.url, peerCookie(t, server.url))
	room := a.create("Login")
	b.join(room)
	for round := 1; round <= 100; round++ {
		a.events, b.events = nil, nil
		in := message{"roomId": room, "round": round}
		estimate := message{"roomId": room, "round": round, "value": "5"}
		var revealed, estimated string
		if round%2 == 0 {
			revealed, estimated = a.send("reveal", in), b.send("estimate", estimate)
		} else {
			estimated, revealed = b.send("estimate", estimate), a.send("reveal", in)
		}
		for c, id := range map[*caller]string{a: revealed, b: estimated} {
			if m := c.answer(id); m["event"] != "ok" {
				t.Fatalf("round %d: %v", round, m)
			}
		}
		seen := a.join(room)
		if !seen.Revealed || seen.Estimates != 1 || seen.Summary.Votes != 1 {
			t.Fatalf("round %d: acknowledged and absent: %v", round, seen)
		}
		a.do("clear", in)
	}
}

// What was meant for a round never hits the next one, and a clear that
// is sent again clears once.
func TestNothingHitsTheNextRound(t *testing.T) {
	inBubble(t, []string{"-data", "none"}, func(s *server) {
		ada, bob := s.open("Ada"), s.open("Bob")
		a, b := ada.tab(), bob.tab()
		room := a.ask("createRoom", "")["roomId"].(string)
		a.in(room, "joinRoom", "")
		b.in(room, "joinRoom", "")
		clearing := fmt.Sprintf(`{"request":"clear","id":"once","roomId":%q,"round":1}`, room)
		a.send(clearing)
		b.refused("stale_round", room, "estimate", `"value":"5","round":1`)
		b.in(room, "estimate", `"value":"5","round":2`)
		a.send(clearing) // an answer that was lost
		a.drop()
		a = ada.tab()
		a.in(room, "joinRoom", "")
		a.send(clearing)
		for _, request := range []string{"clear", "reveal", "hide", "nextTopic"} {
			a.refused("stale_round", room, request, `"round":%d`, 1)
		}
		if r := a.room(room); r.Round != 2 || r.Estimates != 1 || r.Revealed {
			t.Errorf("one clear, and the room is %v", r)
		}
	})
}

// A connection hears nothing of a room it has not joined, though its
// user is in there with another one.
func TestEventsStayInTheirRoom(t *testing.T) {
	inBubble(t, []string{"-data", "none", "-message-rate", "0"}, func(s *server) {
		ada, bob := s.open("Ada"), s.open("Bob")
		a, b := ada.tab(), bob.tab()
		inA, inB := ada.tab(), ada.tab()
		roomA, roomB := a.ask("createRoom", "")["roomId"].(string), b.ask("createRoom", "")["roomId"].(string)
		inA.in(roomA, "joinRoom", "")
		inB.in(roomB, "joinRoom", "")
		for room, owner := range map[string]*tab{roomA: a, roomB: b} {
			owner.in(room, "joinRoom", "")
			for _, request := range []string{"setTopic", "reveal", "hide", "clear", "startTimer", "setOptions"} {
				owner.in(room, request, `"topic":"x","seconds":60,"options":{"standIn":true}`)
			}
			owner.in(room, "estimate", `"value":"5","comment":"why"`)
		}
		b.in(roomB, "removeMember", fmt.Sprintf(`"userId":%q`, ada.userID))
		for tab, other := range map[*tab]string{inA: roomB, inB: roomA, a: roomB, b: roomA} {
			tab.mu.Lock()
			heard := 0
			for _, e := range tab.events {
				if e["roomId"] == other {
					t.Errorf("%s hears of a room not joined: %v", tab.b.name, e)
				}
				if e["roomId"] != nil {
					heard++
				}
			}
			tab.mu.Unlock()
			if heard < 5 {
				t.Errorf("%s hears next to nothing: the test is blind", tab.b.name)
			}
		}
	})
}
