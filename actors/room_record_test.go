package actors_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
	"example.com/pokey/store"
)

// finish plays a whole round with one estimate.
func (c *client) finish(room poker.RoomID, comment string) {
	c.h.t.Helper()
	c.ok("estimate", room, fmt.Sprintf(`,"value":"5","comment":%q`, comment))
	c.ok("reveal", room, "")
	c.ok("clear", room, "")
}

// history returns the finished rounds as a client gets them, newest last.
func (c *client) history(room poker.RoomID) (rounds []roundView) {
	c.h.t.Helper()
	for before := ""; ; {
		c.ok("history", room, `,"limit":50`+before)
		page := c.want("roomHistory")
		older := page.Rounds
		rounds = append(slices.Clone(older), rounds...)
		if !page.More {
			return rounds
		}
		before = fmt.Sprintf(`,"before":%v`, older[0].Round)
	}
}

// kept returns the stored rounds of a room's history by their numbers.
func (h *harness) kept(room poker.RoomID) map[string]string {
	h.t.Helper()
	rounds := map[string]string{}
	for name, data := range h.parts(room) {
		if number, ok := strings.CutPrefix(name, "r-"); ok {
			rounds[number] = data
		}
	}
	return rounds
}

// parts returns the stored parts of a room by their names.
func (h *harness) parts(room poker.RoomID) map[string]string {
	h.t.Helper()
	_, parts, err := h.store.LoadAll(context.Background(), "room/"+string(room))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		h.t.Fatal(err)
	}
	byName := map[string]string{}
	for _, p := range parts {
		byName[p.Key[strings.LastIndexByte(p.Key, '/')+1:]] = string(p.Data)
	}
	return byName
}

// nonsense cannot be decoded as a record or a part.
var nonsense = []byte("{nonsense")

// rewrite commits a room's record and parts behind its actor's back. The record's data
// stays as it is if data is nil.
func (h *harness) rewrite(room poker.RoomID, data []byte, parts ...store.Record) {
	h.t.Helper()
	r, err := h.store.Load(context.Background(), "room/"+string(room))
	if err != nil {
		h.t.Fatal(err)
	}
	if data != nil {
		r.Data = data
	}
	if _, err := h.store.Commit(context.Background(), r, parts...); err != nil {
		h.t.Fatal(err)
	}
}

// largest is a store that remembers the size of the largest commit.
type largest struct {
	store.Store
	mu    sync.Mutex
	bytes int
}

func (l *largest) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	n := len(r.Data)
	for _, p := range parts {
		n += len(p.Data)
	}
	l.mu.Lock()
	l.bytes = max(l.bytes, n)
	l.mu.Unlock()
	return l.Store.Commit(ctx, r, parts...)
}

// A store takes only so much at once, and every other actor waits for it.
func TestALongHistoryIsWrittenRoundByRound(t *testing.T) {
	inBubble(t, func(h *harness) {
		writes := &largest{Store: h.store}
		h.restart(writes)
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		comment := strings.Repeat("why ", 100)
		for range 3 {
			ada.finish(room, comment)
		}
		after3 := writes.bytes
		for range poker.HistoryLength + 2 {
			ada.finish(room, comment)
		}
		if writes.bytes > after3+100 {
			t.Errorf("largest commit: got %d bytes after a hundred rounds, want about the %d after three", writes.bytes, after3)
		}
		before := ada.history(room)
		if kept := h.kept(room); len(kept) != poker.HistoryLength || kept["5"] != "" || kept["6"] == "" || kept["105"] == "" {
			t.Errorf("stored rounds: got %v, want 6 to 105", slices.Sorted(maps.Keys(kept)))
		}
		h.restart(writes)
		ada = h.connect(ada.user)
		ada.ok("joinRoom", room, "")
		if after := ada.history(room); fmt.Sprint(after) != fmt.Sprint(before) || len(after) != poker.HistoryLength {
			t.Errorf("after a restart: got %d rounds, want the same %d", len(after), poker.HistoryLength)
		}
	})
}

// A round that is undone is not stored, even if the disk failed meanwhile.
func TestTheHistoryOnDiskIsTheRooms(t *testing.T) {
	inBubble(t, func(h *harness) {
		disk := &flaky{Store: h.store}
		h.restart(disk)
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		ada.finish(room, "first")
		ada.finish(room, "second")
		ada.ok("undo", room, "")
		if kept := h.kept(room); len(kept) != 1 || !strings.Contains(kept["1"], "first") {
			t.Errorf("stored after an undo: got %q, want the first round", kept)
		}
		ada.ok("clear", room, "")
		disk.set(full)
		ada.ok("undo", room, "")
		ada.ok("clear", room, "")
		ada.finish(room, "third")
		ada.ok("undo", room, "")
		disk.set(nil)
		time.Sleep(5 * time.Second)
		if kept := h.kept(room); len(kept) != 2 || !strings.Contains(kept["2"], "second") {
			t.Errorf("stored once the disk is back: got %q, want two rounds", kept)
		}
	})
}

// The other rounds stay.
func TestRoundsThatCannotBeReadAreRemoved(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		ada.finish(room, "first")
		h.stop()
		key := "room/" + string(room)
		h.rewrite(room, nil, store.Record{Key: key + "/r-2", Data: record.EncodeRound(&poker.Finished{Round: 2})[0].Data},
			store.Record{Key: key + "/r-7", Data: record.EncodeRound(&poker.Finished{Round: 8})[0].Data},
			store.Record{Key: key + "/r-1.2.3", Data: nonsense}, store.Record{Key: key + "/x", Data: nonsense})
		h.start()
		ada = h.connect(ada.user)
		ada.ok("joinRoom", room, "")
		if rounds := ada.history(room); len(rounds) != 1 {
			t.Errorf("history: got %v, want one round", rounds)
		}
		ada.finish(room, "second")
		if kept := h.kept(room); len(kept) != 2 || !strings.Contains(kept["2"], "second") {
			t.Errorf("stored: got %q, want the second round among two", kept)
		}
	})
}

// Until then its record is left as it is. It may contain the member's name.
func TestADamagedRoomGoesWhenItIsRevivedOrAMemberExpires(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		revived, left := ada.create(), ada.create()
		for _, room := range []poker.RoomID{revived, left} {
			bob.ok("joinRoom", room, "")
			ada.ok("joinRoom", room, "")
			ada.finish(room, "canary")
		}
		h.stop()
		for _, room := range []poker.RoomID{revived, left} {
			h.rewrite(room, nonsense)
			if len(h.kept(room)) != 1 {
				t.Fatal("stored rounds: got none, want one")
			}
		}
		h.start()
		ada = h.connect(ada.user)
		ada.ok("joinRoom", revived, "")
		ada.ok("setTopic", revived, `,"topic":"anew"`)
		if kept := h.kept(revived); len(kept) != 0 {
			t.Errorf("history of a revived room: got %q, want none", kept)
		}
		time.Sleep(3 * time.Hour) // Bob is gone
		if _, err := h.store.Load(context.Background(), "room/"+string(left)); !errors.Is(err, store.ErrNotFound) || len(h.kept(left)) != 0 {
			t.Errorf("after a member has expired: got %v, rounds %q; want %v and none", err, h.kept(left), store.ErrNotFound)
		}
	})
}
