package main

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// spawnWithFiles starts the program with SOFT:HARD limits of open files.
func spawnWithFiles(t *testing.T, limits string, args ...string) *process {
	t.Helper()
	prlimit, err := exec.LookPath("prlimit")
	if err != nil {
		t.Skip("prlimit is not to be had here")
	}
	return spawn(t, func(c *exec.Cmd) {
		c.Args = append([]string{prlimit, "--nofile=" + limits, c.Path}, c.Args[1:]...)
		c.Path = prlimit
	}, args...)
}

// When the process has no file descriptor left, those who are there do
// not notice, and when some go others come.
func TestFileDescriptorsRunOut(t *testing.T) {
	t.Parallel()
	p := spawnWithFiles(t, "64:64", "-data", t.TempDir(), "-max-connections", "0")
	var cookies []string
	for range 16 {
		cookies = append(cookies, peerCookie(t, p.url))
	}
	http.DefaultClient.CloseIdleConnections()
	a := callIn(t, p.url, cookies[15])
	room := a.create("Login")
	conns, refused := roomsLeft(t, p, cookies, 100)
	if refused == 0 || len(conns) < 20 {
		t.Fatalf("%d more with 64 file descriptors, %d refused: the test is blind", len(conns), refused)
	}
	for range 5 {
		eventually(t, "durable without file descriptors", func() bool {
			return a.do("setTopic", message{"roomId": room, "topic": "still here"})["durable"] == true
		})
	}
	for _, conn := range conns {
		_ = conn.Close()
	}
	eventually(t, "somebody new", func() bool {
		conns, _ := roomsLeft(t, p, cookies, 1)
		return len(conns) == 1
	})
}

// A4. Whoever holds as many idle connections open as there can be files, and goes
// on opening more, keeps nobody out: not newcomers, not the operator, not the
// container's health check.
func TestIdleConnectionsTakeNotAllFiles(t *testing.T) {
	t.Parallel()
	p := spawnWithFiles(t, "400:400", "-data", "none")
	host := strings.TrimPrefix(p.url, "http://")
	done, opened := make(chan struct{}), atomic.Int64{}
	var attackers sync.WaitGroup
	for attacker := range 3 { // from one address
		attackers.Go(func() {
			d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}, Timeout: time.Second}
			for opened.Load() < 3000 {
				select {
				case <-done:
					return
				default:
				}
				conn, err := d.Dial("tcp", host)
				if err != nil {
					continue
				}
				defer func() { _ = conn.Close() }()
				opened.Add(1)
				if attacker > 0 { // the others stay silent
					_, _ = fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", host)
				}
				if opened.Load() > 390 {
					time.Sleep(50 * time.Millisecond)
				}
			}
		})
	}
	eventually(t, "the attack", func() bool { return opened.Load() > 400 })
	var rounds []time.Duration
	for i := range 10 {
		begun := time.Now()
		client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get(p.url)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("newcomer %d: got %v, %v; want the page", i, response, err)
		}
		_ = response.Body.Close()
		if err := healthy(t, p.url+"/healthz"); err != nil {
			t.Errorf("health check %d: %v", i, err)
		}
		if status, _ := p.get(t, "/readyz"); status != http.StatusOK {
			t.Errorf("the operator's port: got %d, want 200", status)
		}
		conn, handshake, err := dial(t, p.url, peerCookie(t, p.url), "127.0.0.3")
		if err != nil {
			t.Errorf("newcomer %d connects: %v, %v", i, handshake, err)
		} else {
			_ = conn.Close()
		}
		rounds = append(rounds, time.Since(begun))
	}
	close(done)
	slices.Sort(rounds)
	if median := rounds[len(rounds)/2]; median > 5*time.Second {
		t.Errorf("got rounds of %v, want most of them well below 5 s", rounds)
	}
	attackers.Wait()
	if strings.Contains(p.log.String(), "too many open files") {
		t.Errorf("it ran out of files:\n%s", p.log)
	}
}

// More connections than there can be files are refused at the start if
// somebody asked for them, and else not offered.
func TestStartCountsFiles(t *testing.T) {
	t.Parallel()
	p := spawnWithFiles(t, "256:5000", "-data", "none", "-max-connections", "4000")
	if code := p.code(t); code != exitConfig || !strings.Contains(p.log.String(), "-max-connections 4000") || !strings.Contains(p.log.String(), "enough for 39") {
		t.Errorf("exit %d: %s", code, p.log)
	}
	for _, args := range [][]string{{"-max-connections", "3900"}, {}} {
		p := spawnWithFiles(t, "256:5000", append([]string{"-data", "none"}, args...)...)
		if p.url == "" {
			t.Fatalf("%v: it does not start: %s", args, p.log)
		}
		if warned := strings.Contains(p.log.String(), "connections=39"); warned != (len(args) == 0) {
			t.Errorf("%v: %s", args, p.log)
		}
	}
}

// With more clients than memory, the process turns newcomers away, says
// so and serves those who are there; when some go others come.
func TestMemoryRunsShort(t *testing.T) {
	t.Parallel()
	p := spawn(t, func(c *exec.Cmd) { c.Env = append(c.Environ(), "GOMEMLIMIT=32MiB") },
		"-data", "none", "-max-connections-per-ip", "0", "-max-connections-per-session", "0")
	cookie := peerCookie(t, p.url)
	a := callIn(t, p.url, cookie)
	room := a.create("Login")
	conns, refused := roomsLeft(t, p, []string{cookie}, 6000)
	if refused == 0 || len(conns) < 100 {
		t.Fatalf("%d more with 32 MiB, %d refused: the test is blind", len(conns), refused)
	}
	t.Logf("%d connections in 32 MiB", len(conns))
	if ok := a.do("setTopic", message{"roomId": room, "topic": "still here"}); ok["event"] != "ok" {
		t.Errorf("without memory: %v", ok)
	}
	if status, body := p.get(t, "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"full"`) {
		t.Errorf("readyz: %d %s", status, body)
	}
	if _, body := p.get(t, "/metrics"); !strings.Contains(body, "\npokey_memory_full 1") || !strings.Contains(body, `pokey_handshakes_total{status="503"}`) {
		t.Error("the metrics do not tell")
	}
	for _, conn := range conns {
		_ = conn.Close()
	}
	eventually(t, "somebody new", func() bool {
		conns, _ := roomsLeft(t, p, []string{cookie}, 1)
		return len(conns) == 1
	})
	if status, _ := p.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("readyz: %d", status)
	}
}

// With one processor and twenty who flood it, the process still says
// that it lives, at once.
func TestHealthUnderAFlood(t *testing.T) {
	t.Parallel()
	p := spawn(t, func(c *exec.Cmd) { c.Env = append(c.Environ(), "GOMAXPROCS=1") }, "-data", "none")
	done, sent := make(chan struct{}), atomic.Int64{}
	var flooding sync.WaitGroup
	for i := range 20 {
		cookie := peerCookie(t, p.url)
		flooding.Go(func() { flood(t, p.url, cookie, fmt.Sprintf("127.0.2.%d", i+1), done, &sent) })
	}
	eventually(t, "the flood", func() bool { return sent.Load() > 5000 })
	var worst time.Duration
	late := 0 // in a row: whoever restarts what looks dead asks three times
	for range 20 {
		begun := time.Now()
		if status, _ := p.get(t, "/healthz"); status != http.StatusOK {
			t.Errorf("healthz: %d", status)
		}
		took := time.Since(begun)
		if worst = max(worst, took); took < 5*time.Second {
			late = 0
		} else if late++; late == 3 {
			t.Error("three health checks in a row took over 5 s")
		}
		time.Sleep(50 * time.Millisecond)
	}
	close(done)
	flooding.Wait()
	t.Logf("%d messages, and healthz after at most %v", sent.Load(), worst)
}
