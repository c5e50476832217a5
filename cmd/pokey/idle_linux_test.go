package main

import (
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// A3. Whoever makes thousands of empty rooms in seconds and hangs up keeps no
// newcomer out: nobody uses those rooms, so they leave memory, and they are still
// there for who asks.
func TestEmptyRoomsKeepNobodyOut(t *testing.T) {
	t.Parallel()
	const sessions, each = 380, 10
	p := spawn(t, func(c *exec.Cmd) { c.Env = append(c.Environ(), "GOMEMLIMIT=160MiB") },
		"-data", t.TempDir(), "-max-new-rooms-per-ip", "0", "-max-connections-per-ip", "5000", "-message-rate", "0")
	cookies := make([]string, sessions)
	for i := range cookies {
		cookies[i] = peerCookie(t, p.url)
	}
	begun := time.Now()
	var room string
	var attackers sync.WaitGroup
	for attacker := range 4 {
		attackers.Go(func() {
			for i := attacker; i < sessions; i += 4 {
				conn, response, err := dial(t, p.url, cookies[i], "127.0.0.2")
				if err != nil {
					t.Errorf("session %d of the flood: %v, %v", i, err, response)
					return
				}
				c := newCaller(t, conn)
				for range each {
					m := c.ask("createRoom", message{"topic": "Login"})
					if m["event"] != "ok" {
						t.Errorf("session %d of the flood: got %v, want a room", i, m)
					} else if i == 0 {
						room = m["roomId"].(string)
					}
				}
				_ = conn.Close()
			}
		})
	}
	flooded := make(chan struct{})
	go func() { attackers.Wait(); close(flooded) }()
	newcomer := func() {
		cookie := peerCookie(t, p.url)
		conn, response, err := dial(t, p.url, cookie, "127.0.0.3")
		if err != nil {
			t.Errorf("%v after it began, a newcomer got %v, %v; want to be let in", time.Since(begun), err, response)
			return
		}
		_ = conn.Close()
	}
	for during := true; during; {
		select {
		case <-flooded:
			during = false
		case <-time.After(200 * time.Millisecond):
			newcomer()
		}
	}
	t.Logf("%d rooms in %v", sessions*each, time.Since(begun))
	for range 20 {
		newcomer()
		time.Sleep(100 * time.Millisecond)
	}
	eventually(t, "rooms and users leave memory", func() bool {
		_, body := p.get(t, "/metrics")
		return strings.Contains(body, "\npokey_rooms 0\n") && strings.Contains(body, "\npokey_users 0\n")
	})
	if status, body := p.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("readyz: got %d %s, want 200", status, body)
	}
	owner := callIn(t, p.url, cookies[0])
	if status := owner.join(room); status.Topic != "Login" || status.OwnerID != owner.user {
		t.Errorf("a room that was out of memory: got %v, want its topic and owner", status)
	}
}
