//go:build unix

package identity

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
