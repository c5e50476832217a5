package actors_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"example.com/pokey/protocol"
)

// TestARequestBeyondThePendingOnesIsRefusedByItsID cuts a node off from the one that
// its user lives on, and asks for more than a connection remembers. Each request is
// answered once by its own ID.
func TestARequestBeyondThePendingOnesIsRefusedByItsID(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		n := m.nodes["n1"]
		var ada *client
		for ada == nil || n.owns(ada.user) {
			ada = n.connect("")
		}
		ada.want("welcome")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		m.isolate("n1")
		const most = 64
		for i := range most + 2 {
			ada.send(fmt.Sprintf(`{"request":"estimate","id":"many%d","roomId":%q,"value":"5"}`, i, room))
		}
		synctest.Wait()
		for i := range most + 2 {
			id, refused := fmt.Sprintf("many%d", i), 0
			for _, e := range ada.all() {
				if e.ID == id && e.Event == "error" && e.Code == string(protocol.Unavailable) && e.RoomID == room {
					refused++
				}
			}
			want := 0
			if i >= most {
				want = 1
			}
			if refused != want {
				t.Errorf("request %d: got %d refusals, want %d", i, refused, want)
			}
		}
	})
}

// TestAGenuineRoomIsJoinedAfterManyFailures tries links that lead nowhere until it is
// told to wait, and then comes to a room that there is.
func TestAGenuineRoomIsJoinedAfterManyFailures(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		for i := range 12 {
			code := "room_not_found"
			if i >= 10 {
				code = "rate_limited"
			}
			bob.refused(code, "joinRoom", "0000000000000000000000000000000000000000", "")
		}
		bob.ok("joinRoom", room, "")
	})
}
