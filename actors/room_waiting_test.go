package actors_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/poker"
)

const wait = `,"wait":true`

// waits fails the test unless the client has been told so last.
func (c *client) waits(state string) {
	c.h.t.Helper()
	if got := c.want("roomWaiting").State; got != state {
		c.h.t.Fatalf("waiting: got %q, want %q", got, state)
	}
}

// sees fails the test unless the newest status shows those who wait.
func (c *client) sees(names ...string) {
	c.h.t.Helper()
	var got []string
	for _, w := range c.room().Waiting {
		got = append(got, w.Name)
	}
	if !slices.Equal(got, names) {
		c.h.t.Fatalf("who waits: got %q, want %q", got, names)
	}
}

// lockedRoom is Ada's, who is in it, with a topic.
func lockedRoom(h *harness) (ada *client, room poker.RoomID) {
	ada = h.connect("")
	ada.ok("setName", "", `,"name":"Ada"`)
	room = ada.create()
	ada.ok("joinRoom", room, "")
	ada.ok("setTopic", room, `,"topic":"Payments"`)
	ada.ok("lockRoom", room, `,"locked":true`)
	return ada, room
}

// Whoever waits is told nothing of the room, and is in it once they are let in.
func TestSomebodyIsLetIn(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, room := lockedRoom(h)
		bob := h.connect("")
		second := h.connect(bob.user)
		bob.refused("room_locked", "joinRoom", room, "")
		bob.ok("joinRoom", room, wait)
		bob.waits("waiting")
		second.waits("waiting")
		ada.sees("Guest")
		bob.ok("setName", "", `,"name":"Bob"`)
		bob.ok("setMark", "", `,"colour":"teal","emoji":"🦊"`)
		if u := bob.want("user"); u.Colour != "teal" || u.Emoji != "🦊" {
			t.Errorf("user: got %v, want the mark", u)
		}
		ada.settle()
		ada.sees("Bob")
		if w := ada.room().Waiting[0]; w != (waiterView{bob.user, "Bob", "teal", "🦊"}) {
			t.Errorf("who waits: got %+v, want Bob with his mark", w)
		}
		bob.ok("setMark", "", `,"emoji":null`)
		bob.ok("setMark", "", `,"emoji":"🦊"`) // the colour stays
		bob.refused("invalid_mark", "setMark", "", `,"colour":"mauve"`)
		ada.ok("estimate", room, `,"value":"5"`)
		bob.refused("not_member", "history", room, "")
		bob.refused("not_member", "admitUser", room, to(bob)+`,"admitted":true`)
		for _, raw := range slices.Concat(bob.raw, second.raw) {
			for _, secret := range []string{"Ada", "Payments", string(ada.user), "roomStatus", "roomPatch"} {
				if strings.Contains(string(raw), secret) {
					t.Errorf("to somebody who waits: got %s, want no %s in it", raw, secret)
				}
			}
		}
		ada.ok("admitUser", room, to(bob)+`,"admitted":true`)
		ada.sees()
		bob.waits("admitted")
		if m := ada.member(bob.user); m.absent || m.Online || m.Name != "Bob" {
			t.Errorf("let in: got %v, want Bob offline", m)
		}
		bob.ok("joinRoom", room, wait)
		if m := bob.member(bob.user); !m.Online || m.Colour != "teal" || m.Emoji != "🦊" {
			t.Errorf("joined: got %v, want Bob online with his mark", m)
		}
		ada.refused("unknown_member", "admitUser", room, to(bob)+`,"admitted":true`)
		// He is a member like any other, and his record says so.
		bob.drop()
		second.drop()
		time.Sleep(3 * time.Hour)
		ada.settle()
		if m := ada.member(bob.user); !m.absent {
			t.Errorf("expired: got %v, want no member", m)
		}
	})
}

func TestSomebodyIsRefused(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, room := lockedRoom(h)
		bob := h.connect("")
		bob.ok("setName", "", `,"name":"Bob"`)
		bob.ok("joinRoom", room, wait)
		ada.ok("admitUser", room, to(bob)+`,"admitted":false`)
		bob.waits("refused")
		ada.sees()
		if kept := h.stored(bob.user); strings.Contains(kept, string(room)) {
			t.Errorf("record of somebody who was refused: got %q, want no room in it", kept)
		}
		bob.refused("room_locked", "joinRoom", room, wait)
		time.Sleep(5 * time.Minute)
		bob.ok("joinRoom", room, wait)
		ada.sees("Bob")
		bob.ok("leaveRoom", room, "")
		bob.wantNone("roomWaiting")
		ada.sees()
		if kept := h.stored(bob.user); strings.Contains(kept, string(room)) {
			t.Errorf("record of somebody who left: got %q, want no room in it", kept)
		}
		bob.ok("joinRoom", room, wait)
		ada.ok("lockRoom", room, `,"locked":false`)
		bob.waits("admitted")
		bob.ok("joinRoom", room, wait)
		ada.ok("removeMember", room, to(bob)+`,"forGood":true`)
		ada.ok("lockRoom", room, `,"locked":true`)
		bob.refused("not_admitted", "joinRoom", room, wait)
	})
}

// A wait outlives a lost connection and a failure of the server, if the client asks
// again, and nothing else.
func TestWaitingSurvivesAReconnect(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, room := lockedRoom(h)
		bob := h.connect("")
		bob.ok("setName", "", `,"name":"Bob"`)
		bob.ok("joinRoom", room, wait)
		bob.drop()
		time.Sleep(110 * time.Second)
		ada.sees("Bob")
		bob = h.connect(bob.user)
		bob.ok("joinRoom", room, wait)
		time.Sleep(110 * time.Second)
		ada.sees("Bob")
		h.restart(h.store)
		ada, bob = h.connect(ada.user), h.connect(bob.user)
		ada.ok("joinRoom", room, "")
		ada.sees()
		bob.ok("joinRoom", room, wait)
		ada.sees("Bob")
		bob.newEvents()
		time.Sleep(2 * time.Minute)
		bob.waits("ended")
		ada.sees()
		if kept := h.stored(bob.user); strings.Contains(kept, string(room)) {
			t.Errorf("record of somebody who waited: got %q, want no room in it", kept)
		}
		// Whoever ends, ends there too.
		bob.ok("joinRoom", room, wait)
		ada.sees("Bob")
		bob.ok("forgetMe", "", "")
		ada.settle()
		ada.sees()
	})
}

// The queue has room for those from other addresses.
func TestOneAddressCannotFillTheQueue(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, room := lockedRoom(h)
		var eves []*client
		for range poker.WaitingLength {
			eve := h.connectFrom(1)
			eve.ok("joinRoom", room, wait)
			eves = append(eves, eve)
		}
		h.connectFrom(1).refused("room_full", "joinRoom", room, wait)
		bob := h.connectFrom(2)
		bob.ok("setName", "", `,"name":"Bob"`)
		bob.ok("joinRoom", room, wait)
		bob.waits("waiting")
		eves[len(eves)-1].waits("ended")
		if n := len(ada.room().Waiting); n != poker.WaitingLength {
			t.Errorf("who waits: got %d, want %d", n, poker.WaitingLength)
		}
		ada.ok("closeRoom", room, "")
		bob.waits("ended")
		bob.refused("room_not_found", "joinRoom", room, wait)
	})
}

// connectFrom connects a new user from an address.
func (h *harness) connectFrom(origin uint64) *client {
	c := h.prepare("", time.Now())
	c.origin = origin
	return c.begin()
}

// On several nodes it is the same, also when the room moves or an answer is lost: the
// client asks again.
func TestWaitingInACluster(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		for i := range 3 {
			ada, room := lockedRoom(m.nodes["n1"].harness)
			bob := m.nodes[fmt.Sprint("n", i+1)].connect("")
			bob.ok("setName", "", `,"name":"Bob"`)
			bob.ok("joinRoom", room, wait)
			bob.waits("waiting")
			ada.settle()
			ada.sees("Bob")
			owner, _ := m.view.Owner("room", string(room))
			m.changeView([]string{owner})
			time.Sleep(time.Second)
			bob.ok("joinRoom", room, wait)
			ada.settle()
			ada.sees("Bob")
			m.changeView(nil)
			time.Sleep(time.Second)
			bob.ok("joinRoom", room, wait)
			ada.ok("admitUser", room, to(bob)+`,"admitted":true`)
			ada.sees()
			bob.waits("admitted")
			bob.ok("joinRoom", room, wait)
			if !bob.member(bob.user).Online {
				t.Errorf("let in: got %v, want Bob online", bob.member(bob.user))
			}
		}
	})
}
