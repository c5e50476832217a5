package client_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"example.com/pokey/cmd/pokey-load/client"
)

// script serves connections that say welcome and then what answer says to each
// request, nothing if it says nothing.
func script(t *testing.T, answer func(conn int, id, request string) string) (*client.Site, *atomic.Int64) {
	t.Helper()
	conns := new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		number := int(conns.Add(1))
		_ = ws.Write(r.Context(), websocket.MessageText, []byte(`{"event":"welcome","userId":"u"}`))
		for {
			_, msg, err := ws.Read(r.Context())
			if err != nil {
				return
			}
			var asked struct{ ID, Request string }
			if err := json.Unmarshal(msg, &asked); err != nil {
				t.Error(err)
				return
			}
			if said := answer(number, asked.ID, asked.Request); said != "" {
				_ = ws.Write(r.Context(), websocket.MessageText, []byte(said))
			}
		}
	}))
	t.Cleanup(server.Close)
	site, err := client.NewSite(server.URL, client.SiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return site, conns
}

// A persistent client sends again what is refused for the moment, with the same
// id, and says how often.
func TestPersistent(t *testing.T) {
	ids := make(map[string]int) // of one connection at a time
	site, _ := script(t, func(_ int, id, _ string) string {
		if ids[id]++; ids[id] <= 2 {
			return `{"event":"error","code":"unavailable","retryable":true,"id":"` + id + `"}`
		}
		return `{"event":"ok","durable":true,"id":"` + id + `"}`
	})
	began := time.Now()
	c := run(t, client.Config{Site: site, Session: "a=b", Persistent: true})
	reply, err := c.Do(t.Context(), client.SetTopic("r", "t"))
	if err != nil || !reply.OK || !reply.Durable || reply.Refused != 2 || reply.Sent != 3 || reply.Conns != 1 || len(ids) != 1 {
		t.Errorf("got %+v, %v; requests %v", reply, err, ids)
	}
	if reply.SentAt.Before(began) || time.Since(reply.SentAt) < time.Second {
		t.Errorf("sent at %v, begun at %v", reply.SentAt, began) // the page waits for half a second, then for one
	}
	// Another client is told.
	c = run(t, client.Config{Site: site, Session: "a=b"})
	if reply, err := c.Do(t.Context(), client.SetTopic("r", "t")); err != nil || reply.OK || reply.Code != "unavailable" {
		t.Errorf("got %+v, %v", reply, err)
	}
}

// A server that says nothing is asked whether it is there, and then given up.
func TestSilence(t *testing.T) {
	var pings atomic.Int64
	site, conns := script(t, func(conn int, id, request string) string {
		switch {
		case conn >= 2:
			return `{"event":"ok","id":"` + id + `"}`
		case request == "ping":
			pings.Add(1)
		}
		return ""
	})
	c := run(t, client.Config{
		Site: site, Session: "a=b", Backoff: client.Backoff{Min: time.Millisecond, Max: time.Millisecond},
		Silence: 100 * time.Millisecond, Patience: time.Second, // so that one that answers does so in time
	})
	reply, err := c.Do(t.Context(), client.SetTopic("r", "t"))
	if err != nil || !reply.OK || reply.Conns != 2 || pings.Load() != 1 {
		t.Errorf("got %+v, %v, after %d pings", reply, err, pings.Load())
	}
	// One that answers is kept.
	time.Sleep(1500 * time.Millisecond)
	if n := conns.Load(); n != 2 {
		t.Errorf("there were %d connections", n)
	}
}

// Sites that are one server give different numbers to their connections.
func TestNewSites(t *testing.T) {
	one, _ := script(t, func(int, string, string) string { return "" })
	sites, err := client.NewSites([]string{one.URL(""), one.URL("")}, client.SiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, site := range []*client.Site{sites[0], sites[1], sites[0]} {
		conn, err := site.Dial(t.Context(), "a=b")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if conn.Number != i+1 {
			t.Errorf("connection %d has number %d", i+1, conn.Number)
		}
	}
	if _, err := client.NewSites([]string{"http://192.0.2.1"}, client.SiteOptions{}); err == nil {
		t.Error("somebody else's server is taken")
	}
}
