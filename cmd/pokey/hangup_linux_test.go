package main

import (
	"syscall"
	"testing"
)

// A closed terminal stops the server in good order, as SIGTERM does.
func TestHangup(t *testing.T) {
	t.Parallel()
	p := spawn(t, nil, "-data", t.TempDir())
	if p.url == "" {
		t.Fatalf("it does not start:\n%s", p.log)
	}
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if code := p.code(t); code != 0 {
		t.Errorf("got exit code %d, want 0:\n%s", code, p.log)
	}
}
