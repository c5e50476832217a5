package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// guest is a client without a screen, to fill a table with. It reads all the time, and
// so answers the server's pings for as long as it sits there.
type guest struct {
	t       *testing.T
	conn    *websocket.Conn
	room    string
	sent    int
	answers chan []byte // closed when the connection is
}

// guest joins a room under a name.
func (l *listening) guest(t *testing.T, link, name string) *guest {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), strings.Replace(l.url, "http", "ws", 1)+"/connect", &websocket.DialOptions{
		HTTPHeader: http.Header{"Cookie": {peerCookie(t, l.url)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	g := &guest{t: t, conn: conn, room: link[strings.LastIndex(link, "/")+1:], answers: make(chan []byte, 1)}
	go g.read()
	g.asks(map[string]any{"request": "setName", "name": name})
	g.asks(map[string]any{"request": "joinRoom"})
	return g
}

// estimates gives a card and a reason.
func (g *guest) estimates(value, comment string) {
	g.t.Helper()
	g.asks(map[string]any{"request": "estimate", "value": value, "comment": comment})
}

func (g *guest) read() {
	defer close(g.answers)
	for {
		_, data, err := g.conn.Read(context.Background())
		if err != nil {
			return
		}
		var answer struct{ ID string }
		if _ = json.Unmarshal(data, &answer); answer.ID != "" {
			g.answers <- data // which its test waits for
		}
	}
}

func (g *guest) asks(request map[string]any) {
	g.t.Helper()
	g.sent++
	id := fmt.Sprint(g.sent)
	request["id"], request["roomId"] = id, g.room
	data, _ := json.Marshal(request)
	if err := g.conn.Write(g.t.Context(), websocket.MessageText, data); err != nil {
		g.t.Fatal(err)
	}
	for data := range g.answers {
		var answer struct{ Event, ID, Code string }
		if _ = json.Unmarshal(data, &answer); answer.ID != id {
			continue
		}
		if answer.Event != "ok" {
			g.t.Fatalf("got %s, want ok: %s", answer.Code, data)
		}
		return
	}
	g.t.Fatal("the connection of a guest is closed")
}
