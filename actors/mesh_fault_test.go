package actors_test

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/wire"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// inRoom is two people on two nodes in a room that lives on a third, where
// nobody is connected.
func inRoom(m *mesh) (ada, bob *client, room poker.RoomID) {
	ada, bob = m.nodes["n1"].connect(""), m.nodes["n2"].connect("")
	for {
		room = ada.create()
		if m.homeOf(room) == m.nodes["n3"] {
			break
		}
		ada = m.nodes["n1"].connect("") // who may have a few rooms only
	}
	ada.ok("joinRoom", room, "")
	bob.ok("joinRoom", room, "")
	return ada, bob, room
}

// A node dies with a request on its way: nothing that was acknowledged is lost,
// the request is answered, and who is elsewhere stays connected.
func TestDeathOfANode(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5"`)
		n3 := m.nodes["n3"]
		m.cutOff("n3")
		bob.send(`{"request":"estimate","id":"late","roomId":"` + string(room) + `","value":"8"}`)
		synctest.Wait()
		m.kill(n3)
		m.see([]string{"n3"})
		bob.answered("late")
		if own := bob.want("ownEstimate"); own["value"] != "8" {
			t.Errorf("own estimate: %v", own)
		}
		ada.ok("reveal", room, "")
		bob.settle()
		if e := bob.member(bob.user)["estimate"].(map[string]any); e["value"] != "8" {
			t.Errorf("revealed: %v", e)
		}
		if ada.closed != 0 || bob.closed != 0 {
			t.Error("somebody was disconnected")
		}
	})
}

// Users of a dead node come back elsewhere, and if they do not, count as away
// after a while.
func TestUsersOfADeadNode(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5"`)
		m.kill(m.nodes["n2"])
		m.see([]string{"n2"})
		ada.ok("setTopic", room, `,"topic":"one"`)
		if ada.member(bob.user)["online"] != true {
			t.Error("away at once")
		}
		time.Sleep(20 * time.Second)
		ada.settle()
		if ada.member(bob.user)["online"] != false || ada.member(bob.user)["estimated"] != true {
			t.Errorf("bob is %v", ada.member(bob.user))
		}
		bob = m.nodes["n1"].connect(bob.user)
		bob.ok("joinRoom", room, "")
		if own := bob.want("ownEstimate"); own["value"] != "5" {
			t.Errorf("own estimate: %v", own)
		}
	})
}

// Two nodes think that a room is theirs. One of them learns from the store that
// it is not; what it was asked has no effect and is not shown.
func TestStaleActivation(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		m.see([]string{"n3"}, "n1", "n2") // n3 itself does not know
		ada.ok("setTopic", room, `,"topic":"new"`)
		var cy *client // somebody who only n3 has to do with
		for cy == nil || m.nodes["n3"].owns(cy.user) != true {
			cy = m.nodes["n3"].connect("")
		}
		cy.ok("setName", room, `,"name":"Cy"`)
		cy.send(`{"request":"joinRoom","id":"stale","roomId":"` + string(room) + `"}`)
		cy.settle()
		for _, e := range cy.take() {
			if e["id"] == "stale" || e["event"] == "roomStatus" {
				t.Errorf("a stale activation tells: %v", e)
			}
		}
		if m.nodes["n3"].sys.Stats().Fencings == 0 {
			t.Error("nobody was fenced off")
		}
		m.see([]string{"n3"})
		ada.ok("setTopic", room, `,"topic":"newer"`)
		bob.settle()
		if bob.room()["topic"] != "newer" {
			t.Error(bob.room())
		}
	})
}

// The store does not answer: rooms are frozen, everybody stays, and what was
// under way is done once.
func TestFrozen(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"3"`)
		m.store.set(hanging)
		bob.send(`{"request":"estimate","id":"hangs","roomId":"` + string(room) + `","value":"5"}`)
		time.Sleep(2 * time.Second)
		ada.refused("unavailable", "reveal", room, "")
		bob.refused("unavailable", "estimate", room, `,"value":"8"`)
		if !m.nodes["n3"].sys.Degraded() {
			t.Error("the node does not say that it is frozen")
		}
		time.Sleep(30 * time.Second)
		if ada.closed != 0 || bob.closed != 0 {
			t.Error("somebody was disconnected")
		}
		bob.take()
		m.store.set(nil)
		time.Sleep(3 * time.Second)
		bob.answered("hangs")
		ada.ok("reveal", room, "")
		bob.settle()
		if e := bob.member(bob.user)["estimate"].(map[string]any); e["value"] != "5" {
			t.Errorf("revealed: %v", e)
		}
		if m.nodes["n3"].sys.Degraded() {
			t.Error("the node still says that it is frozen")
		}
	})
}

// A commit was done, but nobody heard: it is not done twice.
func TestUnheardCommit(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, _, room := inRoom(m)
		m.store.unheard.Store(true)
		ada.send(`{"request":"setTopic","id":"once","roomId":"` + string(room) + `","topic":"one"}`)
		time.Sleep(1500 * time.Millisecond)
		m.store.unheard.Store(false)
		time.Sleep(3 * time.Second)
		ada.answered("once")
		if m.homeOf(room).sys.Stats().Fencings != 0 {
			t.Error("it took itself for somebody else")
		}
		ada.ok("setTopic", room, `,"topic":"two"`)
	})
}

// Letters are lost without anybody being told: what is shown catches up.
func TestLostLetters(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		m.setCut("n3", "n2", true)
		ada.ok("setTopic", room, `,"topic":"lost"`)
		bob.send(`{"request":"estimate","id":"lost","roomId":"` + string(room) + `","value":"5"}`)
		bob.settle()
		m.setCut("n3", "n2", false)
		time.Sleep(25 * time.Second)
		bob.settle()
		bob.answered("lost")
		if bob.room()["topic"] != "lost" {
			t.Errorf("bob sees %v", bob.room())
		}
	})
}

// The link between two nodes breaks and is there again: connections join anew,
// and nobody sees anything of it.
func TestLostLink(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		before := len(ada.all())
		m.nodes["n3"].lose("n2")
		m.nodes["n2"].lose("n3")
		time.Sleep(30 * time.Second)
		for _, e := range ada.all()[before:] {
			t.Errorf("ada is told %v", e)
		}
		ada.ok("setTopic", room, `,"topic":"still here"`)
		bob.settle()
		if bob.room()["topic"] != "still here" {
			t.Errorf("bob sees %v", bob.room())
		}
	})
}

// A node that sees a new view before another one sends there what the other
// does not own yet, or no longer.
func TestViewsApart(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		m.see([]string{"n3"}, "n1")
		bob.send(`{"request":"estimate","id":"behind","roomId":"` + string(room) + `","value":"5"}`)
		ada.send(`{"request":"setTopic","id":"early","roomId":"` + string(room) + `","topic":"early"}`)
		synctest.Wait()
		m.see([]string{"n3"}, "n2", "n3")
		bob.settle()
		ada.answered("early")
		bob.answered("behind")
		if bob.room()["topic"] != "early" || bob.room()["estimates"] != 1.0 {
			t.Errorf("bob sees %v", bob.room())
		}
	})
}

// A node that takes nothing gets no more than so much; who asks is told.
func TestNodeThatTakesNothing(t *testing.T) {
	inMesh(t, 2, func(m *mesh) {
		var ada *client
		for ada == nil || m.ownerOf(ada.user) != "n2" {
			ada = m.nodes["n1"].connect("")
		}
		m.setCut("n1", "n2", true)
		for range 11_000 {
			ada.send(`{"request":"setName","name":"Ada"}`)
		}
		synctest.Wait()
		refused := 0
		for _, e := range ada.take() {
			if e["code"] == "unavailable" {
				refused++
			}
		}
		if refused < 900 || refused > 1100 || m.nodes["n1"].sys.Stats().Dropped < 900 {
			t.Errorf("%d were refused, %d dropped", refused, m.nodes["n1"].sys.Stats().Dropped)
		}
		m.setCut("n1", "n2", false)
		m.nodes["n1"].lose("n2")
		ada.ok("setName", "", `,"name":"Ada L."`)
	})
}

// A node's death loses no timer: whoever owns the user now ends them.
func TestExpiryAfterADeath(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		ada.ok("setName", "", `,"name":"Ada"`)
		ada.drop()
		time.Sleep(time.Hour)
		home := m.ownerOf(ada.user)
		if home != "n2" { // where bob is
			m.kill(m.nodes[home])
			m.see([]string{home})
		}
		time.Sleep(2 * time.Hour)
		bob.settle()
		if e := bob.want("roomClosed"); e["reason"] != "expired" || e["roomId"] != string(room) {
			t.Error(e)
		}
	})
}

// The owner of a room that was revived from its link is found on another node,
// whoever comes first.
func TestRevivedAcrossNodes(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada := m.nodes["n1"].connect("")
		first := poker.RoomID(m.nodes["n1"].keys.NewRoomID(string(ada.user), time.Now()))
		bob := m.nodes["n2"].connect("")
		bob.ok("joinRoom", first, "")
		bob.settle()
		if bob.room()["ownerId"] != string(ada.user) {
			t.Errorf("the owner is %v", bob.room()["ownerId"])
		}
		eve := poker.UserID(m.nodes["n3"].keys.NewUserID())
		second := poker.RoomID(m.nodes["n1"].keys.NewRoomID(string(eve), time.Now()))
		bob.ok("joinRoom", second, "")
		if bob.room()["ownerId"] != "" {
			t.Errorf("the owner is %v", bob.room()["ownerId"])
		}
		m.nodes["n3"].connect(eve)
		bob.settle()
		if bob.room()["ownerId"] != string(eve) {
			t.Errorf("the owner is %v", bob.room()["ownerId"])
		}
	})
}

// send says something without waiting for what comes of it.
func (c *client) send(message string) {
	c.h.t.Helper()
	in, bad := protocol.Decode([]byte(message))
	if bad != nil {
		c.h.t.Fatalf("%s: %+v", message, bad)
	}
	c.session.Handle(in)
}

// all is everything the client has been sent.
func (c *client) all() []event {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.inbox)
}

// answered wants exactly one ok for the request.
func (c *client) answered(id string) {
	c.h.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	count := 0
	for _, e := range c.inbox {
		if e["id"] == id && e["event"] == "ok" {
			count++
		}
	}
	if count != 1 {
		data, _ := json.Marshal(c.inbox)
		c.h.t.Fatalf("request %s was answered %d times: %s", id, count, data)
	}
}

func (m *mesh) setCut(from, to string, yes bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cut[[2]string{from, to}] = yes
}

// cutOff isolates a node from all others.
func (m *mesh) cutOff(address string) {
	for _, other := range m.view.members {
		m.setCut(address, other, true)
		m.setCut(other, address, true)
	}
}

// owns says whether a user lives on n by what it knows itself.
func (n *meshNode) owns(user poker.UserID) bool {
	address, _ := n.View().Owner("user", string(user))
	return address == n.address
}

func (m *mesh) ownerOf(user poker.UserID) string {
	address, _ := m.view.Owner("user", string(user))
	return address
}

// A node that was no member for a while begins anew from the store: others have
// written what it remembers.
func TestReturnOfANode(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5"`)
		m.see([]string{"n3"}, "n1", "n2")
		ada.ok("setTopic", room, `,"topic":"meanwhile"`)
		m.nodes["n3"].sys.Release()
		m.see(nil)
		cy := m.nodes["n3"].connect("")
		cy.ok("joinRoom", room, "")
		if cy.room()["topic"] != "meanwhile" {
			t.Errorf("cy sees %v", cy.room())
		}
		ada.ok("setTopic", room, `,"topic":"back"`)
		for _, c := range []*client{ada, bob, cy} {
			c.settle()
			if c.room()["topic"] != "back" || c.closed != 0 {
				t.Errorf("closed %v, sees %v", c.closed, c.room())
			}
		}
	})
}

// A letter that makes no sense costs its reader nothing but a line in the log.
func TestSenselessLetters(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		for _, n := range m.nodes {
			for _, name := range []string{"gateway", "users", "rooms"} {
				for _, l := range []*wire.Letter{
					{}, {Body: &wire.Letter_Show{Show: &wire.Show{Conns: []string{"nobody"}}}}, {Identity: "x"},
					{Body: &wire.Letter_Attach{Attach: &wire.Attach{}}}, {Body: &wire.Letter_Sounding{}},
				} {
					n.system.Root.Send(actor.NewPID(n.address, name), l)
				}
			}
		}
		ada.ok("setTopic", room, `,"topic":"still here"`)
		bob.settle()
		if bob.room()["topic"] != "still here" {
			t.Errorf("bob sees %v", bob.room())
		}
	})
}
