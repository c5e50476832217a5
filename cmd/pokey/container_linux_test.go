package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What the image promises: no root, no capabilities, and nothing
// around the program but one directory that it may write.
func TestContainer(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can lock somebody in")
	}
	t.Parallel()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	const nobody = 65532
	root := t.TempDir()
	for dir := root; dir != "/" && dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(file, filepath.Join(root, "pokey")); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(root, "data")
	if err := errors.Join(os.Mkdir(data, 0o700), os.Chown(data, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	p := spawn(t, func(c *exec.Cmd) {
		c.Path, c.Dir = "/pokey", "/"
		c.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		c.Env = []string{"POKEY_DATA=/data"}
	})
	a := callIn(t, p.url, peerCookie(t, p.url))
	a.create("Login")
	if _, err := os.Stat(filepath.Join(data, "pokey.db")); err != nil {
		t.Error(err)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = a.conn.Close()
	if code := p.code(t); code != 0 {
		t.Errorf("exit %d: %s", code, p.log)
	}

	// Without a place to write it says so, and keeps nothing.
	p = spawn(t, nil, "-data", "none")
	if log := p.log.String(); !strings.Contains(log, "memory only") {
		t.Errorf("nobody is warned: %s", log)
	}
}

// Nobody else may read what it writes, whatever the umask.
func TestPermissions(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	p := spawn(t, func(c *exec.Cmd) {
		c.Args = append([]string{"sh", "-c", `umask 0; exec "$0" "$@"`}, append([]string{c.Path}, c.Args[1:]...)...)
		c.Path = "/bin/sh"
	}, "-data", data)
	callIn(t, p.url, peerCookie(t, p.url)).create("Login")
	for name, want := range map[string]os.FileMode{"": 0o700, "pokey.db": 0o600, "secret.key": 0o600} {
		info, err := os.Stat(filepath.Join(data, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o", filepath.Join("data", name), got)
		}
	}
}
