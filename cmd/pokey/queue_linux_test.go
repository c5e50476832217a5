package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
)

// rss is how much memory a process has, in bytes.
func (p *process) rss(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(status), "VmRSS:")
	kib, err := strconv.Atoi(strings.Fields(line)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// longHistory is a room with as much in its history as it keeps.
func longHistory(t *testing.T, p *process) (room string) {
	t.Helper()
	owner := callIn(t, p.url, peerCookie(t, p.url))
	room = owner.create("Long")
	owner.join(room)
	members := []*caller{owner}
	for range 9 {
		c := callIn(t, p.url, peerCookie(t, p.url))
		c.join(room)
		members = append(members, c)
	}
	reason := strings.Repeat("👨‍👩‍👧‍👦", 160) // 4 kB
	for range 30 {
		for _, c := range members {
			c.do("estimate", message{"roomId": room, "value": "5", "comment": reason})
		}
		owner.do("reveal", message{"roomId": room})
		owner.do("clear", message{"roomId": room})
	}
	owner.send("history", message{"roomId": room, "limit": 50})
	if page, _ := json.Marshal(owner.until("roomHistory")); len(page) < 200<<10 {
		t.Fatalf("a page of the history has %d bytes: the test is blind", len(page))
	}
	return room
}

// A1. Sixty connections of one address ask for the longest history there is, again
// and again, and read none of it, in a process with little memory. It keeps to its
// memory, and those who play elsewhere keep their connections.
func TestHistoriesNobodyReads(t *testing.T) {
	t.Parallel()
	const limit = 96 << 20
	p := spawn(t, func(c *exec.Cmd) { c.Env = append(c.Environ(), fmt.Sprint("GOMEMLIMIT=", limit)) },
		"-data", "none", "-message-rate", "50", "-message-burst", "500")
	room := longHistory(t, p)
	innocent := callIn(t, p.url, peerCookie(t, p.url))
	own := innocent.create("Login")
	var cookies []string
	for range 8 {
		cookies = append(cookies, peerCookie(t, p.url))
	}
	before, done := p.rss(t), make(chan struct{})
	var attackers sync.WaitGroup
	for i := range 60 {
		attackers.Go(func() {
			for {
				conn, _, err := dial(t, p.url, cookies[i/8], "127.0.0.2")
				if err == nil {
					ask := []string{fmt.Sprintf(`{"request":"joinRoom","roomId":%q}`, room)}
					for range 10 {
						ask = append(ask, fmt.Sprintf(`{"request":"history","roomId":%q,"limit":50}`, room))
					}
					for _, text := range ask {
						_ = conn.WriteMessage(gorilla.TextMessage, []byte(text)) // it may have been cut
					}
				}
				select {
				case <-done:
					if err == nil {
						_ = conn.Close()
					}
					return
				case <-time.After(2 * time.Second):
				}
				if err == nil {
					_ = conn.Close()
				}
			}
		})
	}
	most := 0
	for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(20 * time.Millisecond) {
		most = max(most, p.rss(t))
		if ok := innocent.do("setTopic", message{"roomId": own, "topic": fmt.Sprint(time.Since(begun))}); ok["event"] != "ok" {
			t.Errorf("elsewhere: got %v, want ok", ok)
		}
	}
	close(done)
	attackers.Wait()
	_, metrics := p.get(t, "/metrics")
	for line := range strings.Lines(metrics) {
		if strings.HasPrefix(line, "pokey_closes") || strings.HasPrefix(line, "pokey_refusals") || strings.HasPrefix(line, "pokey_security") {
			t.Log(strings.TrimSpace(line))
		}
	}
	t.Logf("%d MiB before, at most %d MiB beside the attack", before>>20, most>>20)
	if most > limit+limit/4 {
		t.Errorf("got %d MiB in use, want at most about the limit of %d", most>>20, limit>>20)
	}
	if !strings.Contains(metrics, `code="4101"`) && !strings.Contains(metrics, `pokey_refusals_total{code="unavailable"}`) && !strings.Contains(metrics, `pokey_refusals_total{code="rate_limited"}`) {
		t.Error("nobody was cut or refused: the test is blind")
	}
}
