package actors_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/actors"
	"example.com/pokey/actors/wire"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// revoked says whether a session of user that was issued at that time is worthless.
func (h *house) revoked(user poker.UserID, issued time.Time) bool {
	h.t.Helper()
	standing, err := h.sys.CheckSession(context.Background(), user, issued)
	if err != nil {
		h.t.Fatal(err)
	}
	return standing.Revoked
}

// stored is what the store has of a user, as it is written; empty if nothing.
func (h *house) stored(user poker.UserID) string {
	h.t.Helper()
	r, err := h.store.Load(context.Background(), "user/"+string(user))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		h.t.Fatal(err)
	}
	return string(r.Data)
}

// cutWith wants the client to have been closed with 4001.
func (c *client) cutWith4001(who string) {
	c.h.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed != protocol.CloseSession {
		c.h.t.Errorf("%s: closed with %d, want %d", who, c.closed, protocol.CloseSession)
	}
}

// open wants it not to have been closed.
func (c *client) open(who string) {
	c.h.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed != 0 {
		c.h.t.Errorf("%s: closed with %d, want it open", who, c.closed)
	}
}

// C6, case 19: the user ends at once, with all that is theirs, and so do their
// sessions, for as long as one could live.
func TestForgetMe(t *testing.T) {
	inBubble(t, func(h *house) {
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
		bob.take()

		ada.ok("forgetMe", "", "")
		ada.cutWith4001("who asked")
		second.cutWith4001("another connection")
		closed := false
		for _, e := range bob.take() {
			closed = closed || e.Event == "roomClosed" && e.RoomID == hers
		}
		if !closed {
			t.Error("nobody was told that the room they owned is closed")
		}
		bob.settle()
		if m := bob.member(ada.user); !m.absent {
			t.Errorf("still a member elsewhere: %v", m)
		}
		bob.ok("history", his, "")
		for _, r := range bob.want("roomHistory").Rounds {
			if n := len(r.Estimates); n != 0 {
				t.Errorf("%d of their estimates are in the history", n)
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
			t.Error("the session is as good as before")
		}
		back := h.connectWith(ada.user, ada.issued)
		back.cutWith4001("who comes back with the old cookie")
		back.never("welcome")
		bob.settle()
		if owner := bob.room().OwnerID; owner != "" {
			t.Errorf("then it is owned by %v, want nobody", owner)
		}

		time.Sleep(89 * 24 * time.Hour)
		if !h.revoked(ada.user, ada.issued) {
			t.Error("the tombstone went before the sessions' end")
		}
		time.Sleep(2 * 24 * time.Hour)
		if kept := h.stored(ada.user); kept != "" {
			t.Errorf("left behind for ever: %q", kept)
		}
	})
}

// C6: what else is asked together with it does nothing, and asking twice no more.
func TestRequestsBehindForgetMeDoNothing(t *testing.T) {
	inBubble(t, func(h *house) {
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
		ada.cutWith4001("who asked")
		second.cutWith4001("another connection")
		if kept := h.stored(ada.user); kept == "" || strings.Contains(kept, "Canary") {
			t.Errorf("got the record %q, want a tombstone", kept)
		}
		if s := h.sys.Stats(); s.Users != 0 || s.Rooms != 0 {
			t.Errorf("got %d users and %d rooms, want none", s.Users, s.Rooms)
		}
	})
}

// roomless is a store on which rooms cannot be written for a while.
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

// C6: a process that dies half way through goes on when it is back.
func TestForgetMeSurvivesACrash(t *testing.T) {
	inBubble(t, func(h *house) {
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
		ada.cutWith4001("who asked")
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
			t.Errorf("a minute after the crash the other room still knows them: %s", got)
		}
		if got := kept(hers); got != "" {
			t.Errorf("a minute after the crash the room they owned is still there: %s", got)
		}
		if !h.revoked(ada.user, time.Now()) {
			t.Error("the session is as good as before")
		}
		if err := dead.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// C6: signing out the other devices ends what was issued before, and nothing else.
func TestSignOut(t *testing.T) {
	inBubble(t, func(h *house) {
		ada := h.connect("")
		second := h.connect(ada.user)
		ada.ok("setName", "", `,"name":"Ada"`)
		room := ada.create()
		ada.ok("joinRoom", room, "")
		fresh := ada.issued.Add(time.Minute)
		if err := h.sys.SignOut(context.Background(), ada.user, fresh); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		ada.cutWith4001("the one that asked, whose session is old too")
		second.cutWith4001("the other device")
		if !h.revoked(ada.user, fresh.Add(-time.Second)) || h.revoked(ada.user, fresh) {
			t.Error("want the old session ended, and the fresh one not")
		}
		if err := h.sys.SignOut(context.Background(), ada.user, ada.issued); !errors.Is(err, actors.ErrRevoked) {
			t.Errorf("a session that was ended: got %v, want %v", err, actors.ErrRevoked)
		}
		h.connectWith(ada.user, ada.issued).cutWith4001("the old cookie")
		back := h.connectWith(ada.user, fresh)
		if name := back.want("welcome").Name; name != "Ada" {
			t.Errorf("welcome back, %v; want Ada", name)
		}
		back.ok("reveal", room, "")
		if err := h.sys.SignOut(context.Background(), ada.user, fresh); err != nil {
			t.Errorf("asked again, as after a lost answer: %v", err)
		}
		synctest.Wait()
		back.open("the fresh session")

		// The user expires, and still nobody comes back with the old cookie.
		back.drop()
		time.Sleep(3 * time.Hour)
		if s := h.sys.Stats(); s.Users != 0 || s.Rooms != 0 {
			t.Errorf("got %d users and %d rooms, want none", s.Users, s.Rooms)
		}
		if !h.revoked(ada.user, ada.issued) || h.revoked(ada.user, fresh) {
			t.Error("expired: want the old session ended, and the fresh one not")
		}
		if kept := h.stored(ada.user); strings.Contains(kept, "Ada") || strings.Contains(kept, string(room)) {
			t.Errorf("the tombstone says %q", kept)
		}
		// A name makes the tombstone a user again, with a time of their own.
		again := h.connectWith(ada.user, fresh)
		again.ok("setName", "", `,"name":"Ada"`)
		again.drop()
		time.Sleep(3 * time.Hour)
		if kept := h.stored(ada.user); kept == "" || strings.Contains(kept, "Ada") {
			t.Errorf("got %q, want a tombstone again", kept)
		}
		time.Sleep(91 * 24 * time.Hour)
		if kept := h.stored(ada.user); kept != "" {
			t.Errorf("left behind for ever: %q", kept)
		}
	})
}

// C6: a visitor who has nothing yet can do both.
func TestSignOutOfNobody(t *testing.T) {
	inBubble(t, func(h *house) {
		user := poker.UserID(h.keys.NewUserID())
		now := time.Now()
		if err := h.sys.SignOut(context.Background(), user, now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if !h.revoked(user, now) || h.revoked(user, now.Add(time.Minute)) {
			t.Error("want the old session ended, and the fresh one not")
		}
		synctest.Wait()
		if n := h.sys.Stats().Users; n != 0 {
			t.Errorf("%d users are in memory", n)
		}
	})
}

// C6: what the store could not save is not said to be done: a restart would have
// the other sessions back. Asked again when it can, it is; and where nothing is
// ever saved, it is as done as anything.
func TestSignOutIsDoneWhenItIsSaved(t *testing.T) {
	inBubble(t, func(h *house) {
		disk := &flaky{Store: h.store}
		h.restart(disk)
		ada := h.connect("")
		ada.ok("setName", "", `,"name":"Ada"`)
		disk.set(full)
		fresh := ada.issued.Add(time.Minute)
		for range 2 {
			if err := h.sys.SignOut(context.Background(), ada.user, fresh); err == nil || errors.Is(err, actors.ErrRevoked) {
				t.Errorf("a full disk: got %v, want another error", err)
			}
		}
		disk.set(nil)
		time.Sleep(5 * time.Second)
		if err := h.sys.SignOut(context.Background(), ada.user, fresh); err != nil {
			t.Errorf("the disk is back: %v", err)
		}
		if !h.revoked(ada.user, ada.issued) || h.revoked(ada.user, fresh) {
			t.Error("want the old session ended, and the fresh one not")
		}
	})
}

// C5: a session is known whose user has to do with a room.
func TestSessionIsKnown(t *testing.T) {
	inBubble(t, func(h *house) {
		ada, bob := h.connect(""), h.connect("")
		bob.ok("setName", "", `,"name":"Bob"`)
		ada.create()
		for c, want := range map[*client]bool{ada: true, bob: false} {
			got, err := h.sys.CheckSession(context.Background(), c.user, c.issued)
			if err != nil || got != (actors.Standing{Known: want}) {
				t.Errorf("got %+v, %v; want known %v", got, err, want)
			}
		}
	})
}

// C6: a store that does not answer is an error within the time of a commit, never
// a verdict; and what it cannot take is not said to be done.
func TestSessionsFailInTimeWithoutAStore(t *testing.T) {
	inMesh(t, 2, func(m *mesh) {
		n := m.nodes["n1"]
		ada := n.connect("")
		ada.ok("setName", "", `,"name":"Ada"`)
		m.store.set(hanging)
		start := time.Now()
		if got, err := n.sys.CheckSession(context.Background(), ada.user, ada.issued); err == nil || time.Since(start) > time.Second {
			t.Errorf("after %v: got %+v, want an error", time.Since(start), got)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := n.sys.SignOut(ctx, ada.user, ada.issued.Add(time.Minute)); err == nil || errors.Is(err, actors.ErrRevoked) {
			t.Errorf("signing out: got %v, want another error", err)
		}
		m.store.set(nil)
		time.Sleep(5 * time.Second)
		m.quiet()
	})
}

// C6: in a cluster all of a user's connections end, on whatever node, also one
// that the word of it does not reach.
func TestSessionsEndOnAllNodes(t *testing.T) {
	for name, end := range map[string]func(*mesh, *client) error{
		"forgetMe": func(_ *mesh, c *client) error { c.ok("forgetMe", "", ""); return nil },
		"sign out": func(m *mesh, c *client) error {
			return m.nodes["n2"].sys.SignOut(context.Background(), c.user, c.issued.Add(time.Minute))
		},
	} {
		inMesh(t, 3, func(m *mesh) {
			bob := m.nodes["n1"].connect("")
			his := bob.create()
			bob.ok("joinRoom", his, "")
			var conns []*client
			user := poker.UserID("")
			for _, n := range []string{"n1", "n2", "n3"} {
				c := m.nodes[n].connect(user)
				c.ok("joinRoom", his, "")
				conns, user = append(conns, c), c.user
			}
			deaf := "n1"
			if m.ownerOf(user) == deaf {
				deaf = "n3"
			}
			lost := 0
			m.mu.Lock()
			m.lose = func(to string, l *wire.Envelope) bool {
				_, disconnect := l.GetBody().(*wire.Envelope_Disconnect)
				if disconnect && to == deaf && lost == 0 {
					lost++
					return true
				}
				return false
			}
			m.mu.Unlock()
			asks := conns[0]
			if deaf == "n1" {
				asks = conns[1]
			}
			if err := end(m, asks); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			time.Sleep(11 * time.Second)
			m.quiet()
			for i, c := range conns {
				c.cutWith4001(name + ": the connection on " + []string{"n1", "n2", "n3"}[i])
			}
			if lost != 1 {
				t.Errorf("%s: %d letters were lost, want 1", name, lost)
			}
			bob.settle()
			if there := !bob.member(user).absent; there != (name == "sign out") {
				t.Errorf("%s: a member of another's room: %v", name, there)
			}
		})
	}
}
