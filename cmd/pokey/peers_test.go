package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
	nhooyr "nhooyr.io/websocket"
)

// listening is the program on a real port.
type listening struct {
	url    string
	log    *lockedBuffer
	cancel context.CancelFunc
	done   chan error
}

// listen runs the program on a free port of this machine until the test ends.
func listen(t *testing.T, args ...string) *listening {
	t.Helper()
	return listenWith(t, net.Listen, args...)
}

func listenWith(t *testing.T, listen listenFunc, args ...string) *listening {
	t.Helper()
	l := &listening{log: &lockedBuffer{}, done: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	bound := make(chan net.Addr, 1)
	args = append([]string{"-listen", "127.0.0.1:0", "-admin-listen", "", "-data", t.TempDir()}, args...)
	go func() {
		l.done <- run(ctx, args, func(string) string { return "" }, l.log, func(network, address string) (net.Listener, error) {
			listener, err := listen(network, address)
			if err == nil && len(bound) == 0 {
				bound <- listener.Addr() // the public one comes first
			}
			return listener, err
		})
	}()
	select {
	case addr := <-bound:
		l.url = "http://" + addr.String()
	case err := <-l.done:
		t.Fatalf("run: %v\n%s", err, l.log)
	}
	t.Cleanup(func() { l.stop(t) })
	return l
}

// stop is a SIGTERM. It may be called twice.
func (l *listening) stop(t *testing.T) {
	t.Helper()
	l.cancel()
	select {
	case err, first := <-l.done:
		if first && err != nil {
			t.Errorf("run: %v", err)
		}
		if first {
			close(l.done)
		}
	case <-time.After(patience):
		t.Error("it does not stop")
	}
}

// need skips a test for want of what it needs, or fails it where CI says that
// it must be there.
func need(t *testing.T, variable, what string) {
	t.Helper()
	if os.Getenv(variable) == "require" {
		t.Fatalf("%s is required here and not to be had", what)
	}
	t.Skipf("%s is not to be had here", what)
}

// Clients that are not ours play a round with nothing but the contract.
func TestPeers(t *testing.T) {
	server := listen(t)
	for library, script := range map[string]string{"websockets": "round.py", "autobahn": "fragments.py"} {
		t.Run("python3-"+library, func(t *testing.T) {
			if exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", "import "+library).Run() != nil {
				need(t, "POKEY_PEERS", "python3-"+library)
			}
			peer(t, "/usr/bin/python3", "testdata/peers/"+script, server.url)
		})
	}
	t.Run("npm ws", func(t *testing.T) {
		if exec.CommandContext(t.Context(), "node", "-e", `require("ws")`).Run() != nil {
			need(t, "POKEY_PEERS", "npm's ws")
		}
		peer(t, "node", "testdata/peers/round.cjs", server.url)
	})
}

func peer(t *testing.T, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// peerCookie fetches the page and returns the session it hands out.
func peerCookie(t testing.TB, url string) string {
	t.Helper()
	response, err := http.Get(url + "/")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	cookie, _, _ := strings.Cut(response.Header.Get("Set-Cookie"), ";")
	return cookie
}

// playAlone creates a room, joins, estimates and reveals over any library.
func playAlone(t *testing.T, write func(string) error, read func() (string, error)) {
	t.Helper()
	until := func(wanted string) string {
		for {
			m, err := read()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(m, wanted) {
				return m
			}
		}
	}
	say := func(m string) {
		if err := write(m); err != nil {
			t.Fatal(err)
		}
	}
	until(`"event":"welcome"`)
	say(`{"request":"createRoom","id":"1"}`)
	_, room, _ := strings.Cut(until(`"event":"roomCreated"`), `"roomId":"`)
	room, _, _ = strings.Cut(room, `"`)
	say(`{"request":"joinRoom","id":"2","roomId":"` + room + `"}`)
	until(`"event":"roomStatus"`)
	say(`{"request":"estimate","id":"3","roomId":"` + room + `","value":"5","comment":"why not"}`)
	until(`"event":"ownEstimate"`)
	say(`{"request":"reveal","id":"4","roomId":"` + room + `"}`)
	until(`"estimate":{"value":"5","comment":"why not"}`)
}

func TestPeerGorilla(t *testing.T) {
	server := listen(t)
	conn, _, err := gorilla.DefaultDialer.DialContext(t.Context(), strings.Replace(server.url, "http", "ws", 1)+"/connect",
		http.Header{"Cookie": {peerCookie(t, server.url)}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	playAlone(t,
		func(m string) error { return conn.WriteMessage(gorilla.TextMessage, []byte(m)) },
		func() (string, error) { _, m, err := conn.ReadMessage(); return string(m), err })
}

// The import path the brief names; see docs/decisions/0001.
func TestPeerNhooyr(t *testing.T) {
	server := listen(t)
	conn, _, err := nhooyr.Dial(t.Context(), strings.Replace(server.url, "http", "ws", 1)+"/connect", &nhooyr.DialOptions{
		HTTPHeader: http.Header{"Cookie": {peerCookie(t, server.url)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	playAlone(t,
		func(m string) error { return conn.Write(t.Context(), nhooyr.MessageText, []byte(m)) },
		func() (string, error) { _, m, err := conn.Read(t.Context()); return string(m), err })
}
