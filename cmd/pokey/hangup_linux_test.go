package main

import (
	"os/exec"
	"syscall"
	"testing"
)

// A closed terminal stops the server in good order, as SIGTERM does.
func TestHangup(t *testing.T) {
	t.Parallel()
	env, err := exec.LookPath("env")
	if err != nil {
		t.Skip("env is not to be had here")
	}
	p := spawn(t, func(c *exec.Cmd) { // whoever runs the tests may ignore the signal, which a process passes on
		c.Path, c.Args = env, append([]string{env, "--default-signal=HUP", c.Path}, c.Args[1:]...)
	}, "-data", t.TempDir())
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
