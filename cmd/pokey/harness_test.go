package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/transport/pipelistener"
)

// server is the whole program, run in a bubble and reached through memory.
type server struct {
	t      *testing.T
	args   []string
	log    *lockedBuffer
	pipe   *pipelistener.Listener
	cancel context.CancelFunc
	done   chan error
	asked  int

	mu  sync.Mutex
	tap func(user string, message []byte) // sees every message any client gets
}

const origin = "http://localhost:8080"

// inBubble runs the program with the arguments, plays the story and stops it.
func inBubble(t *testing.T, args []string, story func(*server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &server{t: t, args: append([]string{"-admin-listen", ""}, args...), log: &lockedBuffer{}}
		s.start()
		story(s)
		s.stop()
	})
}

func (s *server) start() {
	s.pipe = pipelistener.New(8080)
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel, s.done = cancel, make(chan error, 1)
	pipe := s.pipe
	go func() {
		s.done <- run(ctx, s.args, func(string) string { return "" }, s.log,
			func(string, string) (net.Listener, error) { return pipe, nil })
	}()
	synctest.Wait()
}

// stop is a SIGTERM. Proto.Actor's tickers need a while to run out.
func (s *server) stop() {
	s.t.Helper()
	s.cancel()
	if err := <-s.done; err != nil {
		s.t.Errorf("run: %v", err)
	}
	time.Sleep(time.Minute)
}

// browser is a user's browser: it keeps the session cookie.
type browser struct {
	s      *server
	name   string
	client *http.Client
	userID string
}

// open is a browser that has opened the page.
func (s *server) open(name string) *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	b := &browser{s: s, name: name, client: &http.Client{Jar: jar, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return s.pipe.Dial(ctx) },
	}}}
	response, err := b.client.Get(origin + "/")
	if err != nil {
		s.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		s.t.Fatalf("GET / answers %s", response.Status)
	}
	return b
}

// lockedBuffer is a log that several goroutines write to.
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

func (l *lockedBuffer) contains(s string) bool { return strings.Contains(l.String(), s) }
