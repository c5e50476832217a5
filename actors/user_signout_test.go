package actors_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/actors"
	"example.com/pokey/poker"
)

// Signing out ends the sessions that were issued before, and nothing else.
func TestSignOut(t *testing.T) {
	inBubble(t, func(h *harness) {
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
			t.Errorf("name: got %q, want Ada", name)
		}
		back.ok("reveal", room, "")
		if err := h.sys.SignOut(context.Background(), ada.user, fresh); err != nil {
			t.Errorf("repeated, as after a lost answer: got %v, want no error", err)
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
			t.Errorf("tombstone: got %q, want nothing of the user", kept)
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
			t.Errorf("stored in the end: got %q, want nothing", kept)
		}
	})
}

func TestAVisitorWithoutAnythingCanSignOut(t *testing.T) {
	inBubble(t, func(h *harness) {
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
			t.Errorf("got %d users in memory, want none", n)
		}
	})
}

// A sign-out that the store could not save is not reported as done: a restart would bring
// the other sessions back. Repeated when the store can save, it is.
func TestSignOutIsDoneWhenItIsSaved(t *testing.T) {
	inBubble(t, func(h *harness) {
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
