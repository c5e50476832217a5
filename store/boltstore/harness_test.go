package boltstore

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

// openTest opens a store that is closed at the end of the test at the latest. It does
// not sync; without a Dir it gets one of its own.
func openTest(t testing.TB, c Config) *Store {
	t.Helper()
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.noSync = true
	s, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// made returns the file of a store that was closed in good order, and its records.
func made(t testing.TB, n int) (raw []byte, records map[string]store.Record) {
	t.Helper()
	s := openTest(t, Config{})
	records = storetest.Fill(t, s, n)
	for i := range 10 { // free pages
		key := fmt.Sprintf("room/%04d", i*7%n)
		if err := s.Delete(t.Context(), key, records[key].Revision); err != nil {
			t.Fatal(err)
		}
		delete(records, key)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(s.config.Dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return raw, records
}

// lockedLog is a log that can be read while the store writes to it. That this machine's
// disk is slow does not get into it.
type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !bytes.Contains(line, []byte("the disk is slow")) {
		_, _ = l.b.Write(line)
	}
	return len(line), nil
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// openRaw opens a store whose file has these bytes, and returns its log.
func openRaw(t testing.TB, raw []byte) (*Store, *lockedLog) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	var log lockedLog
	s := openTest(t, Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
	return s, &log
}

// aside returns the files that were set aside.
func aside(t testing.TB, s *Store) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.config.Dir, fileName+".corrupt-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// usable fails the test unless the store can commit, load, and delete what has
// expired, and bbolt finds no fault in the file after it is closed.
func usable(t *testing.T, s *Store) {
	t.Helper()
	rev := storetest.MustCommit(t, s, "user/new", 0, []byte("new"))
	storetest.MustCommit(t, s, "user/new", rev, []byte("newer"))
	keys, err := s.Expired(t.Context(), storetest.AfterAll, 8)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		r, err := s.Load(t.Context(), key)
		if err != nil {
			t.Errorf("Load of an expired record: got %v", err)
		}
		if err := s.Delete(t.Context(), key, r.Revision); err != nil {
			t.Errorf("Delete of an expired record: got %v", err)
		}
	}
	if got := s.Stats(); got.Failing {
		t.Errorf("got %+v, want it not failing", got)
	}
	sound(t, s)
}

// sound closes a store and fails the test if bbolt finds a fault in the file.
func sound(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(filepath.Join(s.config.Dir, fileName), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Error(err)
		}
		return nil
	})
	if err != nil || db.Close() != nil {
		t.Fatal(err)
	}
}
