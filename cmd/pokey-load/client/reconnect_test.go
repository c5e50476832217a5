package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/fakeserver"
)

// The connection breaks between every fourth commit and its answer: every
// request is answered all the same, and has its effect once.
func TestResendsUnanswered(t *testing.T) {
	site := serve(t, fakeserver.Options{Faults: fakeserver.Faults{DropConnection: 4}})
	ada := start(t, site, client.Hooks{})
	id := must(t, ada, client.CreateRoom("any", nil)).RoomID
	must(t, ada, client.JoinRoom(id, ""))
	for range 20 {
		must(t, ada, client.Clear(id, 0))
	}
	room := wait(t, ada, id, func(r client.Room) bool { return r.Round >= 21 })
	if connects, _ := ada.Counts(); room.Round != 21 || connects < 5 {
		t.Errorf("round %d after %d connections", room.Round, connects)
	}
}

// The same on a server that is often busy. What is refused at the first sending
// is for the asker to repeat; what was sent before, for the client.
func TestResendsRefused(t *testing.T) {
	site := serve(t, fakeserver.Options{Faults: fakeserver.Faults{DropConnection: 3, Unavailable: 5}})
	ada := start(t, site, client.Hooks{})
	insist := func(r client.Request) client.Reply {
		for {
			reply := do(t, ada, r)
			if reply.OK {
				return reply
			}
			if reply.Code != "unavailable" || !reply.Retryable || reply.Sent != 1 {
				t.Fatalf("%v: %+v", r, reply)
			}
		}
	}
	id := insist(client.CreateRoom("any", nil)).RoomID
	insist(client.JoinRoom(id, ""))
	for range 10 {
		insist(client.Clear(id, 0))
	}
	if room := wait(t, ada, id, func(r client.Room) bool { return r.Round >= 11 }); room.Round != 11 {
		t.Errorf("round %d", room.Round)
	}
}

func TestComesBackAfterBreak(t *testing.T) {
	site := serve(t, fakeserver.Options{})
	var mu sync.Mutex
	var heard []string
	note := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, s)
	}
	ada := start(t, site, client.Hooks{
		Opened:  func(_ int, _ string) { note("opened") },
		Closed:  func(_ int, _ error) { note("closed") },
		Joining: func(_ int, _ string) { note("joining") },
	})
	bob := start(t, site, client.Hooks{})
	id := must(t, ada, client.CreateRoom("any", nil)).RoomID
	must(t, bob, client.JoinRoom(id, ""))
	must(t, ada, client.JoinRoom(id, ""))
	ada.Drop()
	do(t, ada, client.Request{"request": "ping"}) // answered on the next connection
	must(t, bob, client.Estimate(id, 1, new("x"), ""))
	wait(t, ada, id, func(r client.Room) bool { return r.Members[bob.UserID()].Estimated })
	mu.Lock()
	defer mu.Unlock()
	if got := strings.Join(heard, " "); got != "opened joining closed opened joining" {
		t.Errorf("heard %s", got)
	}
}

// A patch that does not fit makes the client ask for the whole room.
func TestResyncs(t *testing.T) {
	site := serve(t, fakeserver.Options{Faults: fakeserver.Faults{DropPatch: 3}})
	ada, bob := start(t, site, client.Hooks{}), start(t, site, client.Hooks{})
	id := must(t, ada, client.CreateRoom("any", nil)).RoomID
	must(t, ada, client.JoinRoom(id, ""))
	must(t, bob, client.JoinRoom(id, ""))
	for range 9 {
		must(t, ada, client.Clear(id, 0))
	}
	wait(t, bob, id, func(r client.Room) bool { return r.Round >= 9 })
	if _, resyncs := bob.Counts(); resyncs == 0 {
		t.Error("no patch was missed")
	}
}

func TestForgetsRoomItLeft(t *testing.T) {
	site := serve(t, fakeserver.Options{})
	ada := start(t, site, client.Hooks{})
	id := must(t, ada, client.CreateRoom("any", nil)).RoomID
	must(t, ada, client.JoinRoom(id, ""))
	wait(t, ada, id, func(client.Room) bool { return true })
	must(t, ada, client.LeaveRoom(id))
	do(t, ada, client.Request{"request": "ping"})
	if _, known, _ := ada.Room(id); known {
		t.Error("the room is still there")
	}
	ada.Drop()
	do(t, ada, client.Request{"request": "ping"})
	if _, known, _ := ada.Room(id); known {
		t.Error("the room was joined again")
	}
}

// A server that says how long to stay away is obeyed.
func TestObeysClosing(t *testing.T) {
	const away = 60 * time.Millisecond
	var mu sync.Mutex
	var last time.Time
	waits := make(chan time.Duration, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if !last.IsZero() {
			waits <- time.Since(last)
		}
		_ = ws.Write(r.Context(), websocket.MessageText, []byte(`{"event":"welcome","userId":"u"}`))
		last = time.Now()
		_ = ws.Write(r.Context(), websocket.MessageText, []byte(`{"event":"closing","reason":"drain","retryAfterMs":60}`))
		_ = ws.Close(1012, "restart")
	}))
	t.Cleanup(server.Close)
	site, err := client.NewSite(server.URL, client.SiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	startAs(t, site, "a=b", client.Hooks{})
	for range 2 {
		if wait := <-waits; wait < away {
			t.Errorf("came back after %v", wait)
		}
	}
}

// When another server is ready a client goes there first and leaves then.
func TestMovesOn(t *testing.T) {
	var mu sync.Mutex
	var left []bool // by connection
	codes := make(chan websocket.StatusCode, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		mu.Lock()
		number := len(left)
		if number > 0 && left[number-1] {
			t.Errorf("connection %d came after the one before had gone", number)
		}
		left = append(left, false)
		mu.Unlock()
		_ = ws.Write(r.Context(), websocket.MessageText, []byte(`{"event":"welcome","userId":"u"}`))
		if number < 2 {
			_ = ws.Write(r.Context(), websocket.MessageText, []byte(`{"event":"closing","reason":"drain","retryAfterMs":0}`))
		}
		for err == nil {
			_, _, err = ws.Read(r.Context())
		}
		mu.Lock()
		defer mu.Unlock()
		left[number] = true
		codes <- websocket.CloseStatus(err)
	}))
	t.Cleanup(server.Close)
	site, err := client.NewSite(server.URL, client.SiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	opened := make(chan int, 8)
	startAs(t, site, "a=b", client.Hooks{Opened: func(conn int, _ string) { opened <- conn }})
	for want := range 3 {
		if got := <-opened; got != want+1 {
			t.Errorf("connection %d was opened, want %d", got, want+1)
		}
	}
	for range 2 {
		if code := <-codes; code != websocket.StatusNormalClosure {
			t.Errorf("a connection was left with code %d", code)
		}
	}
}

func TestEndsWhenTold(t *testing.T) {
	site := serve(t, fakeserver.Options{})
	c := client.New(client.Config{Site: site, Backoff: quick}) // no session: 401
	if err := c.Run(t.Context()); err == nil {
		t.Error("a client without a session went on")
	}
	if _, err := c.Do(t.Context(), client.Request{"request": "ping"}); !errors.Is(err, client.ErrEnded) {
		t.Errorf("got %v", err)
	}
}

func TestDoGivesUp(t *testing.T) {
	site := serve(t, fakeserver.Options{Faults: fakeserver.Faults{Hang: true}})
	ada := start(t, site, client.Hooks{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := ada.Do(ctx, client.Request{"request": "ping"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
