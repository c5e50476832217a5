//go:build unix

package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func sh(t *testing.T, script string) *Process {
	t.Helper()
	p := &Process{Name: "it", Path: "/bin/sh", Args: []string{"-c", script}, Log: filepath.Join(t.TempDir(), "log")}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Kill() })
	return p
}

// says waits until the log ends with the text.
func says(t *testing.T, p *Process, text string) {
	t.Helper()
	err := p.Await(t.Context(), func(context.Context) bool {
		log, err := os.ReadFile(p.Log)
		return err == nil && strings.HasSuffix(string(log), text)
	})
	if err != nil {
		t.Fatal(err)
	}
}

const polite = `trap 'echo bye; exit 3' TERM; echo hello; while :; do sleep 0.01; done`

func TestLives(t *testing.T) {
	p := sh(t, polite)
	says(t, p, "hello\n")
	if is, how := p.Alive(); !is || how != "" {
		t.Errorf("alive: %v, %s", is, how)
	}
	if syscall.Kill(p.PID(), 0) != nil {
		t.Errorf("no process %d", p.PID())
	}
	took, status, err := p.Stop(t.Context())
	if err != nil || status != 3 || took <= 0 || took > time.Minute {
		t.Errorf("stopped after %v with status %d, %v", took, status, err)
	}
	if is, how := p.Alive(); is || how != "exit status 3" {
		t.Errorf("alive: %v, %s", is, how)
	}
	if p.Kill() {
		t.Error("the dead was killed")
	}

	if err := p.Start(); err != nil { // and its log goes on
		t.Fatal(err)
	}
	says(t, p, "hello\nbye\nhello\n")
	if !p.Kill() {
		t.Error("it had ended by itself")
	}
	if _, how := p.Alive(); how != "signal: killed" {
		t.Errorf("ended with %s", how)
	}
	if err := p.Signal(syscall.SIGCONT); err == nil {
		t.Error("the dead got a signal")
	}
}

func TestAwait(t *testing.T) {
	never := func(context.Context) bool { return false }
	p := sh(t, "exit 7")
	if err := p.Await(t.Context(), never); err == nil || !strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("got %v", err)
	}
	p = sh(t, polite)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := p.Await(ctx, never); !errors.Is(err, ErrNotReady) {
		t.Errorf("got %v", err)
	}
}

func TestLaunch(t *testing.T) {
	refused := errors.New("refused")
	p := &Process{Name: "it", Path: "/bin/true", Log: filepath.Join(t.TempDir(), "log"), Launch: func(*exec.Cmd) error { return refused }}
	if err := p.Start(); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	p.Launch, p.Path = nil, "/no/such/program"
	if err := p.Start(); err == nil {
		t.Error("what is not there was started")
	}
	p.Log = "/no/such/directory/log"
	if err := p.Start(); err == nil {
		t.Error("it has no log")
	}
}
