//go:build unix

package boltstore

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"example.com/pokey/store/storetest"
)

func TestPermissions(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	for _, umask := range []int{0, 0o022, 0o077} {
		syscall.Umask(umask)
		dir := filepath.Join(t.TempDir(), "a", "data")
		s := openTest(t, Config{Dir: dir})
		storetest.Fill(t, s, 1)
		for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, fileName): 0o600} {
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("umask %04o, %s: got %v, %v, want %v", umask, path, info.Mode(), err, want)
			}
		}
	}
}

func TestPermissionsAreTightened(t *testing.T) {
	s := openTest(t, Config{})
	_ = s.Close()
	path := filepath.Join(s.config.Dir, fileName)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	openTest(t, s.config)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want 0600", info.Mode(), err)
	}
}
