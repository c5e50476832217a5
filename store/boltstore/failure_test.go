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

// What goes wrong with a transaction is told to everybody in it, those included
// who would have been refused; and the store goes on.
func TestFailedBatch(t *testing.T) {
	boom := errors.New("boom")
	for name, fail := range map[string]func(*Store, *tables) error{
		"error": func(_ *Store, t *tables) error {
			t.note(boom)
			return nil
		},
		"panic": func(*Store, *tables) error { panic("boom") },
		"write error": func(b *Store, t *tables) error {
			t.note(nil)
			return b.file.raw.Close()
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
							t.Errorf("Commit = %d, %v", rev, err)
						}
					})
				}
				for i := range 5 {
					commit(store.Record{Key: fmt.Sprintf("user/%d", i)})
					commit(store.Record{Key: last.Key, Revision: last.Revision})
				}
				wg.Go(func() {
					err := s.do(t.Context(), true, func(t *tables) error { return fail(s, t) })
					if err == nil {
						t.Error("the failing call succeeded")
					}
				})
				synctest.Wait()
				release()
				wg.Wait()
				if !s.Stats().Failing || seen.failed != 1 {
					t.Errorf("%+v, %d failures observed", s.Stats(), seen.failed)
				}
				if n := storetest.Intact(t, s, before); n != len(before) {
					t.Errorf("%d of %d records are left", n, len(before))
				}
				if _, err := s.Load(t.Context(), "user/1"); !errors.Is(err, store.ErrNotFound) {
					t.Errorf("a commit that failed is there: %v", err)
				}
				if _, err := s.Commit(t.Context(), store.Record{Key: "user/1"}); err != nil || s.Stats().Failing {
					t.Errorf("the store does not go on: %v, %+v", err, s.Stats())
				}
			})
		})
	}
}

// A read that fails is no verdict about a record.
func TestFailedRead(t *testing.T) {
	s := openTest(t, Config{})
	before := storetest.Fill(t, s, 20)
	err := s.do(t.Context(), false, func(*tables) error { panic("boom") })
	if err == nil || errors.Is(err, store.ErrCorrupt) || errors.Is(err, store.ErrNotFound) {
		t.Errorf("reading: %v", err)
	}
	if n := storetest.Intact(t, s, before); n != 20 {
		t.Errorf("%d records are left", n)
	}
}

// A panic of bbolt's that leaves its locks locked does not lock the store.
func TestPanicThatKeepsLocks(t *testing.T) {
	s := openTest(t, Config{})
	storetest.Fill(t, s, 20)
	err := s.do(t.Context(), false, func(*tables) error {
		_, err := s.file.raw.WriteAt(make([]byte, 2*os.Getpagesize()), 0) // both meta pages
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(t.Context(), store.Record{Key: "user/a"}); err == nil {
		t.Fatal("bbolt does without its meta pages")
	}
	if _, err := s.Commit(t.Context(), store.Record{Key: "user/a"}); err != nil {
		t.Errorf("the store does not go on: %v", err)
	}
	if found, _ := filepath.Glob(filepath.Join(s.config.Dir, fileName+".corrupt-*")); len(found) != 1 {
		t.Errorf("moved aside: %q", found)
	}
}

// Revisions go on when the file had to be begun anew.
func TestRevisionsOutliveTheFile(t *testing.T) {
	s := openTest(t, Config{})
	held := storetest.Fill(t, s, 20)["room/0003"]
	err := s.do(t.Context(), true, func(t *tables) error {
		t.note(s.file.raw.Truncate(0))
		return s.file.raw.Close()
	})
	if err == nil {
		t.Fatal("the file was not lost")
	}
	for {
		rev, err := s.Commit(t.Context(), store.Record{Key: held.Key})
		if err != nil {
			t.Fatal(err)
		}
		if rev >= held.Revision+17 {
			break
		}
		t.Fatalf("revision %d was given again", rev)
	}
	if _, err := s.Commit(t.Context(), held); !errors.Is(err, store.ErrConflict) {
		t.Errorf("who holds a record of the lost file may write: %v", err)
	}
}

// The directory disappears; the store says so for as long as it is away.
func TestLostDirectory(t *testing.T) {
	s := openTest(t, Config{})
	before := storetest.Fill(t, s, 20)
	away := s.config.Dir + ".away"
	if err := os.Rename(s.config.Dir, away); err != nil {
		t.Fatal(err)
	}
	err := s.do(t.Context(), true, func(*tables) error { panic("boom") })
	if err == nil {
		t.Fatal("no failure")
	}
	for range 3 {
		if _, err := s.Commit(t.Context(), store.Record{Key: "room/x"}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Commit: %v", err)
		}
	}
	if err := os.Rename(away, s.config.Dir); err != nil {
		t.Fatal(err)
	}
	if n := storetest.Intact(t, s, before); n != 20 {
		t.Errorf("%d records are left", n)
	}
}

// The file is cut off or overwritten while it is mapped: a call may fail, the
// process may not.
func TestFileLostWhileOpen(t *testing.T) {
	for name, lose := range map[string]func(*os.File) error{
		"cut":       func(f *os.File) error { return f.Truncate(int64(3 * os.Getpagesize())) },
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
				t.Errorf("%d loads have failed", failed)
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
	from := int64(2 * os.Getpagesize())
	_, err = f.WriteAt(bytes.Repeat([]byte("scribble"), int(info.Size()-from)/8), from)
	return err
}
