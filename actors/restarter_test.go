package actors_test

import (
	"testing"
	"testing/synctest"
	"time"
)

// The registries and the gateway stop, one after the other and all at once. The node
// reports it and restarts them, and connected users go on without connecting again.
func TestStoppedSingletonsAreRestarted(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.ok("estimate", room, `,"value":"5"`)
		for _, stopped := range [][]string{{"rooms"}, {"users"}, {"gateway"}, {"users", "rooms", "gateway"}, {"rooms"}} {
			for _, name := range stopped {
				h.sys.StopFromOutside(name)
			}
			synctest.Wait()
			if h.sys.Running() {
				t.Errorf("%v: got running, want not", stopped)
			}
			time.Sleep(5 * time.Second)
			synctest.Wait()
			if !h.sys.Running() {
				t.Fatalf("%v: after 5 s: got not running, want running", stopped)
			}
			h.connect("").create()
			ada.ok("reveal", room, "")
			bob.settle()
			if !bob.room().Revealed {
				t.Errorf("%v: Bob does not see what happens afterwards", stopped)
			}
			ada.ok("clear", room, "")
			bob.ok("estimate", room, `,"value":"8"`)
			ada.settle()
			if m := ada.member(bob.user); !m.Estimated {
				t.Errorf("%v: Ada sees %v, want an estimate", stopped, m)
			}
			if ada.closed != 0 || bob.closed != 0 {
				t.Fatalf("%v: hung up on with %d and %d", stopped, ada.closed, bob.closed)
			}
		}
	})
}
