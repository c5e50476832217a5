package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
)

// pokeyCommand runs a subcommand and returns its exit code and what it says.
func pokeyCommand(t *testing.T, args ...string) (code int, says string) {
	t.Helper()
	var b bytes.Buffer
	code = exitCode(run(t.Context(), args, func(string) string { return "" }, &b, nil), &b)
	return code, b.String()
}

// must runs a subcommand that succeeds and says something.
func must(t *testing.T, says string, args ...string) {
	t.Helper()
	if code, got := pokeyCommand(t, args...); code != 0 || !strings.Contains(got, says) {
		t.Fatalf("pokey %q: got exit code %d, %q, want 0 and %q", args, code, got, says)
	}
}

// refused runs a subcommand that fails in words.
func refused(t *testing.T, want int, says string, args ...string) {
	t.Helper()
	if code, got := pokeyCommand(t, args...); code != want || !strings.Contains(got, says) {
		t.Errorf("pokey %q: got exit code %d, %q, want %d and %q", args, code, got, want, says)
	}
}

// busyRoom is a room in which somebody goes on and on.
type busyRoom struct {
	room, cookie string
	caller       *caller
	acked        int // the number in the last topic that was acknowledged as durable
}

// busyRooms are rooms in use.
type busyRooms struct {
	url    string
	mu     sync.Mutex
	all    []*busyRoom
	stop   chan struct{}
	done   sync.WaitGroup
	killed atomic.Bool
}

// keepBusy starts people who each change a room of their own, with a pause in between,
// until the end is called.
func keepBusy(t *testing.T, url string, n int, pause time.Duration) *busyRooms {
	t.Helper()
	p := &busyRooms{url: url, stop: make(chan struct{})}
	for range n {
		cookie := peerCookie(t, url)
		c := callIn(t, url, cookie)
		one := &busyRoom{caller: c, cookie: cookie, room: c.create("topic 0")}
		p.all = append(p.all, one)
		p.done.Go(func() {
			for number := 1; ; number++ {
				select {
				case <-p.stop:
					return
				case <-time.After(pause):
				}
				err := p.change(one, number)
				if err != nil && sentAway(err) {
					err = p.comeBack(t, one)
				}
				if err != nil {
					if !p.killed.Load() {
						t.Errorf("a player: %v", err)
					}
					return
				}
			}
		})
	}
	return p
}

// change changes a room. A cluster whose members change may refuse that for a moment.
func (p *busyRooms) change(one *busyRoom, number int) error {
	topic, err := one.caller.try("setTopic", message{"roomId": one.room, "topic": fmt.Sprint("topic ", number)})
	if err != nil {
		return err
	}
	estimate, err := one.caller.try("estimate", message{"roomId": one.room, "value": "5", "comment": strings.Repeat("why ", 50)})
	if err != nil {
		return err
	}
	for _, answer := range []message{topic, estimate} {
		if answer["event"] != "ok" && answer["code"] != "unavailable" {
			return fmt.Errorf("got %v, want ok", answer)
		}
	}
	if topic["durable"] == true {
		p.mu.Lock()
		defer p.mu.Unlock()
		one.acked = number
	}
	return nil
}

// sentAway reports whether a connection has ended in a way after which a browser comes
// back at once: a cluster whose members change cannot keep each of them.
func sentAway(err error) bool {
	closed, ok := errors.AsType[*gorilla.CloseError](err)
	return ok && (slices.Contains([]int{1012, 4201, 4202}, closed.Code) || closed.Code == 1011 && closed.Text == "unavailable")
}

// comeBack connects somebody again, and has them join their room.
func (p *busyRooms) comeBack(t *testing.T, one *busyRoom) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(again) {
		conn, response, err := dial(t, p.url, one.cookie, "")
		if err != nil {
			if response != nil && response.StatusCode == http.StatusServiceUnavailable && time.Now().Before(deadline) {
				continue
			}
			return fmt.Errorf("coming back: %w", err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		one.caller = startCaller(t, conn)
		joined, err := one.caller.try("joinRoom", message{"roomId": one.room})
		switch {
		case err == nil && joined["event"] == "ok":
			return nil
		case err == nil && joined["code"] != "unavailable":
			return fmt.Errorf("coming back: got %v, want ok", joined)
		case err != nil && !sentAway(err), time.Now().After(deadline):
			return fmt.Errorf("coming back: %v, %w", joined, err)
		}
	}
}

// acked returns by room what is acknowledged so far.
func (p *busyRooms) acked() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := map[string]int{}
	for _, one := range p.all {
		m[one.room] = one.acked
	}
	return m
}

func (p *busyRooms) end() {
	close(p.stop)
	p.done.Wait()
}

// kill kills the process that all play on, whatever they wait for.
func (p *busyRooms) kill(on *process) {
	p.killed.Store(true)
	on.kill()
	p.end()
}

// has fails the test unless a server has the rooms with what was acknowledged, or later.
func has(t *testing.T, url string, acked map[string]int) {
	t.Helper()
	c := callIn(t, url, peerCookie(t, url))
	for room, number := range acked {
		got := -1
		if _, err := fmt.Sscanf(c.join(room).Topic, "topic %d", &got); err != nil || got < number {
			t.Errorf("got topic %d, %v, want %d, which was acknowledged before the backup, or a later one", got, err, number)
		}
	}
}
