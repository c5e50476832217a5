package actors_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// bomb is a store that, when armed, makes an actor panic that asks about it.
type bomb struct {
	store.Store
	armed atomic.Bool
}

func (b *bomb) Durable() bool {
	if b.armed.Load() {
		panic("boom: legacy parser")
	}
	return true
}

func TestAPanicStopsOneActorAndTellsItsClients(t *testing.T) {
	inBubble(t, func(h *harness) {
		trap := &bomb{Store: h.store}
		h.restart(trap)
		ada, bob := h.connect(""), h.connect("")
		room, other := ada.create(), bob.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", other, "")
		trap.armed.Store(true)
		ada.sendAndSettle(`{"request":"estimate","id":"e","roomId":"` + string(room) + `","value":"5"}`)
		trap.armed.Store(false)
		if ada.closed != protocol.CloseResync {
			t.Errorf("Ada: closed with %d, want %d", ada.closed, protocol.CloseResync)
		}
		if bob.closed != 0 {
			t.Errorf("Bob: closed with %d, want open", bob.closed)
		}
		h.connect(ada.user).ok("joinRoom", room, "")
		bob.ok("estimate", other, `,"value":"5"`)
		if strings.Contains(h.log.String(), "legacy parser") {
			t.Errorf("got the panic's value in the log: %s", h.log.String())
		}
		if n := h.sys.Stats().Crashes; n == 0 {
			t.Error("crashes: got 0, want some")
		}
	})
}

func TestThreePanicsQuarantineARoom(t *testing.T) {
	inBubble(t, func(h *harness) {
		trap := &bomb{Store: h.store}
		h.restart(trap)
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		for range 3 {
			c := h.connect(ada.user)
			c.ok("joinRoom", room, "")
			trap.armed.Store(true)
			h.sys.TellRoom(room, "rename")
			c.settle()
			trap.armed.Store(false)
		}
		eve := h.connect("")
		if e := eve.ask("joinRoom", room, ""); e.Code != string(protocol.Unavailable) {
			t.Errorf("in quarantine: got %v, want %s", e, protocol.Unavailable)
		}
		time.Sleep(2 * time.Minute)
		eve.ok("joinRoom", room, "")
	})
}
