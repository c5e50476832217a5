package transport

import (
	"net/http"
	"strings"
	"testing"
	"time"

	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
	nhooyr "nhooyr.io/websocket"

	"example.com/pokey/protocol"
)

// exchange is a conversation every WebSocket library must be able to have.
func exchange(t *testing.T, e *echo, send func(string) error, receive func() (string, error), closeCode func(error) int) {
	t.Helper()
	want := func(want string) {
		t.Helper()
		if got, err := receive(); err != nil || got != want {
			t.Fatalf("got %.60q, %v; want %.60q", got, err, want)
		}
	}
	if err := send(ping("1")); err != nil {
		t.Fatal(err)
	}
	want(okTo("1"))
	long := strings.Repeat("x", 100<<10)
	e.Send([]byte(long))
	want(long)
	e.Send([]byte("ü"))
	want("ü")
	e.Conn.Close(protocol.CloseMoved, "moved")
	_, err := receive()
	if got := closeCode(err); got != int(protocol.CloseMoved) {
		t.Fatalf("closed with %d (%v), want %d", got, err, protocol.CloseMoved)
	}
}

// header is what the clients send besides the handshake.
func (s *service) header() http.Header {
	name, value, _ := strings.Cut(s.cookieAt(s.address(), s.cfg.Keys.NewUserID(), time.Now()), ": ")
	return http.Header{name: {value}, "Origin": {"http://" + s.address()}}
}

func (s *service) address() string {
	c, err := s.dial()
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return c.RemoteAddr().String()
}

// limit is what the clients read at most.
const limit = 1 << 20

func playNhooyr(t *testing.T, s *service, url string) {
	c, _, err := nhooyr.Dial(t.Context(), url, &nhooyr.DialOptions{HTTPHeader: s.header()})
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(limit)
	exchange(t, <-s.sessions, func(m string) error { return c.Write(t.Context(), nhooyr.MessageText, []byte(m)) },
		func() (string, error) { _, b, err := c.Read(t.Context()); return string(b), err },
		func(err error) int { return int(nhooyr.CloseStatus(err)) })
}

func TestInterop(t *testing.T) {
	clients := map[string]func(*testing.T, *service, string){
		"coder": func(t *testing.T, s *service, url string) {
			c, _, err := coder.Dial(t.Context(), url, &coder.DialOptions{
				HTTPHeader: s.header(), CompressionMode: coder.CompressionContextTakeover,
			})
			if err != nil {
				t.Fatal(err)
			}
			c.SetReadLimit(limit)
			exchange(t, <-s.sessions, func(m string) error { return c.Write(t.Context(), coder.MessageText, []byte(m)) },
				func() (string, error) { _, b, err := c.Read(t.Context()); return string(b), err },
				func(err error) int { return int(coder.CloseStatus(err)) })
		},
		"nhooyr": playNhooyr,
		"gorilla": func(t *testing.T, s *service, url string) {
			dialer := gorilla.Dialer{EnableCompression: true, HandshakeTimeout: time.Minute}
			c, _, err := dialer.DialContext(t.Context(), url, s.header())
			if err != nil {
				t.Fatal(err)
			}
			exchange(t, <-s.sessions, func(m string) error { return c.WriteMessage(gorilla.TextMessage, []byte(m)) },
				func() (string, error) { _, b, err := c.ReadMessage(); return string(b), err },
				func(err error) int {
					if closed, ok := err.(*gorilla.CloseError); ok { //nolint:errorlint // the library never wraps it
						return closed.Code
					}
					return 0
				})
		},
	}
	for name, play := range clients {
		t.Run(name, func(t *testing.T) {
			s := overTCP(t, nil)
			play(t, s, "ws://"+s.address()+"/connect")
		})
	}
}
