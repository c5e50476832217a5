package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

// tab is one WebSocket. It keeps the rooms as docs/protocol.md says a client does.
type tab struct {
	b    *browser
	s    *server
	conn *websocket.Conn

	mu     sync.Mutex
	events []message
	next   int
	rooms  map[string]message
	vers   map[string]float64
	closed websocket.StatusCode
}

type message = map[string]any

// tab opens a WebSocket and reads it until it closes.
func (b *browser) tab() *tab {
	b.s.t.Helper()
	conn, _, err := websocket.Dial(context.Background(), "ws://localhost:8080/connect", &websocket.DialOptions{
		HTTPClient: b.client, HTTPHeader: http.Header{"Origin": {origin}},
	})
	if err != nil {
		b.s.t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	t := &tab{b: b, s: b.s, conn: conn, rooms: map[string]message{}, vers: map[string]float64{}}
	go t.read()
	synctest.Wait()
	b.userID = t.want("welcome")["userId"].(string)
	return t
}

func (t *tab) read() {
	for {
		_, data, err := t.conn.Read(context.Background())
		if err != nil {
			t.mu.Lock()
			t.closed = websocket.CloseStatus(err)
			t.mu.Unlock()
			return
		}
		t.receive(data)
	}
}

func (t *tab) receive(data []byte) {
	t.s.mu.Lock()
	if t.s.tap != nil {
		t.s.tap(t.b.userID, data)
	}
	t.s.mu.Unlock()
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		t.s.t.Errorf("not JSON: %s", data)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.events = append(t.events, m)
	id, _ := m["roomId"].(string)
	switch m["event"] {
	case "roomStatus":
		t.rooms[id], t.vers[id] = m["room"].(message), m["version"].(float64)
	case "roomPatch":
		if m["since"] != t.vers[id] {
			t.s.t.Errorf("a patch since %v for a client at %v", m["since"], t.vers[id])
		}
		t.rooms[id], t.vers[id] = merge(t.rooms[id], m["patch"]).(message), m["version"].(float64)
	}
}

// merge is RFC 7396.
func merge(target, patch any) any {
	changes, ok := patch.(message)
	if !ok {
		return patch
	}
	old, _ := target.(message)
	merged := message{}
	maps.Copy(merged, old)
	for k, v := range changes {
		if v == nil {
			delete(merged, k)
		} else {
			merged[k] = merge(merged[k], v)
		}
	}
	return merged
}

// settle waits until nothing moves, a room's pause after a broadcast included.
func (t *tab) settle() {
	synctest.Wait()
	time.Sleep(60 * time.Millisecond)
	synctest.Wait()
}

func (t *tab) send(text string) {
	t.s.t.Helper()
	if err := t.conn.Write(context.Background(), websocket.MessageText, []byte(text)); err != nil {
		t.s.t.Fatalf("%s sends %s: %v", t.b.name, text, err)
	}
	t.settle()
}

// ask sends a request and returns its ok or error.
func (t *tab) ask(request string, fields string, args ...any) message {
	t.s.t.Helper()
	t.s.asked++
	id := fmt.Sprintf("r%d", t.s.asked)
	if fields != "" {
		fields = "," + fmt.Sprintf(fields, args...)
	}
	t.send(fmt.Sprintf(`{"request":%q,"id":%q%s}`, request, id, fields))
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range slices.Backward(t.events) {
		if m["id"] == id {
			return m
		}
	}
	t.s.t.Fatalf("%s: %s is not answered", t.b.name, request)
	return nil
}

// in asks about a room and wants an ok.
func (t *tab) in(room, request, fields string, args ...any) message {
	t.s.t.Helper()
	m := t.ask(request, joinFields(room, fields), args...)
	if m["event"] != "ok" {
		t.s.t.Fatalf("%s: %s is refused: %v", t.b.name, request, m)
	}
	return m
}

// refused asks about a room and wants an error of the code.
func (t *tab) refused(code, room, request, fields string, args ...any) {
	t.s.t.Helper()
	if m := t.ask(request, joinFields(room, fields), args...); m["event"] != "error" || m["code"] != code {
		t.s.t.Fatalf("%s: %s: want %s, got %v", t.b.name, request, code, m)
	}
}

func joinFields(room, fields string) string {
	if fields != "" {
		fields = "," + fields
	}
	return fmt.Sprintf(`"roomId":%q`, room) + fields
}

// want returns the newest event of a kind since the last want, which must be there.
func (t *tab) want(kind string) message {
	t.s.t.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	var found message
	for _, m := range t.events[t.next:] {
		if m["event"] == kind {
			found = m
		}
	}
	if found == nil {
		t.s.t.Fatalf("%s got no %s among %v", t.b.name, kind, t.events[t.next:])
	}
	t.next = len(t.events)
	return found
}

// room returns a room as the tab sees it.
func (t *tab) room(id string) roomView {
	t.s.t.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	return viewOf(t.s.t, t.rooms[id])
}

// member returns a member of a room as the tab sees them; nil if they are not there.
func (t *tab) member(id string, who *browser) *memberView {
	t.s.t.Helper()
	return t.room(id).Members[who.userID]
}

// value returns a member's estimate as the tab sees it; empty if it sees none.
func (t *tab) value(id string, who *browser) string {
	t.s.t.Helper()
	if m := t.member(id, who); m != nil && m.Estimate != nil {
		return m.Estimate.Value
	}
	return ""
}

// drop is a network that goes away.
func (t *tab) drop() {
	_ = t.conn.CloseNow()
	t.settle()
}
