package fakeserver

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// session is one connection.
type session struct {
	server *Server
	user   string
	ws     *websocket.Conn
	cancel context.CancelFunc
	joined map[string]bool
	out    chan []byte
}

func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie("fake")
	if err != nil {
		http.Error(w, "no session", http.StatusUnauthorized)
		return
	}
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	ws.SetReadLimit(16 << 10)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := &session{
		server: s, user: "u" + cookie.Value, ws: ws, cancel: cancel,
		joined: make(map[string]bool), out: make(chan []byte, 4096),
	}
	if s.options.Leaking {
		go func() { select {} }()
	}
	go c.write(ctx)
	if s.options.Ping > 0 {
		go c.ping(ctx, s.options.Ping)
	}
	c.send(mustJSON(map[string]any{"event": "welcome", "protocol": 2, "userId": c.user, "name": ""}))
	s.mu.Lock()
	s.sessions[c] = true
	s.mu.Unlock()
	c.read(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, c)
	s.offline(c)
}

// offline shows the user as gone in the rooms where this was their connection.
func (s *Server) offline(c *session) {
	for id := range c.joined {
		r := s.rooms[id]
		still := false
		for other := range s.sessions {
			still = still || other.user == c.user && other.joined[id]
		}
		if m := r.Members[c.user]; m != nil && !still {
			before := r.view(false)
			m.Online = false
			s.commit(r, before)
		}
	}
}

func (c *session) send(msg []byte) {
	select {
	case c.out <- msg:
	default:
		go c.closeWith(4101)
	}
}

func (c *session) closeWith(code websocket.StatusCode) {
	_ = c.ws.Close(code, "")
	c.cancel()
}

func (c *session) write(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case msg := <-c.out:
			if c.ws.Write(ctx, websocket.MessageText, msg) != nil {
				c.cancel()
				return
			}
		}
	}
}

func (c *session) ping(ctx context.Context, every time.Duration) {
	for ctx.Err() == nil {
		within, cancel := context.WithTimeout(ctx, every)
		err := c.ws.Ping(within)
		<-within.Done()
		cancel()
		if err != nil && ctx.Err() == nil {
			c.closeWith(4102)
		}
	}
}

func (c *session) read(ctx context.Context) {
	defer c.ws.CloseNow()
	window, n := time.Now(), 0
	for {
		_, msg, err := c.ws.Read(ctx)
		if err != nil {
			return
		}
		if n++; time.Since(window) > time.Second {
			window, n = time.Now(), 1
		}
		if c.server.options.Rate > 0 && n > c.server.options.Rate {
			c.closeWith(4103)
			return
		}
		var q request
		if json.Unmarshal(msg, &q) != nil {
			c.send(mustJSON(map[string]any{"event": "error", "code": "bad_json", "retryable": false}))
			continue
		}
		if !c.server.options.Faults.Hang {
			c.server.handle(c, q)
		}
	}
}
