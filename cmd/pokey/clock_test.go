package main

import (
	"context"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
)

// startsAt runs the program with the clock at some time after midnight. Bubbles
// all begin at midnight, so that a later one can begin before an earlier ended.
func startsAt(t *testing.T, clock time.Duration, data string, story func(*server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(clock)
		s := &server{t: t, args: []string{"-admin-listen", "", "-data", data}, log: &lockedBuffer{}}
		s.start()
		story(s)
		s.stop()
	})
}

// cookie is the session a browser keeps.
func (b *browser) cookie() string {
	request, _ := http.NewRequest(http.MethodGet, origin+"/", nil)
	for _, c := range b.client.Jar.Cookies(request.URL) {
		return c.Name + "=" + c.Value
	}
	return ""
}

// answers is the status that a handshake with a cookie gets.
func (s *server) answers(cookie string) int {
	s.t.Helper()
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return s.pipe.Dial(ctx) },
	}}
	conn, response, err := websocket.Dial(context.Background(), "ws://localhost:8080/connect", &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: http.Header{"Origin": {origin}, "Cookie": {cookie}},
	})
	if err == nil {
		_ = conn.CloseNow()
		synctest.Wait()
	}
	if response == nil {
		s.t.Fatal(err)
	}
	return response.StatusCode
}

// The wall clock is set while the server is down. Nobody is expired
// en masse and no room is lost; what is off by the step is the expiry of those
// who were away, and a session from what is now the future is not good before
// then, unless by no more than five minutes.
func TestClockIsSetBetweenRuns(t *testing.T) {
	for name, row := range map[string]struct {
		before, after time.Duration // the clock at the first start, and at the second
		session       int
		goneAfter     time.Duration // the owner's expiry, from the second start on
	}{
		// Whoever comes back is expired by the clock that is then, who cannot by the
		// record. That may say an eighth more, as for somebody connected.
		"an hour ahead":      {0, time.Hour, http.StatusSwitchingProtocols, 2 * time.Hour},
		"an hour back":       {time.Hour, 0, http.StatusUnauthorized, 3 * time.Hour},
		"four minutes ahead": {0, 4 * time.Minute, http.StatusSwitchingProtocols, 2 * time.Hour},
		"four minutes back":  {4 * time.Minute, 0, http.StatusSwitchingProtocols, 2 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			var cookie, room, second string
			startsAt(t, row.before, data, func(s *server) {
				ada := s.open("Ada")
				a := ada.tab()
				cookie = ada.cookie()
				room = a.ask("createRoom", `"topic":"Login"`)["roomId"].(string)
				a.in(room, "joinRoom", "")
				a.in(room, "estimate", `"value":"8"`)
			})
			startsAt(t, row.after, data, func(s *server) {
				begun := time.Now()
				bob := s.open("Bob").tab()
				bob.in(room, "joinRoom", "")
				if r := bob.room(room); r.Topic != "Login" || r.Estimates != 1 {
					t.Errorf("the room is %v", r)
				}
				second = bob.ask("createRoom", "")["roomId"].(string)
				if got := s.answers(cookie); got != row.session {
					t.Errorf("the session of before gets %d", got)
				}
				closed := func() bool {
					bob.settle()
					bob.mu.Lock()
					defer bob.mu.Unlock()
					for _, e := range bob.events {
						if e["event"] == "roomClosed" && e["roomId"] == room {
							return true
						}
					}
					return false
				}
				time.Sleep(row.goneAfter - time.Minute - time.Since(begun))
				if closed() {
					t.Errorf("expired before %v were over", row.goneAfter)
				}
				time.Sleep(17 * time.Minute)
				if !closed() {
					t.Errorf("not expired after %v", row.goneAfter)
				}
			})
			if room == second {
				t.Error("a room id was given twice")
			}
		})
	}
}

// The wall clock is set while a room counts down. Forwards, what is due
// comes when it would have come; back, it comes with the next estimate, and the
// owner can do it by hand all the while.
func TestClockIsSetInARoom(t *testing.T) {
	const noon, hour = poker.Millis(1_800_000_000_000), poker.Millis(3_600_000)
	play := func(now poker.Millis, room *poker.Room, commands ...poker.Command) {
		t.Helper()
		for _, c := range commands {
			if _, err := room.Apply(now, c, poker.Limits{}); err != nil {
				t.Fatalf("%T: %v", c, err)
			}
		}
	}
	counting := func() *poker.Room {
		room := poker.NewRoom("r", "e", "ada", noon, poker.DefaultDeck())
		play(noon, room, poker.SetOptions{By: "ada", AutoReveal: new(true)}, poker.Join{By: "ada", Name: "Ada"}, poker.Estimate{By: "ada", Value: "5"})
		if room.Deadline() != noon+poker.RevealDelay {
			t.Fatalf("it does not count down: %d", room.Deadline())
		}
		return room
	}
	ahead := counting()
	play(noon+hour+poker.RevealDelay, ahead, poker.Tick{})
	if !ahead.Snapshot().Revealed {
		t.Error("ahead, and not revealed when due")
	}
	back := counting()
	play(noon-hour+poker.RevealDelay, back, poker.Tick{})
	if back.Snapshot().Revealed {
		t.Error("back, and revealed early")
	}
	play(noon-hour+10_000, back, poker.Estimate{By: "ada", Value: "8"})
	if due := back.Deadline(); due != noon-hour+10_000+poker.RevealDelay {
		t.Errorf("the next estimate does not set it right: %d", due)
	}
	play(noon-hour+11_000, back, poker.Reveal{By: "ada"}, poker.Undo{By: "ada"}, poker.Clear{By: "ada"})
}

// A clock that goes back and forth makes no room id twice.
func TestClockGoesBackAndForth(t *testing.T) {
	keys, err := identity.New([]byte("\x01\x93\xfe a master for tests only \xaa\xbb\xcc\xdd"))
	if err != nil {
		t.Fatal(err)
	}
	user, seen := keys.NewUserID(), map[string]bool{}
	noon := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	for i := range 2000 {
		id := keys.NewRoomID(user, noon.Add(time.Duration(i%3-1)*time.Hour))
		if seen[id] {
			t.Fatalf("%s was made twice", id)
		}
		seen[id] = true
	}
}
