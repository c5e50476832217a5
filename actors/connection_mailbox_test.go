package actors_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// blockingClient is a client that blocks whoever writes to it while it is locked.
type blockingClient struct {
	*client
	lock chan struct{} // full while locked; synctest does not see a mutex
}

func (c *blockingClient) Send(e []byte) {
	c.lock <- struct{}{}
	defer func() { <-c.lock }()
	c.client.Send(e)
}

func (c *blockingClient) SendStatus(s *protocol.Status) {
	c.lock <- struct{}{}
	defer func() { <-c.lock }()
	c.client.SendStatus(s)
}

// connectBlocking connects a client that is locked.
func (h *harness) connectBlocking() *blockingClient {
	c := &blockingClient{
		client: &client{h: h, user: poker.UserID(h.keys.NewUserID()), last: map[poker.RoomID]uint64{}},
		lock:   make(chan struct{}, 1),
	}
	c.lock <- struct{}{}
	c.session = h.sys.Connect(c.user, time.Now(), 0, c)
	h.opened = append(h.opened, c.client)
	return c
}

// The goroutine that reads a connection never writes to it: it does not wait for a
// client that blocks, neither to connect it nor to pass on what it reads.
func TestTheReadingGoroutineDoesNotWrite(t *testing.T) {
	inBubble(t, func(h *harness) {
		bob := h.connectBlocking()
		synctest.Wait()
		<-bob.lock
		bob.settle()
		bob.want("welcome")
		bob.lock <- struct{}{}
		var read atomic.Bool
		go func() {
			bob.send(`{"request":"ping","id":"ping"}`)
			read.Store(true)
		}()
		synctest.Wait()
		if !read.Load() {
			t.Error("the goroutine that reads waits for the client")
		}
		if got := len(bob.newEvents()); got != 0 {
			t.Errorf("while the client blocks: got %d events, want none", got)
		}
		<-bob.lock
		bob.settle()
		bob.answered("ping")
	})
}

// A room that broadcasts writes to its connections itself, so one that blocks holds
// the room up. (The transport's never do.)
func TestRoomsWriteToConnectionsThemselves(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connectBlocking()
		<-bob.lock
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.lock <- struct{}{}
		ada.send(`{"request":"estimate","id":"first","roomId":"` + string(room) + `","value":"5"}`)
		ada.settle()
		ada.send(`{"request":"setTopic","id":"second","roomId":"` + string(room) + `","topic":"Login"}`)
		ada.settle() // longer than a throttle
		if got := ada.answers("second"); got != 0 {
			t.Errorf("while a connection blocks the room: got %d answers, want none", got)
		}
		<-bob.lock
		ada.settle()
		ada.answered("first")
		ada.answered("second")
	})
}
