package transport

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/coder/websocket"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/transport/pipelistener"
)

// page is a small site with one file of each kind.
var page = fstest.MapFS{
	"index.html":           {Data: []byte(`<base href="{{base}}"><script src="{{base}}v/{{v}}/js/app.js">{{version}}</script>`)},
	"js/app.js":            {Data: []byte(strings.Repeat("see('./view.js');\n", 100))},
	"css/app.css":          {Data: []byte(strings.Repeat("body { margin: 0 }\n", 100))},
	"favicon.svg":          {Data: []byte("<svg/>")},
	"icons/192.png":        {Data: []byte("\x89PNG not really")},
	"manifest.webmanifest": {Data: []byte(`{"name":"Pokey","start_url":"{{base}}"}`)},
}

// service is a server with real HTTP around it and echoing sessions behind it.
type service struct {
	*Server
	t        testing.TB
	cfg      Config
	http     *http.Server
	dial     func() (net.Conn, error)
	sessions chan *echo
	log      *lockedBuffer
}

// echo answers every request with an ok.
type echo struct {
	*Conn
	user    poker.UserID
	mu      sync.Mutex
	handled []protocol.Incoming
	forgets bool // and keeps no requests in handled
	closed  int
	onEach  func(protocol.Incoming)
}

func (e *echo) Handle(in protocol.Incoming) {
	e.mu.Lock()
	if !e.forgets {
		e.handled = append(e.handled, in)
	}
	e.mu.Unlock()
	if e.onEach != nil {
		e.onEach(in)
	}
	if in.ID != "" {
		e.Send(protocol.Encode(protocol.OK{ID: in.ID}))
	}
}

func (e *echo) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed++
}

func (e *echo) count() (handled, closed int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.handled), e.closed
}

// lockedBuffer is a log that can be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func testKeys(t testing.TB) *identity.Keys {
	keys, err := identity.New([]byte("\x01\x93\xfe a master for tests only \xaa\xbb\xcc\xdd"))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// newService makes a server; change may change its configuration.
func newService(t testing.TB, change func(*Config)) *service {
	t.Helper()
	s := &service{t: t, sessions: make(chan *echo, 4096), log: &lockedBuffer{}}
	s.cfg = Config{
		Keys:    testKeys(t),
		Log:     slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Static:  page,
		Version: "1.2.3",
		Connect: func(user poker.UserID, c *Conn) Session {
			e := &echo{Conn: c, user: user}
			s.sessions <- e
			return e
		},
	}
	if change != nil {
		change(&s.cfg)
	}
	server, err := New(s.cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Server = server
	return s
}

// overPipes serves it in memory, as a synctest bubble needs.
func overPipes(t testing.TB, change func(*Config)) *service {
	s := newService(t, change)
	l := pipelistener.New(80)
	s.serve(l)
	s.dial = func() (net.Conn, error) { return l.Dial(context.Background()) }
	return s
}

// overTCP serves it on a real socket.
func overTCP(t testing.TB, change func(*Config)) *service {
	s := newService(t, change)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.serve(l)
	s.dial = func() (net.Conn, error) {
		return new(net.Dialer).DialContext(context.Background(), "tcp", l.Addr().String())
	}
	return s
}

func (s *service) serve(l net.Listener) {
	s.http = s.HTTP()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := s.http.Serve(s.Listen(l)); !errors.Is(err, http.ErrServerClosed) {
			s.t.Errorf("serve: got %v, want %v", err, http.ErrServerClosed)
		}
	}()
	s.t.Cleanup(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		s.Drain(now, 0)
		if err := s.http.Close(); err != nil {
			s.t.Error(err)
		}
		<-ended
		if open := s.Stats().Connections; open != 0 {
			s.t.Errorf("got %d connections at the end, want none", open)
		}
	})
}

// websocket connects with the library's own client.
func (s *service) websocket(ctx context.Context) *websocket.Conn {
	s.t.Helper()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return s.dial() }}
	name, value, _ := strings.Cut(s.cookie(), ": ")
	c, resp, err := websocket.Dial(ctx, "ws://localhost/connect", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport},
		HTTPHeader: http.Header{name: {value}, "Origin": {"http://localhost"}},
	})
	if err != nil {
		s.t.Fatalf("dial: %v %v", err, resp)
	}
	s.t.Cleanup(func() { _ = c.CloseNow() })
	return c
}
