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

// canary returns data of at least size bytes that consists of a mark.
func canary(mark string, size int) []byte {
	return bytes.Repeat([]byte(mark), size/len(mark)+1)
}

// inFile counts a mark in the file.
func inFile(t *testing.T, s *Store, mark string) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.config.Dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(raw, []byte(mark))
}

// The next scrub erases what was deleted or overwritten, in whatever page it was.
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
				for i := range 5 { // they leave stale copies in other pages
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
						t.Errorf("got %q %d times, want it erased", mark, n)
					}
				}
				if inFile(t, s, "current!") == 0 || storetest.Intact(t, s, others) != len(others) {
					t.Errorf("got %d of %d other records, current data %d times, want all", storetest.Intact(t, s, others), len(others), inFile(t, s, "current!"))
				}
				if n := s.Stats().Scrubs; n != 2 {
					t.Errorf("got %d scrubs, want one after opening and one after writing", n)
				}
				storetest.MustCommit(t, s, "room/1", withdrawn, []byte("still usable"))
				sound(t, s)
			})
		})
	}
	if left == 0 {
		t.Error("got nothing to scrub: the test does not work")
	}
}

// Without changes there are no scrubs.
func TestScrubOnlyWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		defer func() { _ = s.Close() }()
		time.Sleep(24 * time.Hour)
		if n := s.Stats().Scrubs; n != 1 {
			t.Errorf("a day without a change: got %d scrubs, want 0", n-1)
		}
		storetest.Fill(t, s, 10)
		time.Sleep(24 * time.Hour)
		if n := s.Stats().Scrubs; n != 2 {
			t.Errorf("one change: got %d scrubs, want 1", n-1)
		}
		for range 3 * 60 { // a change each second, for three minutes
			storetest.MustCommit(t, s, fmt.Sprint("room/", time.Now()), 0, nil)
			time.Sleep(time.Second)
		}
		if n := s.Stats().Scrubs; n < 7 || n > 8 {
			t.Errorf("three minutes of changes: got %d scrubs, want 5 or 6", n-2)
		}
	})
}

func TestScrubWhenOpenedAndClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		records := storetest.Fill(t, s, 60)
		rev := storetest.MustCommit(t, s, "room/1", 0, canary("withdrawn!", 3000))
		storetest.MustCommit(t, s, "room/1", rev, nil)
		if inFile(t, s, "withdrawn!") == 0 {
			t.Fatal("got nothing to scrub: the test does not work")
		}
		_ = s.Close()
		if n := inFile(t, s, "withdrawn!"); n > 0 {
			t.Errorf("after closing: got the mark %d times, want it erased", n)
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
			t.Fatal("got a file without unused pages at its end: the test does not work")
		}
		copy(raw[behind+100:], "uncommitted!")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		s = openTest(t, s.config)
		defer func() { _ = s.Close() }()
		synctest.Wait()
		if n := inFile(t, s, "uncommitted!"); n > 0 {
			t.Errorf("after opening: got the mark %d times, want it erased", n)
		}
		if n := storetest.Intact(t, s, records); n != len(records) {
			t.Errorf("got %d records, want %d", n, len(records))
		}
	})
}

// After a scrub either of the meta pages may be lost.
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
		if _, err := f.WriteAt(make([]byte, pageSize), lost*pageSize); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		s = openTest(t, s.config)
		if n := storetest.Intact(t, s, records); n != len(records) {
			t.Errorf("without meta page %d: got %d records, want %d", lost, n, len(records))
		}
		if found, _ := filepath.Glob(filepath.Join(s.config.Dir, fileName+".corrupt-*")); len(found) != 0 {
			t.Errorf("set aside: got %q, want no file", found)
		}
	}
}

// BenchmarkScrub erases what changes to 20 MB of rooms have left, to one room in five
// or to all of them. Commits wait for each slice.
func BenchmarkScrub(b *testing.B) {
	const rooms = 10_000
	for _, step := range []int{5, 1} {
		b.Run(fmt.Sprintf("changed=%d%%", 100/step), func(b *testing.B) {
			f, err := openDatabase(Config{Dir: b.TempDir(), Form: firstForm, Log: slog.New(slog.DiscardHandler)}, 0)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = f.close() }()
			revisions := make([]store.Revision, rooms)
			change := func(step int) {
				err := f.update(func(tx *bbolt.Tx) error {
					t, err := f.buckets(tx)
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
