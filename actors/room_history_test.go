package actors_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// page asks for a page of the history and returns the very bytes that were sent.
func (c *client) page(room poker.RoomID, more string) []byte {
	c.h.t.Helper()
	c.ok("history", room, more)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, event := range slices.Backward(c.raw) {
		if bytes.HasPrefix(event, []byte(`{"event":"roomHistory"`)) {
			return event
		}
	}
	c.h.t.Fatal("got no history")
	return nil
}

// However many readers ask, and however often, a page is encoded once and they share its
// bytes, until the history changes or nobody has read for a while.
func TestReadersShareTheHistory(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		for range 60 {
			ada.finish(room, strings.Repeat("why ", 120))
		}
		readers := []*client{ada}
		for range 4 {
			c := h.connect("")
			c.ok("joinRoom", room, "")
			readers = append(readers, c)
		}
		first := ada.page(room, "")
		same := func(c *client, more string, first []byte) bool { return &c.page(room, more)[0] == &first[0] }
		for range 3 {
			for i, c := range readers {
				if !same(c, "", first) {
					t.Fatalf("reader %d: got a copy, want the shared page", i)
				}
			}
		}
		older := ada.page(room, `,"before":41,"limit":40`)
		if bytes.Equal(older, first) || !same(readers[1], `,"before":41,"limit":40`, older) || !same(ada, "", first) {
			t.Error("two pages: got them mixed up, or copied")
		}
		ada.finish(room, "")
		second := ada.page(room, "")
		if bytes.Equal(first, second) {
			t.Error("after another round: got the same page")
		}
		time.Sleep(11 * time.Second)
		if same(ada, "", second) {
			t.Error("after 11 s without a reader: got the page from the cache")
		}
	})
}

// It is not served from the cache either.
func TestTheHistoryOfAnExpiredUserIsNotServed(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		bob.ok("estimate", room, `,"value":"5","comment":"canary"`)
		ada.ok("reveal", room, "")
		ada.ok("clear", room, "")
		if !strings.Contains(string(ada.page(room, "")), "canary") {
			t.Fatal("before forgetMe: got no canary in the history")
		}
		bob.sendAndSettle(`{"request":"forgetMe","id":"x"}`)
		ada.settle()
		if strings.Contains(string(ada.page(room, "")), "canary") {
			t.Error("after forgetMe: got the canary in the history")
		}
	})
}

// Its rounds are as large as they can be.
func TestAHistoryAtItsLargestIsBounded(t *testing.T) {
	inBubble(t, func(h *harness) {
		h.config.Limits.MembersPerRoom = 0
		h.restart(h.store)
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		members := []*client{ada}
		for range 14 {
			c := h.connect("")
			c.ok("joinRoom", room, "")
			members = append(members, c)
		}
		comment := strings.Repeat(`\"\u0331\u0331\u0331`, 500) // 3500 bytes
		for range 20 {
			for _, c := range members {
				c.ok("estimate", room, fmt.Sprintf(`,"value":"5","comment":"%s"`, comment))
			}
			ada.ok("reveal", room, "")
			ada.ok("clear", room, "")
		}
		kept, rounds := 0, 0
		for _, part := range h.kept(room) {
			kept += len(part)
			rounds++
		}
		if kept > 2*poker.HistoryBytes || rounds < 5 {
			t.Errorf("stored: got %d rounds of %d bytes, want at least 5, and at most %d bytes", rounds, kept, 2*poker.HistoryBytes)
		}
		for _, more := range []string{"", `,"limit":50`, `,"before":5`} {
			if n := len(ada.page(room, more)); n > protocol.MaxEvent {
				t.Errorf("history%s: got %d bytes, want at most %d", more, n, protocol.MaxEvent)
			}
		}
		if got := len(ada.history(room)); got != rounds {
			t.Errorf("page by page: got %d rounds, want %d", got, rounds)
		}
	})
}
