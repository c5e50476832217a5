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

// mount mounts a small file system on a new directory, or skips the test.
func mount(t *testing.T, options string) (dir string, remount func(flags uintptr)) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("cannot mount a small file system: %v", err)
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

// On a full disk commits fail and loads do not. When there is space again commits
// succeed, and everything that was acknowledged is there.
func TestDiskFull(t *testing.T) {
	dir, _ := mount(t, "size=1m")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 400<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	var log lockedLog
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
				t.Fatalf("commit %d: got %v, want %v", i, err, syscall.ENOSPC)
			}
		}
	}
	if failed < 20 || len(acked) < 50 || !s.Stats().Failing {
		t.Fatalf("got %d commits, %d failures, %+v, want at least 50, 20 and a failing store", len(acked), failed, s.Stats())
	}
	if n := storetest.Intact(t, s, acked); n != len(acked) {
		t.Errorf("while the disk is full: got %d records, want %d", n, len(acked))
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for i := 1000; i < 1020; i++ {
		if err := commit(i); err != nil {
			t.Fatalf("Commit after space was freed: got %v", err)
		}
	}
	if n := storetest.Intact(t, s, acked); n != len(acked) || s.Stats().Failing {
		t.Errorf("after space was freed: got %d records, %+v, want %d and no failure", n, s.Stats(), len(acked))
	}
	if got := log.String(); !strings.Contains(got, "failed") || !strings.Contains(got, "works again") || strings.Count(got, "\n") > 30 {
		t.Errorf("got log\n%s\nwant the failure and its end, and at most 30 lines", got)
	}
	if len(aside(t, s)) > 0 {
		t.Errorf("set aside: got %q, want no file", aside(t, s))
	}
	sound(t, s)
	s = openTest(t, s.config)
	if n := storetest.Intact(t, s, acked); n != len(acked) {
		t.Errorf("after opening again: got %d records, want %d", n, len(acked))
	}
}

// Open fails on a read-only file system, whether there is a file already or not.
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
			t.Errorf("%s: Open: got %v, %v, want %v with the directory", what, s, err, syscall.EROFS)
		}
		remount(0)
	}
}

// A first start that finds no space leaves nothing behind, so the next one, when there
// is space, is a first start as well.
func TestFirstStartOnAFullDisk(t *testing.T) {
	dir, _ := mount(t, "size=64k")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 60<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := Open(Config{Dir: dir}); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("without space: got %v, want %v", err, syscall.ENOSPC)
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("a start that failed left %v, want the ballast only", left)
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	var log lockedLog
	openTest(t, Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if log.String() != "" {
		t.Errorf("with space: got the log %q, want none", &log)
	}
}

// A pipe or a directory in the place of the database is an error at once.
func TestDatabaseIsNoFile(t *testing.T) {
	for what, make := range map[string]func(string) error{
		"pipe":      func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, fileName)
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error that names it", what, err)
		}
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s: it is gone: %v", what, err)
		}
	}
}
