package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

// When a transaction fails, every caller in it gets the error, also those whose
// commits conflict; and the store can be used again.
func TestFailedBatch(t *testing.T) {
	boom := errors.New("boom")
	for name, fail := range map[string]func(*Store, *buckets) error{
		"error": func(_ *Store, t *buckets) error {
			t.note(boom)
			return nil
		},
		"panic": func(*Store, *buckets) error { panic("boom") },
		"write error": func(b *Store, t *buckets) error {
			t.note(nil)
			return b.writer.db.raw.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen observed
				s := openTest(t, Config{Observe: seen.observe})
				defer func() { _ = s.Close() }()
				before := storetest.Fill(t, s, 20)
				last := before["room/0003"]
				release := hold(t, s)
				var wg sync.WaitGroup
				commit := func(r store.Record) {
					wg.Go(func() {
						rev, err := s.Commit(t.Context(), r)
						if err == nil || errors.Is(err, store.ErrConflict) {
							t.Errorf("Commit: got %d, %v, want the error of the transaction", rev, err)
						}
					})
				}
				for i := range 5 {
					commit(store.Record{Key: fmt.Sprintf("user/%d", i)})
					commit(store.Record{Key: last.Key, Revision: last.Revision})
				}
				wg.Go(func() {
					err := s.queue.run(t.Context(), true, func(t *buckets) error { return fail(s, t) })
					if err == nil {
						t.Error("the failing call: got no error")
					}
				})
				synctest.Wait()
				release()
				wg.Wait()
				if !s.Stats().Failing || seen.failed != 1 {
					t.Errorf("got %+v, %d failures observed, want a failing store and 1", s.Stats(), seen.failed)
				}
				if n := storetest.Intact(t, s, before); n != len(before) {
					t.Errorf("got %d records, want %d", n, len(before))
				}
				if _, err := s.Load(t.Context(), "user/1"); !errors.Is(err, store.ErrNotFound) {
					t.Errorf("Load after a failed commit: got %v, want %v", err, store.ErrNotFound)
				}
				if _, err := s.Commit(t.Context(), store.Record{Key: "user/1"}); err != nil || s.Stats().Failing {
					t.Errorf("Commit after the failure: got %v, %+v, want success", err, s.Stats())
				}
			})
		})
	}
}

// When a read fails, its caller does not take the record for missing or damaged.
func TestFailedRead(t *testing.T) {
	s := openTest(t, Config{})
	before := storetest.Fill(t, s, 20)
	err := s.queue.run(t.Context(), false, func(*buckets) error { panic("boom") })
	if err == nil || errors.Is(err, store.ErrCorrupt) || errors.Is(err, store.ErrNotFound) {
		t.Errorf("a failed read: got %v, want another error", err)
	}
	if n := storetest.Intact(t, s, before); n != 20 {
		t.Errorf("got %d records, want 20", n)
	}
}

// A panic inside bbolt that leaves its locks locked does not block the store.
func TestPanicThatKeepsLocks(t *testing.T) {
	s := openTest(t, Config{})
	storetest.Fill(t, s, 20)
	err := s.queue.run(t.Context(), false, func(*buckets) error {
		_, err := s.writer.db.raw.WriteAt(make([]byte, 2*pageSize), 0) // both meta pages
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(t.Context(), store.Record{Key: "user/a"}); err == nil {
		t.Fatal("Commit without meta pages: got no error")
	}
	if _, err := s.Commit(t.Context(), store.Record{Key: "user/a"}); err != nil {
		t.Errorf("Commit after the panic: got %v", err)
	}
	if found, _ := filepath.Glob(filepath.Join(s.config.Dir, fileName+".corrupt-*")); len(found) != 1 {
		t.Errorf("set aside: got %q, want one file", found)
	}
}

// Revisions continue when a damaged file is replaced by an empty one.
func TestRevisionsOutliveTheFile(t *testing.T) {
	s := openTest(t, Config{})
	held := storetest.Fill(t, s, 20)["room/0003"]
	err := s.queue.run(t.Context(), true, func(t *buckets) error {
		t.note(s.writer.db.raw.Truncate(0))
		return s.writer.db.raw.Close()
	})
	if err == nil {
		t.Fatal("losing the file: got no error")
	}
	rev, err := s.Commit(t.Context(), store.Record{Key: held.Key})
	if err != nil || rev < held.Revision+17 {
		t.Fatalf("Commit: got revision %d, %v, want at least %d", rev, err, held.Revision+17)
	}
	if _, err := s.Commit(t.Context(), held); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Commit of a record of the lost file: got %v, want %v", err, store.ErrConflict)
	}
}

// While the directory is missing every call fails and says so.
func TestLostDirectory(t *testing.T) {
	s := openTest(t, Config{})
	before := storetest.Fill(t, s, 20)
	away := s.config.Dir + ".away"
	if err := os.Rename(s.config.Dir, away); err != nil {
		t.Fatal(err)
	}
	err := s.queue.run(t.Context(), true, func(*buckets) error { panic("boom") })
	if err == nil {
		t.Fatal("a panic: got no error")
	}
	for range 3 {
		if _, err := s.Commit(t.Context(), store.Record{Key: "room/x"}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Commit: got %v, want %v", err, fs.ErrNotExist)
		}
	}
	if err := os.Rename(away, s.config.Dir); err != nil {
		t.Fatal(err)
	}
	if n := storetest.Intact(t, s, before); n != 20 {
		t.Errorf("got %d records, want 20", n)
	}
}

// When the file is truncated or overwritten while it is mapped, a call may fail but
// the process does not.
func TestFileLostWhileOpen(t *testing.T) {
	for name, lose := range map[string]func(*os.File) error{
		"cut":       func(f *os.File) error { return f.Truncate(int64(3 * pageSize)) },
		"emptied":   func(f *os.File) error { return f.Truncate(0) },
		"scribbled": scribble,
	} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, Config{})
			records := storetest.Fill(t, s, 60)
			f, err := os.OpenFile(filepath.Join(s.config.Dir, fileName), os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = f.Close() }()
			if err := lose(f); err != nil {
				t.Fatal(err)
			}
			failed := 0
			for key := range records {
				if _, err := s.Load(t.Context(), key); err != nil && !errors.Is(err, store.ErrNotFound) {
					failed++
				}
			}
			if failed != 1 {
				t.Errorf("got %d failed loads, want 1", failed)
			}
			usable(t, s)
		})
	}
}

// scribble overwrites all but the meta pages.
func scribble(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	from := int64(2 * pageSize)
	_, err = f.WriteAt(bytes.Repeat([]byte("scribble"), int(info.Size()-from)/8), from)
	return err
}
