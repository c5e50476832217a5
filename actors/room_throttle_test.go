package actors_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// counting counts the commits of rooms.
type counting struct {
	store.Store
	rooms atomic.Int32
}

func (c *counting) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	if strings.HasPrefix(r.Key, "room/") {
		c.rooms.Add(1)
	}
	return c.Store.Commit(ctx, r, parts...)
}

// They also share one broadcast, and are acknowledged then and not before.
func TestChangesDuringABroadcastPauseShareOneCommit(t *testing.T) {
	inBubble(t, func(h *harness) {
		commits := &counting{Store: h.store}
		h.restart(commits)
		ada, bob, cyd := h.connect(""), h.connect(""), h.connect("")
		room := ada.create()
		all := []*client{ada, bob, cyd}
		for _, c := range all {
			c.ok("joinRoom", room, "")
		}
		estimate := func(c *client, id, value string) {
			c.send(fmt.Sprintf(`{"request":"estimate","id":%q,"roomId":%q,"value":%q}`, id, room, value))
		}
		for _, c := range all {
			c.newEvents()
		}

		before := commits.rooms.Load()
		bob.slow.Store(int64(5 * time.Millisecond))
		estimate(ada, "first", "5") // shown after 5 ms, so that the room pauses for 10 ms
		time.Sleep(7 * time.Millisecond)
		bob.slow.Store(0)
		for _, c := range all {
			if oks := count(c.newEvents(), "ok"); c == ada && oks != 1 {
				t.Errorf("an idle room: got %d answers, want 1", oks)
			}
		}
		for i, c := range all {
			estimate(c, "then", fmt.Sprint(i+1))
			time.Sleep(time.Millisecond)
		}
		time.Sleep(3 * time.Millisecond)
		for _, c := range all {
			if n := len(c.newEvents()); n > 0 {
				t.Errorf("during the pause: got %d events, want none", n)
			}
		}
		if n := commits.rooms.Load() - before; n != 1 {
			t.Errorf("during the pause: got %d commits, want the one before it", n)
		}
		time.Sleep(10 * time.Millisecond)
		synctest.Wait()
		if n := commits.rooms.Load() - before; n != 2 {
			t.Errorf("after the pause: got %d commits, want 2", n)
		}
		for _, c := range all {
			got := c.newEvents()
			if oks, statuses := count(got, "ok"), count(got, "roomStatus"); oks != 1 || statuses != 1 {
				t.Errorf("after the pause: got %d answers and %d statuses, want one of each", oks, statuses)
			}
		}
	})
}

// More are refused, and all the rest are answered when the store is back.
func TestRequestsThatWaitForTheStoreAreBounded(t *testing.T) {
	inBubble(t, func(h *harness) {
		disk := &flaky{Store: h.store}
		h.restart(disk)
		ada, bob := h.connect(""), h.connect("")
		room, other := ada.create(), bob.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", other, "")
		ada.newEvents()
		const most = 4096
		disk.set(hanging)
		for i := range 1 + most + 10 { // the first one is being committed
			ada.send(fmt.Sprintf(`{"request":"setTopic","id":"%d","roomId":%q,"topic":"%d"}`, i, room, i))
		}
		synctest.Wait()
		refused := 0
		for _, e := range ada.newEvents() {
			if e.Event != "error" || e.Code != string(protocol.Unavailable) {
				t.Fatalf("while the store hangs: got %v, want %s", e, protocol.Unavailable)
			}
			refused++
		}
		if refused != 10 {
			t.Errorf("got %d refused, want 10", refused)
		}
		disk.set(nil)
		time.Sleep(3 * time.Second)
		answered := count(ada.newEvents(), "ok")
		if answered != 1+most {
			t.Errorf("got %d answered, want %d", answered, 1+most)
		}
		if got := ada.room().Topic; got != fmt.Sprint(most) {
			t.Errorf("topic: got %q, want %q", got, fmt.Sprint(most))
		}
		bob.ok("setTopic", other, `,"topic":"Bob's"`)
	})
}
