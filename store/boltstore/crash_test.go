package boltstore

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"example.com/pokey/store"
)

const (
	crashDir     = "POKEY_TEST_CRASH_DIR"
	crashWriters = 8
)

// TestCrashWriter is the process that TestCrash kills. It commits as fast as it can,
// and writes to its output which commits were acknowledged.
func TestCrashWriter(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		t.Skip("runs in a process of its own")
	}
	s, err := Open(Config{Dir: dir, Log: slog.New(slog.DiscardHandler), scrubAfter: 2 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("open")
	var wg sync.WaitGroup
	for w := range crashWriters {
		wg.Go(func() { crashWrite(t, s, w) })
	}
	wg.Wait()
}

// crashWrite counts in one record until the process ends, and creates and deletes
// others.
func crashWrite(t *testing.T, s store.Store, w int) {
	key := crashKey(w)
	r, err := s.Load(t.Context(), key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Load: %v", err)
		return
	}
	for n := crashCount(r) + 1; ; n++ {
		data := append(fmt.Append(nil, n, " "), bytes.Repeat([]byte("x"), n*37%6000)...)
		r.Revision, err = s.Commit(t.Context(), store.Record{Key: key, Revision: r.Revision, Expires: time.UnixMilli(int64(n)), Data: data})
		if err != nil {
			t.Errorf("Commit: %v", err)
			return
		}
		fmt.Println(w, n) // one write, so that no line is cut
		extra := fmt.Sprint(key, "/", n)
		rev, err := s.Commit(t.Context(), store.Record{Key: extra, Data: data})
		if err == nil && n%2 == 0 {
			err = s.Delete(t.Context(), extra, rev)
		}
		if err != nil {
			t.Errorf("%s: %v", extra, err)
			return
		}
	}
}

func crashKey(w int) string { return fmt.Sprint("room/", w) }

// crashCount returns the number of the commit that wrote the record.
func crashCount(r store.Record) (n int) {
	_, _ = fmt.Sscan(string(r.Data), &n) // zero for a missing record
	return n
}

// Acknowledged commits survive the process being killed at any moment.
func TestCrash(t *testing.T) {
	cycles := 20
	if testing.Short() {
		cycles = 4
	}
	dir := t.TempDir()
	acked := make([]int, crashWriters)
	total := 0
	for cycle := range cycles {
		total += crashOnce(t, dir, acked)
		var log lockedLog
		s := openTest(t, Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
		for w, n := range acked {
			r, err := s.Load(t.Context(), crashKey(w))
			if err != nil && (n > 0 || !errors.Is(err, store.ErrNotFound)) {
				t.Fatalf("cycle %d, writer %d: Load: got %v, want acknowledged commit %d", cycle, w, err, n)
			}
			if got := crashCount(r); got < n || got > n+1 {
				t.Fatalf("cycle %d, writer %d: got commit %d, want acknowledged commit %d or the one after it", cycle, w, got, n)
			}
			acked[w] = crashCount(r)
		}
		if len(aside(t, s)) > 0 || s.Stats().Damaged > 0 || log.String() != "" {
			t.Fatalf("cycle %d: got %+v, set aside %q, log %q, want no damage and an empty log", cycle, s.Stats(), aside(t, s), &log)
		}
		sound(t, s)
	}
	t.Logf("%d commits in %d cycles", total, cycles)
}

// crashOnce runs a writer, kills it after some acknowledgements, and records all of
// them by writer.
func crashOnce(t *testing.T, dir string, acked []int) (total int) {
	t.Helper()
	writer := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrashWriter$")
	writer.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "open" {
		t.Fatalf("the writer: got %q, want %q", lines.Text(), "open")
	}
	for until := rand.IntN(200); lines.Scan(); {
		var w, n int
		if _, err := fmt.Sscan(lines.Text(), &w, &n); err != nil {
			t.Fatalf("the writer: got %q, want two numbers", lines.Text())
		}
		acked[w] = n
		if total++; total == until+1 {
			_ = writer.Process.Kill() // in the middle of something
		}
	}
	if err := writer.Wait(); err == nil || writer.ProcessState.ExitCode() != -1 {
		t.Fatalf("the writer: got %v, want it killed", err)
	}
	return total
}
