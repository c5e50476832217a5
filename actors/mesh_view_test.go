package actors_test

import (
	"testing"
	"testing/synctest"

	"example.com/pokey/protocol"
)

// A node with a newer view sends messages to a node that does not own their room yet,
// and one with an older view to a node that no longer does.
func TestRequestsAreAnsweredWhileViewsDiffer(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		m.changeView([]string{"n3"}, "n1")
		bob.send(`{"request":"estimate","id":"behind","roomId":"` + string(room) + `","value":"5"}`)
		ada.send(`{"request":"setTopic","id":"early","roomId":"` + string(room) + `","topic":"early"}`)
		synctest.Wait()
		m.changeView([]string{"n3"}, "n2", "n3")
		m.settle() // one of two commits is fenced, and done again after a pause
		ada.answered("early")
		bob.answered("behind")
		if bob.closed == protocol.CloseMoved { // the fenced room had them already, and its node owns it by its own view
			bob = m.nodes["n2"].connect(bob.user)
			bob.ok("joinRoom", room, "")
		}
		bob.seesTopic("early")
		if got := bob.room().Estimates; got != 1 {
			t.Errorf("estimates: got %d, want 1", got)
		}
	})
}

// A node returns to the membership and starts again from the store: others have written
// what it remembers.
func TestAReturningNodeStartsFromTheStore(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		bob.ok("estimate", room, `,"value":"5"`)
		m.changeView([]string{"n3"}, "n1", "n2")
		ada.ok("setTopic", room, `,"topic":"meanwhile"`)
		m.nodes["n3"].sys.Forget()
		m.changeView(nil)
		cy := m.nodes["n3"].connect("")
		cy.ok("joinRoom", room, "")
		cy.seesTopic("meanwhile")
		ada.ok("setTopic", room, `,"topic":"back"`)
		for _, c := range []*client{ada, bob, cy} {
			c.settle()
			if c.room().Topic != "back" || c.closed != 0 {
				t.Errorf("got topic %q and close code %d, want back and 0", c.room().Topic, c.closed)
			}
		}
	})
}

// Nodes see a new view one after the other. A connection that is redirected to the node
// that is about to hand off its room is not forgotten there.
func TestNoConnectionIsForgottenWhileAViewSpreads(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada, bob, room := inRoom(m)
		for range 3 {
			for _, away := range [][]string{{"n3"}, nil} {
				m.changeView(away, "n1")
				synctest.Wait()
				m.spreadView("n2")
				synctest.Wait()
				m.spreadView("n3")
				m.settle()
				ada.ok("setTopic", room, `,"topic":"`+string(rune('a'+len(ada.all())%26))+`"`)
				bob.settle()
				if bob.room().Topic != ada.room().Topic {
					t.Fatalf("topic: Bob got %q, Ada %q, want the same", bob.room().Topic, ada.room().Topic)
				}
			}
		}
	})
}
