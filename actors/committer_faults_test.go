package actors_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

func TestNothingAcknowledgedIsLostInARestart(t *testing.T) {
	inBubble(t, func(h *harness) {
		h.restart(&flaky{Store: h.store})
		ada, bob := h.connect(""), h.connect("")
		bob.sendAndSettle(`{"request":"setName","id":"n","name":"Bob"}`)
		room := ada.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		ada.ok("setTopic", room, `,"topic":"Login"`)
		if got := bob.ok("estimate", room, `,"value":"5","comment":"why"`); !is(got.Durable, true) {
			t.Fatalf("a durable store: got %v, want durable true", got)
		}
		ada.ok("reveal", room, "")
		ada.ok("clear", room, "")
		ada.ok("undo", room, "")
		ada.ok("clear", room, "")
		bob.ok("estimate", room, `,"value":"8"`)
		before := bob.room()

		h.stop()
		h.start()
		bob = h.connect(bob.user)
		if w := bob.want("welcome"); w.Name != "Bob" {
			t.Errorf("name: got %q, want Bob", w.Name)
		}
		bob.ok("joinRoom", room, "")
		if own := bob.want("ownEstimate"); own.value() != "8" {
			t.Errorf("own estimate: got %v, want 8", own)
		}
		after := bob.room()
		bob.ok("history", room, "")
		if rounds := bob.want("roomHistory").Rounds; len(rounds) != 1 || rounds[0].Topic != "Login" {
			t.Errorf("history: got %v, want one round of Login", rounds)
		}
		if got, want := after.lasting(), before.lasting(); got != want {
			t.Errorf("the room: got %+v, want %+v", got, want)
		}
		// Ada has not been back, so her time runs on from where it was.
		time.Sleep(3 * time.Hour)
		bob.settle()
		if e := bob.want("roomClosed"); e.Reason != "expired" {
			t.Errorf("got %v, want the reason expired", e)
		}
	})
}

func TestAFailingDiskIsReportedAndRecoveredFrom(t *testing.T) {
	for name, fault := range map[string]func(context.Context) error{"full": full, "hanging": hanging} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(h *harness) {
				disk := &flaky{Store: h.store}
				h.restart(disk)
				ada := h.connect("")
				room := ada.create()
				ada.ok("joinRoom", room, "")

				disk.set(fault)
				ada.sendAndSettle(`{"request":"estimate","id":"e","roomId":"` + string(room) + `","value":"5"}`)
				time.Sleep(1100 * time.Millisecond)
				if ok := ada.want("ok"); !is(ok.Durable, false) {
					t.Errorf("while the disk fails: got %v, want durable false", ok)
				}
				if r := ada.room(); !is(r.Saved, false) || !h.sys.Degraded() {
					t.Errorf("while the disk fails: got %v, degraded %v; want saved false, true", r, h.sys.Degraded())
				}
				if ok := ada.ok("reveal", room, ""); !is(ok.Durable, false) {
					t.Errorf("the next request: got %v, want durable false", ok)
				}

				disk.set(nil)
				time.Sleep(3 * time.Second)
				ada.settle()
				if r := ada.room(); r.Saved != nil || h.sys.Degraded() {
					t.Errorf("recovered: got %v, degraded %v; want no saved, false", r, h.sys.Degraded())
				}
				if ok := ada.ok("estimate", room, `,"value":"8"`); !is(ok.Durable, true) {
					t.Errorf("recovered: got %v, want durable true", ok)
				}
				h.stop()
				h.start()
				back := h.connect(ada.user)
				back.ok("joinRoom", room, "")
				if r := back.room(); !r.Revealed || r.Estimates != 1 {
					t.Errorf("after a restart: got %v, want one revealed estimate from while the disk failed", r)
				}
			})
		})
	}
}

func TestASupersededRoomShowsNothing(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		ada.ok("estimate", room, `,"value":"5"`)

		h.rewrite(room, nil) // another process commits to the same record
		ada.newEvents()
		ada.sendAndSettle(`{"request":"reveal","id":"lost","roomId":"` + string(room) + `"}`)
		if got := ada.newEvents(); len(got) > 0 {
			t.Errorf("superseded: got %v, want nothing", got)
		}
		if ada.closed != protocol.CloseMoved {
			t.Errorf("closed with %d, want %d", ada.closed, protocol.CloseMoved)
		}
		back := h.connect(ada.user)
		back.ok("joinRoom", room, "")
		if r := back.room(); r.Revealed || r.Estimates != 1 {
			t.Errorf("afterwards: got %v, want one hidden estimate", r)
		}
	})
}

func TestADamagedRecordCostsOneRoom(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room, other := ada.create(), ada.create()
		ada.ok("joinRoom", other, "")
		ada.ok("setTopic", other, `,"topic":"still here"`)
		h.stop()
		h.rewrite(room, nonsense)
		h.start()
		ada = h.connect(ada.user)
		ada.ok("joinRoom", room, "") // revived
		ada.ok("reveal", room, "")
		ada.ok("joinRoom", other, "")
		if got := ada.room().Topic; got != "still here" {
			t.Errorf("topic of the other room: got %q, want %q", got, "still here")
		}
	})
}

func TestNothingIsKeptOfAnExpiredUser(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob := h.connect(""), h.connect("")
		bob.sendAndSettle(`{"request":"setName","name":"Bob"}`)
		room := ada.create()
		bob.ok("joinRoom", room, "")
		ada.drop()
		bob.drop()
		time.Sleep(2*time.Hour + time.Minute)
		for _, key := range []string{"room/" + string(room), "user/" + string(ada.user), "user/" + string(bob.user)} {
			if _, err := h.store.Load(context.Background(), key); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: got %v, want %v", key[:5], err, store.ErrNotFound)
			}
		}
		if s := h.sys.Stats(); s.Users != 0 || s.Rooms != 0 {
			t.Errorf("got %d users and %d rooms in memory, want none", s.Users, s.Rooms)
		}
	})
}

func TestTheSweepEndsRoomsThatHaveNoActor(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		h.stop() // and with it every timer
		time.Sleep(5 * time.Hour)
		h.start()
		time.Sleep(time.Minute)
		if _, err := h.store.Load(context.Background(), "room/"+string(room)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v, want %v", err, store.ErrNotFound)
		}
	})
}

func TestARoomInUseOutlivesItsRecordsTime(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		ada.ok("setTopic", room, `,"topic":"still here"`)
		time.Sleep(80 * time.Hour)
		ada.ok("joinRoom", room, "")
		if got := ada.room().Topic; got != "still here" {
			t.Errorf("topic: got %q, want %q", got, "still here")
		}
	})
}
