//go:build unix

package identity

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestOpenCreates(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	for _, umask := range []int{0, 0o022, 0o077} {
		syscall.Umask(umask)
		dir := filepath.Join(t.TempDir(), "a", "b")
		file := filepath.Join(dir, "secret.key")
		if _, err := Open(file, false); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrSecret) {
			t.Fatalf("Open without create: got %v, want fs.ErrNotExist", err)
		}
		first, err := Open(file, true)
		if err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]os.FileMode{file: 0o600, dir: 0o700} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("umask %04o: got mode %v, %v, want %04o", umask, info.Mode(), err, want)
			}
		}
		for _, create := range []bool{true, false} {
			again, err := Open(file, create)
			if err != nil || again.Fingerprint() != first.Fingerprint() {
				t.Errorf("opened again: %v, %v, want %v", again, err, first)
			}
		}
		other, err := Open(filepath.Join(dir, "other.key"), true)
		if err != nil || other.Fingerprint() == first.Fingerprint() {
			t.Errorf("another file: got %v, %v, want another secret", other, err)
		}
	}
}

// A pipe in the place of the secret is an error at once: nothing waits for who writes.
func TestSecretIsNoFile(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "secret.key")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{pipe, t.TempDir()} {
		if _, err := Open(file, true); err == nil || !strings.Contains(err.Error(), "it is not a file") {
			t.Errorf("%s: got %v, want that it is not a file", file, err)
		}
	}
}
