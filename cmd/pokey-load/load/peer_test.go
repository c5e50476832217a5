package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// fakePeer passes on what is published, as Centrifugo does.
type fakePeer struct {
	mu       sync.Mutex
	channels map[string][]*websocket.Conn
	lose     int // every so many publications are lost; 0 for none
	passed   int
}

func (p *fakePeer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	for {
		var m struct {
			ID        int
			Connect   *struct{}
			Subscribe *struct{ Channel string }
			Publish   *struct {
				Channel string
				Data    json.RawMessage
			}
		}
		if err := conn.ReadJSON(&m); err != nil {
			return
		}
		p.mu.Lock()
		switch {
		case m.Connect != nil:
			p.write(conn, `{"id":%d,"connect":{"client":"c"}}`, m.ID)
		case m.Subscribe != nil:
			p.channels[m.Subscribe.Channel] = append(p.channels[m.Subscribe.Channel], conn)
			p.write(conn, `{"id":%d,"subscribe":{}}`, m.ID)
		case m.Publish != nil:
			if p.passed++; p.lose == 0 || p.passed%p.lose != 0 {
				for _, to := range p.channels[m.Publish.Channel] {
					p.write(to, "{\"push\":{\"channel\":%q,\"pub\":{\"data\":%s}}}\n{}", m.Publish.Channel, m.Publish.Data)
				}
			}
			p.write(conn, `{"id":%d,"publish":{}}`, m.ID)
		}
		p.mu.Unlock()
	}
}

func (p *fakePeer) write(conn *websocket.Conn, format string, args ...any) {
	_ = conn.WriteMessage(websocket.TextMessage, bytes.TrimSpace(fmt.Appendf(nil, format, args...)))
}

// runPeer runs a shape against a fake peer.
func runPeer(t *testing.T, shape string, lose int) Report {
	t.Helper()
	server := httptest.NewServer(&fakePeer{channels: map[string][]*websocket.Conn{}, lose: lose})
	t.Cleanup(server.Close)
	return measured(t, func(r Report) bool { return shape == "idle" || lose > 0 || happened(r) }, func(took time.Duration) (Report, error) {
		return RunPeer(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), Options{
			Shape: shape, Rooms: 2, Members: 3, Rate: 200, Duration: took, WarmUp: 50 * time.Millisecond,
			StallAfter: 200 * time.Millisecond, Dialers: 2,
		})
	})
}

func TestRunPeer(t *testing.T) {
	for _, shape := range []string{"seq", "burst", "paced"} {
		r := runPeer(t, shape, 0)
		if r.Lost > 0 || r.Estimates.Count == 0 || r.Transitions.Count == 0 || r.Acks.Count == 0 {
			t.Errorf("%s: got %+v, want estimates, reveals and answers, and nobody lost", shape, r)
		}
		if got, want := r.Deliveries, 3*r.Requests; got+30 < want || got > want+30 { // of the moment, some are on their way
			t.Errorf("%s: got %d deliveries of %d changes, want about three of each", shape, got, r.Requests)
		}
	}
	if r := runPeer(t, "idle", 0); r.Deliveries != 0 || r.Requests != 0 || r.StalledRooms != 0 {
		t.Errorf("idle: got %+v, want nothing to have happened", r)
	}
}

func TestRunPeerNoticesWhatIsLost(t *testing.T) {
	if r := runPeer(t, "seq", 7); r.StalledRooms == 0 {
		t.Errorf("got %+v, want stalled rooms", r)
	}
}
