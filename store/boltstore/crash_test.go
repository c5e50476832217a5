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

// TestCrashWriter is not a test, but the process that TestCrash kills: it commits
// as fast as it can, and says on its output which commits were acknowledged.
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

// crashWrite counts in one record for ever, and deletes and creates others.
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

// crashCount is how far a record has been counted.
func crashCount(r store.Record) (n int) {
	_, _ = fmt.Sscan(string(r.Data), &n) // there is none in a record that is not there
	return n
}

// What was acknowledged is there, at whatever moment the process is killed.
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
		var log bytes.Buffer
		s := openTest(t, Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
		for w, n := range acked {
			r, err := s.Load(t.Context(), crashKey(w))
			if err != nil && (n > 0 || !errors.Is(err, store.ErrNotFound)) {
				t.Fatalf("cycle %d: commit %d of writer %d was acknowledged: %v", cycle, n, w, err)
			}
			if got := crashCount(r); got < n || got > n+1 {
				t.Fatalf("cycle %d: commit %d of writer %d was acknowledged, and the record holds commit %d", cycle, n, w, got)
			}
			acked[w] = crashCount(r)
		}
		if len(aside(t, s)) > 0 || s.Stats().Damaged > 0 || log.Len() > 0 {
			t.Fatalf("cycle %d: %+v, %q, %s", cycle, s.Stats(), aside(t, s), &log)
		}
		sound(t, s)
	}
	t.Logf("%d commits in %d cycles", total, cycles)
}

// crashOnce runs a writer, kills it after some acknowledgements, and notes them all.
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
		t.Fatalf("the writer does not start: %s", lines.Text())
	}
	for until := rand.IntN(200); lines.Scan(); {
		var w, n int
		if _, err := fmt.Sscan(lines.Text(), &w, &n); err != nil {
			t.Fatalf("the writer fails: %s", lines.Text())
		}
		acked[w] = n
		if total++; total == until+1 {
			_ = writer.Process.Kill() // while it is at something else
		}
	}
	if err := writer.Wait(); err == nil || writer.ProcessState.ExitCode() != -1 {
		t.Fatalf("the writer was not killed: %v", err)
	}
	return total
}
