package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
)

// caller is a client over a real socket that does one thing after the other. It reads
// all the time, and so answers the server's pings for as long as a test takes.
type caller struct {
	t      *testing.T
	conn   *gorilla.Conn
	sent   int
	came   chan message // closed when the connection is
	ended  error        // how it was closed
	events []message    // what came and was not asked for yet
	user   string       // its id
}

// dial opens a WebSocket with a cookie, from an address of this machine if one
// is given. The response is there also when it is refused.
func dial(t *testing.T, url, cookie, from string) (*gorilla.Conn, *http.Response, error) {
	t.Helper()
	return dialer(from).DialContext(t.Context(), strings.Replace(strings.TrimSuffix(url, "/"), "http", "ws", 1)+"/connect",
		http.Header{"Cookie": {cookie}, "Origin": {originOf(url)}})
}

// dialer connects from an address of this machine, if one is given.
func dialer(from string) *gorilla.Dialer {
	local := &net.TCPAddr{IP: net.ParseIP(from)}
	return &gorilla.Dialer{HandshakeTimeout: patience, NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		return (&net.Dialer{LocalAddr: local}).DialContext(ctx, network, address)
	}}
}

// originOf is a URL without its path.
func originOf(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// callIn opens a WebSocket that must be let in. A node that cannot check the session, for
// the store takes its time, says to come again.
func callIn(t *testing.T, url, cookie string) *caller {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(again) {
		conn, response, err := dial(t, url, cookie, "")
		if err == nil {
			t.Cleanup(func() { _ = conn.Close() })
			return newCaller(t, conn)
		}
		if response == nil || response.StatusCode != http.StatusServiceUnavailable || time.Now().After(deadline) {
			t.Fatalf("%v: %v", err, response)
		}
	}
}

// again is how long whoever was told to come again waits.
const again = 200 * time.Millisecond

// newCaller returns the client of a connection that was let in.
func newCaller(t *testing.T, conn *gorilla.Conn) *caller {
	t.Helper()
	c := startCaller(t, conn)
	c.user, _ = c.until("welcome")["userId"].(string)
	return c
}

// startCaller returns the client of a connection, which need not be welcome.
func startCaller(t *testing.T, conn *gorilla.Conn) *caller {
	c := &caller{t: t, conn: conn, came: make(chan message, 10_000)} // more than any test leaves unread
	go c.read()
	return c
}

func (c *caller) read() {
	defer close(c.came)
	for {
		var m message
		if c.ended = c.conn.ReadJSON(&m); c.ended != nil {
			return
		}
		c.came <- m
	}
}

// take takes one event, or returns why there is none.
func (c *caller) take() (message, error) {
	select {
	case m, open := <-c.came:
		if !open {
			return nil, c.ended
		}
		return m, nil
	case <-time.After(patience):
		return nil, fmt.Errorf("nothing comes for %v", patience)
	}
}

// next takes one event, which there must be.
func (c *caller) next() message {
	c.t.Helper()
	m, err := c.take()
	if err != nil {
		c.t.Fatalf("reading: %v", err)
	}
	return m
}

// closed waits for the end of the connection, and returns its code.
func (c *caller) closed() int {
	c.t.Helper()
	for late := time.After(patience); ; {
		select {
		case _, open := <-c.came:
			if !open {
				return closeCode(c.ended)
			}
		case <-late:
			c.t.Fatalf("it is open after %v", patience)
		}
	}
}

// until takes the first event of a kind; those before it are kept.
func (c *caller) until(kind string) message {
	c.t.Helper()
	for i, m := range c.events {
		if m["event"] == kind {
			c.events = append(c.events[:i:i], c.events[i+1:]...)
			return m
		}
	}
	for {
		m := c.next()
		if m["event"] == kind {
			return m
		}
		c.events = append(c.events, m)
	}
}

// write sends a request, and returns its id.
func (c *caller) write(request string, fields message) (id string, err error) {
	c.sent++
	id = fmt.Sprint("c", c.sent)
	all := message{"request": request, "id": id}
	maps.Copy(all, fields)
	data, _ := json.Marshal(all)
	return id, c.conn.WriteMessage(gorilla.TextMessage, data)
}

// send sends a request without waiting, and returns its id.
func (c *caller) send(request string, fields message) string {
	c.t.Helper()
	id, err := c.write(request, fields)
	if err != nil {
		c.t.Fatalf("writing: %v", err)
	}
	return id
}

// try is ask for a connection that may end before the answer, which is an error that says
// how it has ended.
func (c *caller) try(request string, fields message) (message, error) {
	id, _ := c.write(request, fields) // where it fails, reading does too
	for {
		if m, err := c.take(); err != nil || m["id"] == id {
			return m, err
		}
	}
}

// answer reads up to the answer of a request; what comes before it is dropped.
func (c *caller) answer(id string) message {
	c.t.Helper()
	for {
		if m := c.next(); m["id"] == id {
			return m
		}
	}
}

// ask sends a request and returns its ok or error. While a store that nodes share takes
// its time, or the nodes change, requests are refused for the moment: it asks again, as
// people do.
func (c *caller) ask(request string, fields message) message {
	c.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(again) {
		c.events = nil
		m := c.answer(c.send(request, fields))
		if m["code"] != "unavailable" || time.Now().After(deadline) {
			return m
		}
	}
}

// estimates gives a 5 in a room, again until it is stored: a disk that takes a second for a
// commit is one too.
func (c *caller) estimates(room string) {
	c.t.Helper()
	eventually(c.t, "a durable estimate", func() bool {
		return c.do("estimate", message{"roomId": room, "value": "5"})["durable"] == true
	})
}

// do asks for what must not be refused.
func (c *caller) do(request string, fields message) message {
	c.t.Helper()
	m := c.ask(request, fields)
	if m["event"] != "ok" {
		c.t.Fatalf("%s: %v", request, m)
	}
	return m
}

// create makes a room and joins it.
func (c *caller) create(topic string) string {
	c.t.Helper()
	room := c.do("createRoom", message{"topic": topic})["roomId"].(string)
	c.join(room)
	return room
}

// join joins a room, or joins again, and returns its status, which comes after the
// ok.
func (c *caller) join(room string) roomView {
	c.t.Helper()
	c.do("joinRoom", message{"roomId": room})
	for {
		if m := c.until("roomStatus"); m["roomId"] == room {
			return viewOf(c.t, m["room"])
		}
	}
}

// closeCode is the code a connection was closed with, or -1.
func closeCode(err error) int {
	if closed, ok := errors.AsType[*gorilla.CloseError](err); ok {
		return closed.Code
	}
	return -1
}
