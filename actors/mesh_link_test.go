package actors_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/wire"
	"example.com/pokey/poker"
)

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
		if bob.room().Topic != "lost" {
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
		if bob.room().Topic != "still here" {
			t.Errorf("bob sees %v", bob.room())
		}
	})
}

// The way between two nodes is closed for a while. When it is open again,
// nobody has to wait for something to happen.
func TestClosedWay(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		for m.ownerOf(ada.user) == "n2" { // which is in the way
			ada, bob, room = inRoom(m)
		}
		m.setCut("n3", "n2", true)
		m.setCut("n2", "n3", true)
		m.nodes["n3"].lose("n2")
		m.nodes["n2"].lose("n3")
		time.Sleep(5 * time.Second)
		ada.ok("setTopic", room, `,"topic":"unseen"`)
		m.setCut("n3", "n2", false)
		m.setCut("n2", "n3", false)
		time.Sleep(1500 * time.Millisecond)
		bob.settle()
		if bob.room().Topic != "unseen" {
			t.Errorf("bob sees %v", bob.room())
		}
	})
}

// Somebody comes to a node while that of their room is dead, and nobody knows
// yet.
func TestComingTooEarly(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		_, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5"`)
		n3 := m.nodes["n3"]
		m.cutOff("n3")
		again := m.nodes["n1"].connect(bob.user)
		again.send(`{"request":"joinRoom","id":"join","roomId":"` + string(room) + `"}`)
		again.send(`{"request":"estimate","id":"vote","roomId":"` + string(room) + `","value":"8"}`)
		time.Sleep(3 * time.Second)
		m.kill(n3)
		m.see([]string{"n3"})
		again.answered("join")
		again.answered("vote")
		if own := again.want("ownEstimate"); own.value() != "8" {
			t.Errorf("own estimate: %v", own)
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
		if bob.room().Topic != "early" || bob.room().Estimates != 1 {
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
			if e.Code == "unavailable" {
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
		if e := bob.want("roomClosed"); e.Reason != "expired" || e.RoomID != room {
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
		if bob.room().OwnerID != ada.user {
			t.Errorf("the owner is %v", bob.room().OwnerID)
		}
		eve := poker.UserID(m.nodes["n3"].keys.NewUserID())
		second := poker.RoomID(m.nodes["n1"].keys.NewRoomID(string(eve), time.Now()))
		bob.ok("joinRoom", second, "")
		if bob.room().OwnerID != "" {
			t.Errorf("the owner is %v", bob.room().OwnerID)
		}
		m.nodes["n3"].connect(eve)
		bob.settle()
		if bob.room().OwnerID != eve {
			t.Errorf("the owner is %v", bob.room().OwnerID)
		}
	})
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
		if cy.room().Topic != "meanwhile" {
			t.Errorf("cy sees %v", cy.room())
		}
		ada.ok("setTopic", room, `,"topic":"back"`)
		for _, c := range []*client{ada, bob, cy} {
			c.settle()
			if c.room().Topic != "back" || c.closed != 0 {
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
				for _, l := range []*wire.Envelope{
					{},
					{Body: &wire.Envelope_StatusFanout{StatusFanout: &wire.StatusFanout{Conns: []string{"nobody"}}}},
					{Identity: "x"},
					{Body: &wire.Envelope_Attach{Attach: &wire.Attach{}}},
					{Body: &wire.Envelope_AckRequest{}},
				} {
					n.system.Root.Send(actor.NewPID(n.address, name), l)
				}
			}
		}
		ada.ok("setTopic", room, `,"topic":"still here"`)
		bob.settle()
		if bob.room().Topic != "still here" {
			t.Errorf("bob sees %v", bob.room())
		}
	})
}

// Nodes see a new view one after the other. Whoever is sent back to the node
// that is about to give a room away is not forgotten there.
func TestViewsOneByOne(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		for range 3 {
			for _, away := range [][]string{{"n3"}, nil} {
				m.see(away, "n1")
				synctest.Wait()
				m.spread("n2")
				synctest.Wait()
				m.spread("n3")
				m.quiet()
				ada.ok("setTopic", room, `,"topic":"`+string(rune('a'+len(ada.all())%26))+`"`)
				bob.settle()
				if bob.room().Topic != ada.room().Topic {
					t.Fatalf("bob sees %v, ada %v", bob.room().Topic, ada.room().Topic)
				}
			}
		}
	})
}
