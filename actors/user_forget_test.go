package actors_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/store"
)

// The user is gone at once with everything that is theirs. Their sessions are void for as
// long as one could live.
func TestForgetMe(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		second := h.connect(ada.user)
		ada.ok("setName", "", `,"name":"Canary"`)
		hers, his := ada.create(), bob.create()
		for _, c := range []*client{ada, bob} {
			c.ok("joinRoom", hers, "")
			c.ok("joinRoom", his, "")
		}
		ada.ok("estimate", his, `,"value":"5","comment":"canary"`)
		bob.ok("reveal", his, "")
		bob.ok("clear", his, "")
		ada.ok("estimate", his, `,"value":"8","comment":"canary"`)
		bob.newEvents()

		ada.ok("forgetMe", "", "")
		ada.cutWith4001("the one that asked")
		second.cutWith4001("another connection")
		closed := false
		for _, e := range bob.newEvents() {
			closed = closed || e.Event == "roomClosed" && e.RoomID == hers
		}
		if !closed {
			t.Error("another member: got no roomClosed of the room that they owned")
		}
		bob.settle()
		if m := bob.member(ada.user); !m.absent {
			t.Errorf("elsewhere: got %v, want no member", m)
		}
		bob.ok("history", his, "")
		for _, r := range bob.want("roomHistory").Rounds {
			if n := len(r.Estimates); n != 0 {
				t.Errorf("history: got %d of their estimates, want none", n)
			}
		}
		if kept := h.stored(ada.user); kept == "" || strings.Contains(kept, "Canary") || strings.Contains(kept, string(his)) {
			t.Errorf("got the record %q, want a tombstone with nothing of the user in it", kept)
		}
		if s := h.sys.Stats(); s.Users != 1 || s.Rooms != 1 {
			t.Errorf("got %d users and %d rooms in memory, want 1 and 1", s.Users, s.Rooms)
		}

		// The room's link begins another room, which is nobody's.
		bob.ok("joinRoom", hers, "")
		if owner := bob.room().OwnerID; owner != "" {
			t.Errorf("revived, the room is owned by %v, want nobody", owner)
		}
		if !h.revoked(ada.user, time.Now()) {
			t.Error("revoked: got false, want true")
		}
		back := h.connectWith(ada.user, ada.issued)
		back.cutWith4001("one with the old cookie")
		back.wantNone("welcome")
		bob.settle()
		if owner := bob.room().OwnerID; owner != "" {
			t.Errorf("then it is owned by %v, want nobody", owner)
		}

		time.Sleep(89 * 24 * time.Hour)
		if !h.revoked(ada.user, ada.issued) {
			t.Error("revoked after 89 days: got false, want true")
		}
		time.Sleep(2 * 24 * time.Hour)
		if kept := h.stored(ada.user); kept != "" {
			t.Errorf("stored in the end: got %q, want nothing", kept)
		}
	})
}

// Neither does a second forgetMe.
func TestRequestsBehindForgetMeDoNothing(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		second := h.connect(ada.user)
		for _, m := range []string{
			`{"request":"forgetMe","id":"1"}`, `{"request":"setName","id":"2","name":"Canary"}`,
			`{"request":"forgetMe","id":"3"}`, `{"request":"createRoom","id":"4"}`,
		} {
			ada.send(m)
		}
		ada.settle()
		ada.answered("1")
		ada.cutWith4001("the one that asked")
		second.cutWith4001("another connection")
		if kept := h.stored(ada.user); kept == "" || strings.Contains(kept, "Canary") {
			t.Errorf("got the record %q, want a tombstone", kept)
		}
		if s := h.sys.Stats(); s.Users != 0 || s.Rooms != 0 {
			t.Errorf("got %d users and %d rooms, want none", s.Users, s.Rooms)
		}
	})
}

// roomless is a store that cannot write rooms while it is broken.
type roomless struct {
	*flaky
	broken bool
}

func (r *roomless) Commit(ctx context.Context, one store.Record, parts ...store.Record) (store.Revision, error) {
	if r.broken && strings.HasPrefix(one.Key, "room/") {
		return 0, errDisk
	}
	return r.flaky.Commit(ctx, one, parts...)
}

func (r *roomless) Delete(ctx context.Context, key string, rev store.Revision) error {
	if r.broken && strings.HasPrefix(key, "room/") {
		return errDisk
	}
	return r.flaky.Delete(ctx, key, rev)
}

// A process that dies half way through goes on when it is back.
func TestForgetMeSurvivesACrash(t *testing.T) {
	inBubble(t, func(h *harness) {
		disk := &roomless{flaky: &flaky{Store: store.NewMemory()}}
		h.restart(disk)
		ada, bob := h.connect(""), h.connect("")
		hers, his := ada.create(), bob.create()
		for _, c := range []*client{ada, bob} {
			c.ok("joinRoom", hers, "")
			c.ok("joinRoom", his, "")
		}
		ada.ok("estimate", his, `,"value":"8","comment":"canary"`)
		kept := func(room poker.RoomID) (all string) {
			head, parts, err := h.store.LoadAll(context.Background(), "room/"+string(room))
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Fatal(err)
			}
			for _, p := range append(parts, head) {
				all += p.Key + string(p.Data)
			}
			return all
		}
		disk.broken = true
		ada.ok("forgetMe", "", "")
		ada.cutWith4001("the one that asked")
		if !strings.Contains(kept(his), "canary") || !h.revoked(ada.user, time.Now()) {
			t.Fatal("want the sessions ended and the estimate not yet gone")
		}
		for _, c := range h.opened {
			c.drop()
		}
		copied := disk.Store // as a crash leaves it: what stops in order writes once more
		dead := h.sys
		h.store = &flaky{Store: copied}
		h.opened = nil
		h.start()
		time.Sleep(time.Minute)
		if got := kept(his); strings.Contains(got, "canary") || strings.Contains(got, string(ada.user)) {
			t.Errorf("the other room a minute after the crash: got %q, want nothing of the user", got)
		}
		if got := kept(hers); got != "" {
			t.Errorf("the room that they owned a minute after the crash: got %q, want nothing", got)
		}
		if !h.revoked(ada.user, time.Now()) {
			t.Error("revoked: got false, want true")
		}
		if err := dead.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}
