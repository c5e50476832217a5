package actors_test

import (
	"testing"
	"time"
)

// inMemory fails the test unless all nodes together have that many users in memory, and
// no rooms.
func (m *mesh) inMemory(when string, users int64) {
	m.t.Helper()
	m.settle()
	var gotUsers, gotRooms int64
	for _, n := range m.nodes {
		s := n.sys.Stats()
		gotUsers, gotRooms = gotUsers+s.Users, gotRooms+s.Rooms
	}
	if gotUsers != users || gotRooms != 0 {
		m.t.Fatalf("%s: got %d users and %d rooms in memory, want %d and none", when, gotUsers, gotRooms, users)
	}
}

// everybodyLeaves closes every connection and waits until no user is in memory.
func (m *mesh) everybodyLeaves() {
	m.t.Helper()
	for _, n := range m.nodes {
		for _, c := range n.opened {
			c.drop()
		}
		n.opened = nil
	}
	time.Sleep(10 * time.Second)
	m.inMemory("after everybody left", 0)
}

// commits returns how often each record was written since the last call.
func (m *mesh) commits() map[string]int {
	s := m.store.Store.(*sharedStore)
	s.mu.Lock()
	defer s.mu.Unlock()
	were := s.commits
	s.commits = map[string]int{}
	return were
}

// In a cluster, too, an idle room leaves memory. When it is used again it starts on the
// node that owns it by then, and nothing is written meanwhile.
func TestARoomMovesWhileItIsNotInMemory(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5","comment":"why"`)
		epoch := bob.room().Epoch
		m.everybodyLeaves()
		m.commits()
		m.changeView([]string{"n3"})
		m.changeView([]string{"n2"})
		m.changeView([]string{"n3"})
		time.Sleep(30 * time.Second)
		m.inMemory("after nodes came and went", 0)
		if wrote := m.commits(); len(wrote) != 0 {
			t.Errorf("commits of rooms and users that nobody uses: got %v, want none", wrote)
		}

		bob = m.nodes["n2"].connect(bob.user)
		bob.ok("joinRoom", room, "")
		if own := bob.want("ownEstimate"); own.value() != "5" || own.Comment != "why" {
			t.Errorf("own estimate: got %v, want 5 and why", own)
		}
		r := bob.room()
		if r.Epoch != epoch || r.OwnerID != ada.user {
			t.Errorf("got epoch %q and owner %q, want %q and %q", r.Epoch, r.OwnerID, epoch, ada.user)
		}
		// To take the record over and to join is mostly one; it is two if the record
		// was loaded before the join was there.
		if n := m.commits()["room/"+string(room)]; n < 1 || n > 2 {
			t.Errorf("a room that starts again for a join: got %d commits, want 1 or 2", n)
		}
		ada = m.nodes["n1"].connect(ada.user)
		ada.ok("joinRoom", room, "")
		ada.ok("reveal", room, "")
		bob.settle()
		if e := bob.member(bob.user).shown(); e.Value != "5" {
			t.Errorf("revealed: got %v, want 5", e)
		}
	})
}

// A room that starts for a request that changes nothing stops again, unchanged.
func TestARefusedRequestLeavesAnIdleRoomUnchanged(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		m.everybodyLeaves()
		bob = m.nodes["n2"].connect(bob.user)
		m.commits()
		for range 3 {
			bob.refused("not_owner", "reveal", room, "") // Bob is a member, although no connection has joined
			time.Sleep(10 * time.Second)
		}
		if n := m.commits()["room/"+string(room)]; n > 3 {
			t.Errorf("started three times: got %d commits, want at most 3", n)
		}
		m.inMemory("afterwards", 1)
		ada = m.nodes["n1"].connect(ada.user)
		ada.newEvents()
		ada.ok("joinRoom", room, "")
		if e := ada.member(bob.user); e.absent || e.Online {
			t.Errorf("a member who has not joined: got %v, want offline", e)
		}
	})
}

// A new name reaches rooms that are not in memory, on any node, and a user who ends
// themselves leaves such rooms too.
func TestNewsReachRoomsOfOtherNodesThatAreNotInMemory(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		his := bob.create()
		ada.ok("joinRoom", his, "")
		ada.ok("estimate", his, `,"value":"8","comment":"canary"`)
		m.everybodyLeaves()
		bob = m.nodes["n2"].connect(bob.user)
		bob.sendAndSettle(`{"request":"setName","name":"Robert"}`)
		time.Sleep(10 * time.Second)
		m.inMemory("after a name changed", 1)
		ada = m.nodes["n1"].connect(ada.user)
		ada.ok("joinRoom", room, "")
		if e := ada.member(bob.user); e.Name != "Robert" {
			t.Errorf("got %v, want the name Robert", e)
		}
		ada.drop()
		time.Sleep(10 * time.Second)

		ada = m.nodes["n1"].connect(ada.user)
		ada.ok("forgetMe", "", "")
		time.Sleep(10 * time.Second)
		bob.ok("joinRoom", his, "")
		if e := bob.member(ada.user); !e.absent || bob.room().Estimates != 0 {
			t.Errorf("a user who ended themselves: got %v, want no member", e)
		}
		bob.ok("joinRoom", room, "")
		if owner := bob.room().OwnerID; owner != "" {
			t.Errorf("owner of their room: got %q, want none", owner)
		}
	})
}

// A repeated request is recognised although its user and its room have left memory
// since.
func TestARepetitionIsRecognisedAfterPassivation(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		ada.sendAndSettle(`{"request":"createRoom","id":"once"}`)
		room := ada.want("roomCreated").RoomID
		ada.sendAndSettle(`{"request":"joinRoom","roomId":"` + string(room) + `"}`)
		ada.sendAndSettle(`{"request":"estimate","roomId":"` + string(room) + `","value":"3"}`)
		ada.sendAndSettle(`{"request":"reveal","roomId":"` + string(room) + `"}`)
		ada.sendAndSettle(`{"request":"clear","id":"again","roomId":"` + string(room) + `"}`)
		ada.drop()
		time.Sleep(45 * time.Second)
		h.inMemory("a while later", 0, 0)
		ada = h.connect(ada.user)
		ada.sendAndSettle(`{"request":"createRoom","id":"once"}`)
		if again := ada.want("roomCreated").RoomID; again != room {
			t.Errorf("a repeated createRoom: got %q, want %q", again, room)
		}
		ada.sendAndSettle(`{"request":"joinRoom","roomId":"` + string(room) + `"}`)
		ada.sendAndSettle(`{"request":"clear","id":"again","roomId":"` + string(room) + `"}`)
		if round := ada.room().Round; round != 2 {
			t.Errorf("round: got %v, want 2", round)
		}
	})
}
