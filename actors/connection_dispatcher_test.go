package actors_test

import (
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// witness is a client that remembers on which goroutine it was told last.
type witness struct {
	*client
	stack atomic.Value
}

func (w *witness) Send(e []byte) {
	w.stack.Store(string(debug.Stack()))
	w.client.Send(e)
}

func (w *witness) SendStatus(s *protocol.Status) {
	w.stack.Store(string(debug.Stack()))
	w.client.SendStatus(s)
}

func (w *witness) saw(what string) bool {
	return strings.Contains(w.stack.Load().(string), what)
}

// A room that broadcasts writes to its connections itself; the goroutine that
// reads a connection never does.
func TestRoomsWriteThemselves(t *testing.T) {
	inBubble(t, func(h *house) {
		ada := h.connect("")
		w := &witness{client: &client{h: h, user: poker.UserID(h.keys.NewUserID()), last: map[poker.RoomID]uint64{}}}
		w.session = h.sys.Connect(w.user, time.Now(), w)
		h.opened = append(h.opened, w.client)
		synctest.Wait()
		if w.saw("actors.(*System).Connect") {
			t.Error("the welcome was written by the goroutine that reads")
		}
		room := ada.create()
		ada.ok("joinRoom", room, "")
		w.ok("joinRoom", room, "")
		ada.ok("estimate", room, `,"value":"5"`)
		if !w.saw("actors.(*roomActor).Receive") {
			t.Error("a status was not written by the room")
		}
		w.ask("ping", "", "")
		if w.saw("actors.(*Session).Handle") {
			t.Error("an answer was written by the goroutine that reads")
		}
	})
}
