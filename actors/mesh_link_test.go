package actors_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/wire"
	"example.com/pokey/poker"
)

// Messages are lost without a sign: the request is sent again, and the status catches
// up.
func TestLostMessagesAreMadeUpFor(t *testing.T) {
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
		bob.seesTopic("lost")
	})
}

// The link between two nodes breaks and is restored: connections join again, and no
// client notices.
func TestALostLinkIsNotNoticed(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		before := len(ada.all())
		m.nodes["n3"].loseLink("n2")
		m.nodes["n2"].loseLink("n3")
		time.Sleep(30 * time.Second)
		for _, e := range ada.all()[before:] {
			t.Errorf("Ada: got %v, want no event", e)
		}
		ada.ok("setTopic", room, `,"topic":"still here"`)
		bob.settle()
		bob.seesTopic("still here")
	})
}

// No message passes between two nodes for a while. Afterwards clients catch up within
// 1.5 s, without any event in the room.
func TestClientsCatchUpAfterAPartition(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		for m.ownerOf(ada.user) == "n2" { // which is cut off
			ada, bob, room = inRoom(m)
		}
		m.setCut("n3", "n2", true)
		m.setCut("n2", "n3", true)
		m.nodes["n3"].loseLink("n2")
		m.nodes["n2"].loseLink("n3")
		time.Sleep(5 * time.Second)
		ada.ok("setTopic", room, `,"topic":"unseen"`)
		m.setCut("n3", "n2", false)
		m.setCut("n2", "n3", false)
		time.Sleep(1500 * time.Millisecond)
		bob.settle()
		bob.seesTopic("unseen")
	})
}

// A user joins a room whose node has died, before any node knows: the requests are
// answered by the room's next node.
func TestRequestsToADeadNodeAreAnsweredByTheNext(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		_, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5"`)
		n3 := m.nodes["n3"]
		m.isolate("n3")
		again := m.nodes["n1"].connect(bob.user)
		again.send(`{"request":"joinRoom","id":"join","roomId":"` + string(room) + `"}`)
		again.send(`{"request":"estimate","id":"vote","roomId":"` + string(room) + `","value":"8"}`)
		time.Sleep(3 * time.Second)
		m.kill(n3)
		m.changeView([]string{"n3"})
		again.answered("join")
		again.answered("vote")
		again.wantOwnEstimate("8")
	})
}

// A node takes nothing: no more than 10,000 messages are under way to it, and the
// callers of the rest are refused.
func TestCallersAreRefusedWhenTooMuchIsUnderWayToANode(t *testing.T) {
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
		for _, e := range ada.newEvents() {
			if e.Code == "unavailable" {
				refused++
			}
		}
		if refused < 900 || refused > 1100 || m.nodes["n1"].sys.Stats().Dropped < 900 {
			t.Errorf("of 11,000 requests: got %d refused and %d dropped, want about 1,000", refused, m.nodes["n1"].sys.Stats().Dropped)
		}
		m.setCut("n1", "n2", false)
		m.nodes["n1"].loseLink("n2")
		ada.ok("setName", "", `,"name":"Ada L."`)
	})
}

// The node of a user dies after they have left: the node that owns them now still ends
// them and their room on time.
func TestANodesDeathLosesNoExpiry(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		ada.ok("setName", "", `,"name":"Ada"`)
		ada.drop()
		time.Sleep(time.Hour)
		home := m.ownerOf(ada.user)
		if home != "n2" { // where bob is
			m.kill(m.nodes[home])
			m.changeView([]string{home})
		}
		time.Sleep(2 * time.Hour)
		bob.settle()
		if e := bob.want("roomClosed"); e.Reason != "expired" || e.RoomID != room {
			t.Errorf("got %v, want the room closed because it expired", e)
		}
	})
}

// The owner of a room that was revived from its link is found on another node, whether
// the owner or the room is there first.
func TestTheOwnerOfARevivedRoomIsFoundOnAnyNode(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada := m.nodes["n1"].connect("")
		first := poker.RoomID(m.nodes["n1"].keys.NewRoomID(string(ada.user), time.Now()))
		bob := m.nodes["n2"].connect("")
		bob.ok("joinRoom", first, "")
		bob.settle()
		if bob.room().OwnerID != ada.user {
			t.Errorf("owner: got %q, want Ada, %q", bob.room().OwnerID, ada.user)
		}
		eve := poker.UserID(m.nodes["n3"].keys.NewUserID())
		second := poker.RoomID(m.nodes["n1"].keys.NewRoomID(string(eve), time.Now()))
		bob.ok("joinRoom", second, "")
		if bob.room().OwnerID != "" {
			t.Errorf("owner before Eve connects: got %q, want none", bob.room().OwnerID)
		}
		m.nodes["n3"].connect(eve)
		bob.settle()
		if bob.room().OwnerID != eve {
			t.Errorf("owner: got %q, want Eve, %q", bob.room().OwnerID, eve)
		}
	})
}

// Envelopes that make no sense do no harm to the node that receives them.
func TestSenselessEnvelopesDoNoHarm(t *testing.T) {
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
		bob.seesTopic("still here")
	})
}
