package client_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

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
	return run(t, client.Config{Site: site, Session: session, Backoff: quick, Hooks: hooks})
}

func run(t *testing.T, config client.Config) *client.Client {
	t.Helper()
	c := client.New(config)
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
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
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
	timeout := time.After(time.Minute)
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
	must(t, ada, client.Estimate(id, 1, new("2"), "hard"))
	if r := do(t, ada, client.Estimate(id, 7, new("2"), "")); r.OK || r.Code != "stale_round" {
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
