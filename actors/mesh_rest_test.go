package actors_test

import (
	"testing"
	"time"
)

// inMemory checks how many users all nodes have in memory, and that there are no rooms.
func (m *mesh) inMemory(when string, users int64) {
	m.t.Helper()
	m.quiet()
	var gotUsers, gotRooms int64
	for _, n := range m.nodes {
		s := n.sys.Stats()
		gotUsers, gotRooms = gotUsers+s.Users, gotRooms+s.Rooms
	}
	if gotUsers != users || gotRooms != 0 {
		m.t.Fatalf("%s: got %d users and %d rooms in memory, want %d and none", when, gotUsers, gotRooms, users)
	}
}

// allGo drops every connection and waits until nobody is in memory.
func (m *mesh) allGo() {
	m.t.Helper()
	for _, n := range m.nodes {
		for _, c := range n.opened {
			c.drop()
		}
		n.opened = nil
	}
	time.Sleep(10 * time.Second)
	m.inMemory("when everybody is gone", 0)
}

// commits are how often each record was written since they were last asked for.
func (m *mesh) commits() map[string]int {
	s := m.store.Store.(*shared)
	s.mu.Lock()
	defer s.mu.Unlock()
	were := s.commits
	s.commits = map[string]int{}
	return were
}

// A3. In a cluster, too, a room that nobody uses leaves memory. It is where it
// belongs by then when somebody asks for it, and nothing is written meanwhile.
func TestARoomMovesWhileItIsNotInMemory(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5","comment":"why"`)
		epoch := bob.room().Epoch
		m.allGo()
		m.commits()
		m.see([]string{"n3"})
		m.see([]string{"n2"})
		m.see([]string{"n3"})
		time.Sleep(30 * time.Second)
		m.inMemory("when nodes have come and gone", 0)
		if wrote := m.commits(); len(wrote) != 0 {
			t.Errorf("written although nobody is there: %v", wrote)
		}

		bob = m.nodes["n2"].connect(bob.user)
		bob.ok("joinRoom", room, "")
		if own := bob.want("ownEstimate"); own.value() != "5" || own.Comment != "why" {
			t.Errorf("own estimate: got %v, want 5 and why", own)
		}
		r := bob.room()
		if r.Epoch != epoch || r.OwnerID != ada.user {
			t.Errorf("got epoch %v of %v, want %v of %v", r.Epoch, r.OwnerID, epoch, ada.user)
		}
		// To take the record over and to join is mostly one; it is two if the record
		// was loaded before the join was there.
		if n := m.commits()["room/"+string(room)]; n < 1 || n > 2 {
			t.Errorf("a room that comes back with somebody's join: got %d commits, want 1 or 2", n)
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

// A room that is started for something that changes nothing goes as it came.
func TestAWakeForNothingShowsNothing(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		m.allGo()
		bob = m.nodes["n2"].connect(bob.user)
		m.commits()
		for range 3 {
			bob.refused("not_owner", "reveal", room, "") // a member, although of no connection
			time.Sleep(10 * time.Second)
		}
		if n := m.commits()["room/"+string(room)]; n > 3 {
			t.Errorf("woken three times for nothing: got %d commits, want one each at most", n)
		}
		m.inMemory("afterwards", 1)
		ada = m.nodes["n1"].connect(ada.user)
		ada.take()
		ada.ok("joinRoom", room, "")
		if e := ada.member(bob.user); e.absent || e.Online {
			t.Errorf("who has not joined: got %v, want offline", e)
		}
	})
}

// What is said of users and rooms reaches those that nobody has in memory, on
// whatever node, and who ends themselves takes along what is not in memory.
func TestNewsReachWhoIsNotInMemoryElsewhere(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		his := bob.create()
		ada.ok("joinRoom", his, "")
		ada.ok("estimate", his, `,"value":"8","comment":"canary"`)
		m.allGo()
		bob = m.nodes["n2"].connect(bob.user)
		bob.say(`{"request":"setName","name":"Robert"}`)
		time.Sleep(10 * time.Second)
		m.inMemory("when a name has changed", 1)
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
			t.Errorf("who has ended themselves is a member: %v", e)
		}
		bob.ok("joinRoom", room, "")
		if owner := bob.room().OwnerID; owner != "" {
			t.Errorf("their room has the owner %v, want a new one of nobody's", owner)
		}
	})
}

// A request is known when it is repeated although its user and its room have left
// memory since.
func TestARepetitionIsKnownAfterARest(t *testing.T) {
	inBubble(t, func(h *house) {
		ada := h.connect("")
		ada.say(`{"request":"createRoom","id":"once"}`)
		room := ada.want("roomCreated").RoomID
		ada.say(`{"request":"joinRoom","roomId":"` + string(room) + `"}`)
		ada.say(`{"request":"estimate","roomId":"` + string(room) + `","value":"3"}`)
		ada.say(`{"request":"reveal","roomId":"` + string(room) + `"}`)
		ada.say(`{"request":"clear","id":"again","roomId":"` + string(room) + `"}`)
		ada.drop()
		time.Sleep(45 * time.Second)
		h.inMemory("a while later", 0, 0)
		ada = h.connect(ada.user)
		ada.say(`{"request":"createRoom","id":"once"}`)
		if again := ada.want("roomCreated").RoomID; again != room {
			t.Errorf("a repeated createRoom made %v besides %v", again, room)
		}
		ada.say(`{"request":"joinRoom","roomId":"` + string(room) + `"}`)
		ada.say(`{"request":"clear","id":"again","roomId":"` + string(room) + `"}`)
		if round := ada.room().Round; round != 2 {
			t.Errorf("round: got %v, want 2", round)
		}
	})
}
