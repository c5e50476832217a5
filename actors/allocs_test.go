package actors

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
)

// See the test of the same name in protocol.
func TestAllocations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		o := newOutgoing("here", func(*actor.PID, any) { sent++ })
		b := &broadcaster{inbox: func(any) {}, local: "here", send: o.add, fanOut: o.fanOut, room: conn("here", "room")}
		s := newSubscribers()
		for i := range 10 {
			s.add(conn("here", fmt.Sprint(i)), poker.UserID(fmt.Sprint("user", i)))
		}
		room := poker.NewRoom("room", "epoch", "olga", 1, poker.DefaultDeck())
		status := b.current(room, false)
		got := testing.AllocsPerRun(100, func() {
			b.broadcast(status, s)
			o.flush()
			b.sent()
		})
		if want := 101 * 10; got > 2 || sent != want {
			t.Errorf("a fan-out to ten: got %v objects and %d messages, want at most 2 and %d", got, sent, want)
		}
	})
}

func TestMailboxAllocatesNothing(t *testing.T) {
	m := newMailbox()
	m.RegisterHandlers(numbers(func(int, int) {}), actor.NewSynchronizedDispatcher(300))
	var message any = [2]int{1, 2}
	if got := testing.AllocsPerRun(100, func() { m.PostUserMessage(message) }); got > 0 {
		t.Errorf("got %v objects a message, want 0", got)
	}
}
