package client_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/fakeserver"
)

// quick is a back-off that no test has to wait for.
var quick = client.Backoff{Min: time.Millisecond, Max: 5 * time.Millisecond}

func serve(t *testing.T, o fakeserver.Options) *client.Site {
	t.Helper()
	server, err := fakeserver.New(o)
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	site, err := client.NewSite(listening.URL, client.SiteOptions{Sources: 3})
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// start runs a client with a session of its own until the test ends.
func start(t *testing.T, site *client.Site, hooks client.Hooks) *client.Client {
	t.Helper()
	session, err := site.NewSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return startAs(t, site, session, hooks)
}

func startAs(t *testing.T, site *client.Site, session client.Session, hooks client.Hooks) *client.Client {
	t.Helper()
	c := client.New(client.Config{Site: site, Session: session, Backoff: quick, Hooks: hooks})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the client ended: %v", err)
		}
	})
	return c
}

func do(t *testing.T, c *client.Client, r client.Request) client.Reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	reply, err := c.Do(ctx, r)
	if err != nil {
		t.Fatalf("%v: %v", r, err)
	}
	return reply
}

func must(t *testing.T, c *client.Client, r client.Request) client.Reply {
	t.Helper()
	reply := do(t, c, r)
	if !reply.OK || !reply.Durable {
		t.Fatalf("%v: %+v", r, reply)
	}
	return reply
}

// wait returns the room as soon as it is as wanted.
func wait(t *testing.T, c *client.Client, roomID string, wanted func(client.Room) bool) client.Room {
	t.Helper()
	timeout := time.After(5 * time.Second)
	for {
		room, known, changed := c.Room(roomID)
		if known && wanted(room) {
			return room
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("the room never became as wanted: %+v", room)
		}
	}
}

func value(s string) *string { return &s }

// A round with two members: each sees what the contract lets them see.
func TestRound(t *testing.T) {
	site := serve(t, fakeserver.Options{})
	var mu sync.Mutex
	var own []client.OwnEstimate
	ada := start(t, site, client.Hooks{OwnEstimate: func(_ int, e client.OwnEstimate) {
		mu.Lock()
		defer mu.Unlock()
		own = append(own, e)
	}})
	bob := start(t, site, client.Hooks{})
	id := must(t, ada, client.CreateRoom("two", []string{"1", "2"})).RoomID
	must(t, ada, client.JoinRoom(id, "estimator"))
	must(t, bob, client.JoinRoom(id, ""))
	must(t, ada, client.Estimate(id, 1, value("2"), "hard"))
	if r := do(t, ada, client.Estimate(id, 7, value("2"), "")); r.OK || r.Code != "stale_round" {
		t.Errorf("got %+v", r)
	}
	if r := do(t, bob, client.Reveal(id, 1)); r.OK || r.Code != "not_owner" {
		t.Errorf("got %+v", r)
	}
	room := wait(t, bob, id, func(r client.Room) bool { return r.Estimates == 1 })
	if m := room.Members[ada.UserID()]; !m.Estimated || m.Shown || room.HasSummary {
		t.Errorf("hidden, Bob sees %+v", m)
	}
	must(t, ada, client.Reveal(id, 0))
	room = wait(t, bob, id, func(r client.Room) bool { return r.Revealed })
	if m := room.Members[ada.UserID()]; !m.Shown || m.Value != "2" || m.Comment != "hard" || !room.HasSummary {
		t.Errorf("revealed, Bob sees %+v", m)
	}
	must(t, ada, client.Clear(id, 1))
	room = wait(t, bob, id, func(r client.Room) bool { return r.Round == 2 })
	if m := room.Members[ada.UserID()]; m.Estimated || m.Shown || room.Revealed || room.OwnerID != ada.UserID() {
		t.Errorf("cleared, Bob sees %+v", m)
	}
	mirrored := wait(t, ada, id, func(r client.Room) bool { return r.Version == room.Version })
	if mirrored.Digest != room.Digest {
		t.Error("two copies of one version differ")
	}
	do(t, ada, client.Request{"request": "ping"}) // what was sent before has come
	mu.Lock()
	defer mu.Unlock()
	want := []client.OwnEstimate{
		{RoomID: id, Round: 1},
		{RoomID: id, Round: 1, Given: true, Value: "2", Comment: "hard"},
		{RoomID: id, Round: 2},
	}
	if !slices.Equal(own, want) {
		t.Errorf("own estimates %+v", own)
	}
}

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
	must(t, bob, client.Estimate(id, 1, value("x"), ""))
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
		_ = ws.Write(r.Context(), websocket.MessageText, []byte(`{"event":"closing","reason":"drain","retryAfterMs":60}`))
		last = time.Now()
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

func TestEndsWhenTold(t *testing.T) {
	site := serve(t, fakeserver.Options{})
	c := client.New(client.Config{Site: site, Backoff: quick}) // no session: 401
	if err := c.Run(t.Context()); err == nil {
		t.Error("a client without a session went on")
	}
	if _, err := c.Do(t.Context(), client.Request{"request": "ping"}); err != client.ErrEnded {
		t.Errorf("got %v", err)
	}
}

func TestDoGivesUp(t *testing.T) {
	site := serve(t, fakeserver.Options{Faults: fakeserver.Faults{Hang: true}})
	ada := start(t, site, client.Hooks{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := ada.Do(ctx, client.Request{"request": "ping"}); err != context.DeadlineExceeded {
		t.Errorf("got %v", err)
	}
}
