package main

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
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
	room   string
	caller *caller
	acked  int // the number in the last topic that was acknowledged as durable
}

// busyRooms are rooms in use.
type busyRooms struct {
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
	p := &busyRooms{stop: make(chan struct{})}
	for range n {
		c := callIn(t, url, peerCookie(t, url))
		one := &busyRoom{caller: c, room: c.create("topic 0")}
		p.all = append(p.all, one)
		p.done.Go(func() {
			for number := 1; ; number++ {
				select {
				case <-p.stop:
					return
				case <-time.After(pause):
				}
				if err := p.change(one, number); err != nil {
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
