package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

// mount puts a small file system on a new directory, or skips the test.
func mount(t *testing.T, options string) (dir string, remount func(flags uintptr)) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("a small file system cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir, func(flags uintptr) {
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|flags, options); err != nil {
			t.Fatal(err)
		}
	}
}

// A full disk fails the commits and nothing else; when there is room again the
// store goes on, and what was acknowledged is there.
func TestDiskFull(t *testing.T) {
	dir, _ := mount(t, "size=1m")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 400<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := openTest(t, Config{Dir: filepath.Join(dir, "data"), Log: slog.New(slog.NewTextHandler(&log, nil))})
	acked := map[string]store.Record{}
	commit := func(i int) error {
		r := store.Record{Key: fmt.Sprintf("room/%04d", i), Data: bytes.Repeat([]byte("x"), 3000)}
		rev, err := s.Commit(t.Context(), r)
		if r.Revision = rev; err == nil {
			acked[r.Key] = r
		}
		return err
	}
	failed := 0
	for i := 0; i < 1000 && failed < 20; i++ {
		if err := commit(i); err != nil {
			failed++
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("commit %d: %v", i, err)
			}
		}
	}
	if failed < 20 || len(acked) < 50 || !s.Stats().Failing {
		t.Fatalf("%d commits succeeded, %d failed, %+v", len(acked), failed, s.Stats())
	}
	if n := storetest.Intact(t, s, acked); n != len(acked) {
		t.Errorf("%d of %d acknowledged records are there while the disk is full", n, len(acked))
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for i := 1000; i < 1020; i++ {
		if err := commit(i); err != nil {
			t.Fatalf("with room again: %v", err)
		}
	}
	if n := storetest.Intact(t, s, acked); n != len(acked) || s.Stats().Failing {
		t.Errorf("%d of %d acknowledged records are there, %+v", n, len(acked), s.Stats())
	}
	if got := log.String(); !strings.Contains(got, "failed") || !strings.Contains(got, "works again") || strings.Count(got, "\n") > 30 {
		t.Errorf("the log says:\n%s", got)
	}
	if len(aside(t, s)) > 0 {
		t.Errorf("moved aside: %q", aside(t, s))
	}
	sound(t, s)
	s = openTest(t, s.config)
	if n := storetest.Intact(t, s, acked); n != len(acked) {
		t.Errorf("%d of %d acknowledged records are there in the end", n, len(acked))
	}
}

// A file system that cannot be written is refused when the store is opened,
// whether there is a file already or not.
func TestReadOnly(t *testing.T) {
	dir, remount := mount(t, "size=1m")
	data := filepath.Join(dir, "data")
	for _, what := range []string{"no directory", "no file", "a file"} {
		switch what {
		case "no file":
			if err := os.Mkdir(data, 0o700); err != nil {
				t.Fatal(err)
			}
		case "a file":
			s := openTest(t, Config{Dir: data})
			_ = s.Close()
		}
		remount(syscall.MS_RDONLY)
		s, err := Open(Config{Dir: data, Log: slog.New(slog.DiscardHandler)})
		if s != nil || !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), data) {
			t.Errorf("%s: OpenBolt = %v, %v", what, s, err)
		}
		remount(0)
	}
}
