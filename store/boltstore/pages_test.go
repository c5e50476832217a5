package boltstore

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"example.com/pokey/store/storetest"
)

// The file says how large its pages are. One that began on a machine with other pages
// is used, erased and repaired as any other, and keeps its page size.
func TestFileFromAnotherMachine(t *testing.T) {
	for _, size := range []int{1 << 10, 16 << 10, 64 << 10} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, fileName)
			db, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: size})
			if err != nil || db.Close() != nil {
				t.Fatal(err)
			}
			s := openTest(t, Config{Dir: dir})
			records := storetest.Fill(t, s, 60)
			rev := storetest.MustCommit(t, s, "room/1", 0, canary("withdrawn!", 3000))
			storetest.MustCommit(t, s, "room/1", rev, nil)
			if inFile(t, s, "withdrawn!") == 0 {
				t.Fatal("got nothing to scrub: the test does not work")
			}
			sound(t, s)
			if n := inFile(t, s, "withdrawn!"); n > 0 {
				t.Errorf("after closing: got the mark %d times, want it erased", n)
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, lost := range []int{-1, 0, 1} { // no meta page, or either
				copied := append([]byte(nil), raw...)
				if lost >= 0 {
					clear(copied[lost*size:][:size])
				}
				s, log := openRaw(t, copied)
				if n := storetest.Intact(t, s, records); n != len(records) || len(aside(t, s)) != 0 {
					t.Errorf("without meta page %d: got %d records, set aside %q, want %d and no file: %s", lost, n, aside(t, s), len(records), log)
				}
				usable(t, s)
				if got := pagesIn(t, s); got != size {
					t.Errorf("without meta page %d: got pages of %d bytes, want %d", lost, got, size)
				}
			}
		})
	}
}

// A new file is the same on whatever machine.
func TestNewFile(t *testing.T) {
	s := openTest(t, Config{})
	storetest.MustCommit(t, s, "room/1", 0, nil)
	sound(t, s)
	if got := pagesIn(t, s); got != 4096 {
		t.Errorf("got pages of %d bytes, want 4096", got)
	}
}

// pagesIn returns the page size of a store's file.
func pagesIn(t *testing.T, s *Store) int {
	t.Helper()
	f, err := os.Open(filepath.Join(s.config.Dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m, _, err := readMetas(f)
	if err != nil {
		t.Fatal(err)
	}
	return int(m.pageSize)
}
