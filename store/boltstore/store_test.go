package boltstore

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

func TestReopen(t *testing.T) {
	s := openTest(t, Config{})
	records := storetest.Fill(t, s, 300)
	gone := records["room/0004"]
	if err := s.Delete(t.Context(), gone.Key, gone.Revision); err != nil {
		t.Fatal(err)
	}
	delete(records, gone.Key)
	before := s.Stats()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, s.config)
	if n := storetest.Intact(t, s, records); n != 299 {
		t.Errorf("got %d records, want 299", n)
	}
	if _, err := s.Load(t.Context(), gone.Key); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Load of a deleted record: got %v, want %v", err, store.ErrNotFound)
	}
	after := s.Stats()
	if before.Records != 299 || after.Records != 299 || after.Damaged != 0 || after.Bytes == 0 || after.Failing {
		t.Errorf("got %+v before and %+v after, want 299 records and no damage", before, after)
	}
	rev, err := s.Commit(t.Context(), store.Record{Key: gone.Key})
	if err != nil || rev <= 300 {
		t.Errorf("Commit of a new record: got revision %d, %v, want one above 300", rev, err)
	}
	keys, err := s.Expired(t.Context(), time.UnixMilli(1_800_000_000_000+10), 100)
	if err != nil || strings.Join(keys, " ") != "room/0001 room/0002 room/0005 room/0007 room/0008 room/0010" {
		t.Errorf("Expired: got %q, %v", keys, err)
	}
}

const holdDir = "POKEY_TEST_HOLD_DIR"

// TestHoldDir is the other process of TestLockedDirectory.
func TestHoldDir(t *testing.T) {
	dir := os.Getenv(holdDir)
	if dir == "" {
		t.Skip("runs in a process of its own")
	}
	if _, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test ends
}

func TestLockedDirectory(t *testing.T) {
	dir := t.TempDir()
	other := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHoldDir$")
	other.Env = append(os.Environ(), holdDir+"="+dir)
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fscanf(out, "held\n"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Errorf("Open: got %v, %v, want %v with the directory", s, err, store.ErrLocked)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("Open took %v, want that it does not wait", took)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait() // it was killed
	s = openTest(t, Config{Dir: dir})
	if _, err := Open(s.config); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Open of an open directory: got %v, want %v", err, store.ErrLocked)
	}
}

func TestUnusableDirectory(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{blocked, filepath.Join(blocked, "data"), "/proc/pokey"} {
		s, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
		var pathError *os.PathError
		if s != nil || !errors.As(err, &pathError) || !strings.Contains(err.Error(), dir) {
			t.Errorf("Open of %s: got %v, %v, want a path error with it", dir, s, err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, fileName), 0o700); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)}); err == nil || errors.Is(err, store.ErrLocked) {
		t.Errorf("Open with a directory in place of the file: got %v, %v, want another error than %v", s, err, store.ErrLocked)
	}
}
