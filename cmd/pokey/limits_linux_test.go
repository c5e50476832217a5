package main

import (
	"fmt"
	"net/http"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Case 63. When the process has no file descriptor left, those who are there do
// not notice, and when some go others come.
func TestFileDescriptorsRunOut(t *testing.T) {
	t.Parallel()
	prlimit, err := exec.LookPath("prlimit")
	if err != nil {
		t.Skip("prlimit is not to be had here")
	}
	p := spawn(t, func(c *exec.Cmd) {
		c.Args = append([]string{prlimit, "--nofile=64:64", c.Path}, c.Args[1:]...)
		c.Path = prlimit
	}, "-data", t.TempDir())
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
		if ok := a.do("setTopic", message{"roomId": room, "topic": "still here"}); ok["durable"] != true {
			t.Errorf("without file descriptors: %v", ok)
		}
	}
	for _, conn := range conns {
		_ = conn.Close()
	}
	eventually(t, "somebody new", 10*time.Second, func() bool {
		conns, _ := roomsLeft(t, p, cookies, 1)
		return len(conns) == 1
	})
}

// Case 76. With one processor and twenty who flood it, the process still says
// that it lives, at once.
// Case 66.
func TestHealthUnderAFlood(t *testing.T) {
	t.Parallel()
	p := spawn(t, func(c *exec.Cmd) { c.Env = append(c.Environ(), "GOMAXPROCS=1") }, "-data", "none")
	done, sent := make(chan struct{}), atomic.Int64{}
	var flooding sync.WaitGroup
	for i := range 20 {
		cookie := peerCookie(t, p.url)
		flooding.Go(func() { flood(t, p.url, cookie, fmt.Sprintf("127.0.2.%d", i+1), done, &sent) })
	}
	eventually(t, "the flood", 10*time.Second, func() bool { return sent.Load() > 5000 })
	var worst time.Duration
	for range 20 {
		begun := time.Now()
		if status, _ := p.get(t, "/healthz"); status != http.StatusOK {
			t.Errorf("healthz: %d", status)
		}
		worst = max(worst, time.Since(begun))
		time.Sleep(50 * time.Millisecond)
	}
	close(done)
	flooding.Wait()
	if worst > 5*time.Second { // beside all the other tests
		t.Errorf("alive after %v", worst)
	}
	t.Logf("%d messages, and healthz after at most %v", sent.Load(), worst)
}
