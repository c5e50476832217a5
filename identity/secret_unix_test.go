//go:build unix

package identity

import (
	"errors"
	"fmt"
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

// Kubernetes mounts a secret that a group can read. A copy is its owner's alone, and
// takes the place of an older one, and of what an interrupted copy has left.
func TestCopy(t *testing.T) {
	dir := t.TempDir()
	given, file := filepath.Join(dir, "given.key"), filepath.Join(dir, "secret.key")
	for round := range 2 {
		fresh := filepath.Join(dir, fmt.Sprint(round))
		want, err := Open(fresh, true)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(fresh)
		if err != nil {
			t.Fatal(err)
		}
		for path, mode := range map[string]os.FileMode{given: 0o440, file + ".new": 0o666} {
			_ = os.Remove(path)
			if err := errors.Join(os.WriteFile(path, text, mode), os.Chmod(path, mode)); err != nil { // whatever the umask
				t.Fatal(err)
			}
		}
		if _, err := Open(given, false); !errors.Is(err, ErrSecret) {
			t.Errorf("opened as it is: got %v, want %v", err, ErrSecret)
		}
		got, err := Copy(given, file)
		if err != nil || got.Fingerprint() != want.Fingerprint() {
			t.Fatalf("got %v, %v, want %v", got, err, want)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("got mode %v, %v, want 0600", info.Mode(), err)
		}
	}
	before, _ := os.ReadFile(file)
	if err := os.WriteFile(filepath.Join(dir, "bad.key"), []byte("no secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{"bad.key": ErrSecret, "none.key": fs.ErrNotExist} {
		if _, err := Copy(filepath.Join(dir, name), file); !errors.Is(err, want) || strings.Contains(err.Error(), "no secret") {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
	if after, _ := os.ReadFile(file); len(before) == 0 || string(after) != string(before) {
		t.Errorf("got the file changed by a copy that failed")
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.new")); err != nil || len(left) > 0 {
		t.Errorf("left: got %q, %v, want nothing", left, err)
	}
}
