package boltstore

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

// canary fills a record of some length with something to look for.
func canary(mark string, size int) []byte {
	return bytes.Repeat([]byte(mark), size/len(mark)+1)
}

func inFile(t *testing.T, s *Store, mark string) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.config.Dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(raw, []byte(mark))
}

// What was deleted or overwritten is in the file no longer than the scrub takes
// to come, in whatever page it was.
func TestScrub(t *testing.T) {
	left := 0
	for _, size := range []int{10, 500, 3000, 20_000, 300_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openTest(t, Config{})
				defer func() { _ = s.Close() }()
				others := storetest.Fill(t, s, 60)
				withdrawn := storetest.MustCommit(t, s, "room/1", 0, canary("withdrawn!", size))
				expired := storetest.MustCommit(t, s, "room/2", 0, canary("expired!", size))
				storetest.MustCommit(t, s, "room/3", 0, canary("current!", size))
				for i := range 5 { // so that there are stale copies in pages that were written later
					storetest.MustCommit(t, s, fmt.Sprintf("room/0030%d", i), 0, canary("neighbour", 100))
				}
				withdrawn = storetest.MustCommit(t, s, "room/1", withdrawn, []byte("nothing"))
				if err := s.Delete(t.Context(), "room/2", expired); err != nil {
					t.Fatal(err)
				}
				left += inFile(t, s, "withdrawn!") + inFile(t, s, "expired!")
				time.Sleep(scrubAfter)
				synctest.Wait()
				for _, mark := range []string{"withdrawn!", "expired!"} {
					if n := inFile(t, s, mark); n > 0 {
						t.Errorf("%q is there %d times", mark, n)
					}
				}
				if inFile(t, s, "current!") == 0 || storetest.Intact(t, s, others) != len(others) {
					t.Error("something was scrubbed that is in use")
				}
				if n := s.Stats().Scrubs; n != 2 {
					t.Errorf("scrubbed %d times, after the opening and after the writing", n)
				}
				storetest.MustCommit(t, s, "room/1", withdrawn, []byte("the store goes on"))
				sound(t, s)
			})
		})
	}
	if left == 0 {
		t.Error("bbolt leaves nothing behind, so there is nothing to scrub")
	}
}

// sound closes a store and has bbolt itself look at the file.
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

// A store in which nothing changes is left alone, however long.
func TestScrubOnlyWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		defer func() { _ = s.Close() }()
		time.Sleep(24 * time.Hour)
		if n := s.Stats().Scrubs; n != 1 {
			t.Errorf("scrubbed %d times with nothing to do", n-1)
		}
		storetest.Fill(t, s, 10)
		time.Sleep(24 * time.Hour)
		if n := s.Stats().Scrubs; n != 2 {
			t.Errorf("scrubbed %d times for one change", n-1)
		}
		for range 3 * 60 { // a change each second, for three minutes
			storetest.MustCommit(t, s, fmt.Sprint("room/", time.Now()), 0, nil)
			time.Sleep(time.Second)
		}
		if n := s.Stats().Scrubs; n < 7 || n > 8 {
			t.Errorf("scrubbed %d times in three busy minutes", n-2)
		}
	})
}

// What a predecessor left behind goes when its file is opened, wherever it lies;
// and what is left when the store is closed goes then.
func TestScrubAtBothEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		records := storetest.Fill(t, s, 60)
		rev := storetest.MustCommit(t, s, "room/1", 0, canary("withdrawn!", 3000))
		storetest.MustCommit(t, s, "room/1", rev, nil)
		if inFile(t, s, "withdrawn!") == 0 {
			t.Fatal("bbolt leaves nothing behind")
		}
		_ = s.Close()
		if n := inFile(t, s, "withdrawn!"); n > 0 {
			t.Errorf("after closing it is there %d times", n)
		}

		path := filepath.Join(s.config.Dir, fileName)
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m, _, err := readMetas(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		behind := int(m.pages * uint64(m.pageSize))
		if behind+100 > len(raw) {
			t.Fatal("the file ends with the last page in use")
		}
		copy(raw[behind+100:], "uncommitted!")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		s = openTest(t, s.config)
		defer func() { _ = s.Close() }()
		synctest.Wait()
		if n := inFile(t, s, "uncommitted!"); n > 0 {
			t.Errorf("after opening it is there %d times", n)
		}
		if n := storetest.Intact(t, s, records); n != len(records) {
			t.Errorf("%d of %d records are left", n, len(records))
		}
	})
}

// After a scrub the file can lose either of its meta pages.
func TestScrubKeepsBothMetaPages(t *testing.T) {
	for lost := range int64(2) {
		s := openTest(t, Config{})
		records := storetest.Fill(t, s, 60)
		storetest.MustCommit(t, s, "room/1", 0, nil)
		_ = s.Close()
		f, err := os.OpenFile(filepath.Join(s.config.Dir, fileName), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt(make([]byte, os.Getpagesize()), lost*int64(os.Getpagesize())); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		s = openTest(t, s.config)
		if n := storetest.Intact(t, s, records); n != len(records) {
			t.Errorf("without meta page %d there are %d of %d records", lost, n, len(records))
		}
		if found, _ := filepath.Glob(filepath.Join(s.config.Dir, fileName+".corrupt-*")); len(found) != 0 {
			t.Errorf("moved aside: %q", found)
		}
	}
}

// BenchmarkScrub overwrites what 20 MB of rooms have left behind that were changed
// since the last time, one in five or all of them. The store stands still
// meanwhile.
func BenchmarkScrub(b *testing.B) {
	const rooms = 10_000
	for _, step := range []int{5, 1} {
		b.Run(fmt.Sprintf("changed=%d%%", 100/step), func(b *testing.B) {
			f, err := openFile(b.TempDir(), 0, true, slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = f.close() }()
			revisions := make([]store.Revision, rooms)
			change := func(step int) {
				err := f.update(func(tx *bbolt.Tx) error {
					t, err := f.tables(tx)
					for i := 0; i < rooms && err == nil; i += step {
						revisions[i], err = t.commit(store.Record{Key: fmt.Sprintf("room/%040d", i), Revision: revisions[i], Data: canary("x", 2000)}, nil)
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			change(1)
			var longest time.Duration
			for b.Loop() {
				b.StopTimer()
				change(step)
				b.StartTimer()
				slices := 0
				for done := false; !done; slices++ {
					began := time.Now()
					var err error
					if done, err = f.scrub(); err != nil {
						b.Fatal(err)
					}
					longest = max(longest, time.Since(began))
				}
				b.ReportMetric(float64(slices), "slices")
			}
			b.ReportMetric(longest.Seconds()*1e3, "longest-slice-ms")
		})
	}
}
