package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
)

// A secret is rotated: sessions of the one before are good and renewed
// by the next page; once it is gone, they are nobody's.
func TestSecretIsRotated(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	secret := filepath.Join(data, "secret.key")
	page := func(url, cookie string) *http.Response {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/", nil)
		request.Header.Set("Cookie", cookie)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response
	}
	server := listen(t, "-data", data)
	before := peerCookie(t, server.url)
	a := callIn(t, server.url, before)
	room := a.create("Login")
	owner := a.join(room).OwnerID
	server.stop(t)

	old, err := os.ReadFile(secret)
	if err != nil {
		t.Fatal(err)
	}
	fresh := base64.StdEncoding.EncodeToString([]byte("0123456789 another master secret")) + "\n"
	if err := os.WriteFile(secret, append([]byte(fresh), old...), 0o600); err != nil {
		t.Fatal(err)
	}
	server = listen(t, "-data", data)
	if got := callIn(t, server.url, before).join(room); got.OwnerID != owner || got.Topic != "Login" {
		t.Errorf("with the session of before: %v", got)
	}
	renewed, _, _ := strings.Cut(page(server.url, before).Header.Get("Set-Cookie"), ";")
	if renewed == "" {
		t.Fatal("the page does not renew the session")
	}
	server.stop(t)

	if err := os.WriteFile(secret, []byte(fresh), 0o600); err != nil {
		t.Fatal(err)
	}
	server = listen(t, "-data", data)
	if _, response, err := dial(t, server.url, before, ""); err == nil || response == nil || response.StatusCode != http.StatusUnauthorized {
		t.Errorf("with a retired secret: %v", response)
	}
	a = callIn(t, server.url, renewed)
	a.do("setName", message{"name": "Ada"})
	if m := a.ask("joinRoom", message{"roomId": room}); m["code"] != "room_not_found" {
		t.Errorf("a link of the retired secret: %v", m)
	}
}

// stay has a connection answer pings until the test ends, for as long as that takes.
func stay(t *testing.T, conn *gorilla.Conn) {
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		for {
			if _, _, err := conn.NextReader(); err != nil {
				return
			}
		}
	}()
}

// status is what a handshake is answered with; one that is let in stays.
func status(t *testing.T, url, cookie, from string) (int, string) {
	t.Helper()
	conn, response, err := dial(t, url, cookie, from)
	if err == nil {
		stay(t, conn)
		return http.StatusSwitchingProtocols, ""
	}
	if response == nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Retry-After")
}

// With the limits people have who set none: the ninth
// connection of a session and the 257th of an address are told to come later,
// and other sessions and addresses do not notice.
func TestDefaultLimits(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada := peerCookie(t, server.url)
	var last *gorilla.Conn
	for range 8 {
		conn, response, err := dial(t, server.url, ada, "127.0.0.2")
		if err != nil {
			t.Fatal(err, response)
		}
		stay(t, conn)
		last = conn
	}
	if got, wait := status(t, server.url, ada, "127.0.0.3"); got != http.StatusTooManyRequests || wait == "" {
		t.Errorf("the ninth of a session: %d, retry after %q", got, wait)
	}
	_ = last.Close()
	eventually(t, "room for another one of the session", func() bool {
		got, _ := status(t, server.url, ada, "127.0.0.3")
		return got == http.StatusSwitchingProtocols
	})

	var others []string
	for range 256/8 + 1 {
		others = append(others, peerCookie(t, server.url))
	}
	for i := range 256 {
		if got, _ := status(t, server.url, others[i/8], "127.0.0.4"); got != http.StatusSwitchingProtocols {
			t.Fatalf("connection %d of an address: %d", i+1, got)
		}
	}
	if got, wait := status(t, server.url, others[32], "127.0.0.4"); got != http.StatusTooManyRequests || wait == "" {
		t.Errorf("the 257th of an address: %d, retry after %q", got, wait)
	}
	if got, _ := status(t, server.url, others[32], "127.0.0.5"); got != http.StatusSwitchingProtocols {
		t.Errorf("another address: %d", got)
	}
}

// The network of three hundred people comes back in one moment: all of
// them are let in, told to wait, or told that it is full, and soon all are in.
func TestEverybodyComesBackAtOnce(t *testing.T) {
	t.Parallel()
	const people = 300
	g := newGate()
	server := listenWith(t, g.listen)
	var cookies []string
	for range people {
		cookies = append(cookies, peerCookie(t, server.url))
	}
	comeBack := func() (took time.Duration) {
		var all sync.WaitGroup
		begun := time.Now()
		for i, cookie := range cookies {
			all.Go(func() {
				for time.Since(begun) < patience {
					conn, response, err := dial(t, server.url, cookie, fmt.Sprintf("127.0.1.%d", 1+i%8))
					switch {
					case err == nil:
						stay(t, conn)
						return
					case response == nil: // the network is not all back
					case response.StatusCode != http.StatusTooManyRequests && response.StatusCode != http.StatusServiceUnavailable:
						t.Errorf("%s", response.Status)
						return
					}
					time.Sleep(200 * time.Millisecond)
				}
				t.Errorf("somebody is not back after %v", patience)
			})
		}
		all.Wait()
		return time.Since(begun)
	}
	comeBack()
	g.Cut()
	g.Open()
	t.Logf("%d are back within %v", people, comeBack())
}

// However often clients get something wrong, the log says so a few
// times.
func TestNobodyFillsTheLog(t *testing.T) {
	t.Parallel()
	server := listen(t, "-log-format", "json", "-max-connections-per-ip", "0")
	cookie := peerCookie(t, server.url)
	name, _, _ := strings.Cut(cookie, "=")
	before := strings.Count(server.log.String(), "\n")
	wrong := []func(){
		func() { _, _, _ = dial(t, server.url, name+"=forged", "") },
		func() { _, _, _ = dial(t, server.url, "", "") },
		func() {
			_, _, _ = gorilla.DefaultDialer.Dial(strings.Replace(server.url, "http", "ws", 1)+"/connect",
				http.Header{"Cookie": {cookie}, "Origin": {"https://evil.example\n{\"level\":\"ERROR\"}"}})
		},
		func() {
			request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.url, nil)
			request.Host = `evil"\x1b[31m`
			if response, err := http.DefaultClient.Do(request); err == nil {
				_ = response.Body.Close()
			}
		},
		func() {
			if conn, err := net.Dial("tcp", strings.TrimPrefix(server.url, "http://")); err == nil {
				_, _ = io.WriteString(conn, "\x16\x03\x01 no HTTP\r\n\r\n")
				_ = conn.Close()
			}
		},
		func() {
			if conn, _, err := dial(t, server.url, cookie, ""); err == nil {
				_, _ = conn.NetConn().Write([]byte("\x81\x00")) // not masked
				_ = conn.Close()
			}
		},
		func() {
			if conn, _, err := dial(t, server.url, cookie, ""); err == nil {
				_ = conn.WriteMessage(gorilla.TextMessage, []byte("no JSON\n\x1b[31m"))
				_ = conn.Close()
			}
		},
	}
	var all sync.WaitGroup
	for _, do := range wrong {
		all.Go(func() {
			for range 150 {
				do()
			}
		})
	}
	all.Wait()
	log := server.log.String()
	if lines := strings.Count(log, "\n") - before; lines > 100 {
		t.Errorf("%d lines for a thousand faults of clients", lines)
	}
	for line := range strings.Lines(log) {
		if !strings.HasPrefix(line, `{"time":`) || strings.Contains(line, "\x1b") {
			t.Errorf("the log has a line of somebody else's: %q", line)
		}
	}
}

// roomsLeft says how many more connections a process takes.
func roomsLeft(t *testing.T, p *process, cookies []string, most int) (conns []*gorilla.Conn, refused int) {
	t.Helper()
	for i := range most {
		conn, _, err := dial(t, p.url, cookies[i/8%len(cookies)], "")
		if err != nil {
			if refused++; refused == 3 {
				return conns, refused
			}
			continue
		}
		stay(t, conn)
		conns = append(conns, conn)
	}
	return conns, refused
}

// healthy is the container's health check, which is made three times before anybody
// restarts what looks dead.
func healthy(t *testing.T, url string) (err error) {
	t.Helper()
	for range 3 {
		if err = healthcheck(t.Context(), []string{url}, unset, io.Discard); err == nil {
			return nil
		}
	}
	return err
}

// flood sends on connection after connection as fast as it goes, until done.
func flood(t *testing.T, url, cookie, from string, done <-chan struct{}, sent *atomic.Int64) {
	for {
		select {
		case <-done:
			return
		default:
		}
		conn, _, err := dial(t, url, cookie, from)
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		go func() {
			for {
				if _, _, err := conn.NextReader(); err != nil {
					return
				}
			}
		}()
		for conn.WriteMessage(gorilla.TextMessage, []byte(`{"request":"ping","id":"f"}`)) == nil {
			sent.Add(1)
		}
		_ = conn.Close()
	}
}
