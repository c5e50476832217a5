package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/pokey/store"
)

func testCommit(t *testing.T, s store.Store) {
	absent(t, s, "room/a")
	first := commit(t, s, store.Record{Key: "room/a", Data: []byte("one")})
	holds(t, s, store.Record{Key: "room/a", Revision: first, Data: []byte("one")})
	if first == 0 {
		t.Fatal("the revision of a record is zero")
	}
	refuse(t, s, store.Record{Key: "room/a", Data: []byte("a second first one")})
	refuse(t, s, store.Record{Key: "room/a", Revision: first + 1, Data: []byte("ahead")})
	refuse(t, s, store.Record{Key: "room/b", Revision: first, Data: []byte("never there")})
	absent(t, s, "room/b")

	second := commit(t, s, store.Record{Key: "room/a", Revision: first, Expires: noon, Data: []byte("two")})
	if second == first {
		t.Fatal("a commit kept the revision")
	}
	refuse(t, s, store.Record{Key: "room/a", Revision: first, Data: []byte("behind")})
	holds(t, s, store.Record{Key: "room/a", Revision: second, Expires: noon, Data: []byte("two")})
}

func testDelete(t *testing.T, s store.Store) {
	ctx := t.Context()
	for _, rev := range []store.Revision{0, 1} {
		if err := s.Delete(ctx, "room/a", rev); err != nil {
			t.Errorf("Delete of nothing: %v", err)
		}
	}
	rev := commit(t, s, store.Record{Key: "room/a", Expires: noon, Data: []byte("one")})
	other := commit(t, s, store.Record{Key: "room/ab", Expires: noon, Data: []byte("other")})
	for _, wrong := range []store.Revision{0, rev + 100, other} {
		if err := s.Delete(ctx, "room/a", wrong); !errors.Is(err, store.ErrConflict) {
			t.Errorf("Delete of revision %d: %v", wrong, err)
		}
	}
	holds(t, s, store.Record{Key: "room/a", Revision: rev, Expires: noon, Data: []byte("one")})
	if err := s.Delete(ctx, "room/a", rev); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	absent(t, s, "room/a")
	expired(t, s, noon, 10, "room/ab")
	holds(t, s, store.Record{Key: "room/ab", Revision: other, Expires: noon, Data: []byte("other")})
}

// A record that comes again does not get a revision that somebody may still hold.
func testRevisions(t *testing.T, s store.Store) {
	seen := map[store.Revision]bool{}
	for range 5 {
		rev := commit(t, s, store.Record{Key: "room/a"})
		again := commit(t, s, store.Record{Key: "room/a", Revision: rev})
		for _, r := range []store.Revision{rev, again} {
			if seen[r] {
				t.Fatalf("revision %d was given twice", r)
			}
			seen[r] = true
		}
		if err := s.Delete(t.Context(), "room/a", again); err != nil {
			t.Fatal(err)
		}
		for r := range seen {
			refuse(t, s, store.Record{Key: "room/a", Revision: r})
		}
	}
}

func testData(t *testing.T, s store.Store) {
	for i, data := range [][]byte{nil, {}, {0}, []byte("{}"), bytes.Repeat([]byte{0xff, 0}, 50_000), bytes.Repeat([]byte("x"), 1<<20)} {
		key := fmt.Sprintf("room/%d", i)
		rev := commit(t, s, store.Record{Key: key, Data: bytes.Clone(data)})
		want := store.Record{Key: key, Revision: rev, Data: data}
		loaded := holds(t, s, want)
		for j := range loaded.Data {
			loaded.Data[j]++ // it belongs to us
		}
		holds(t, s, want)
	}
}

func testKeys(t *testing.T, s store.Store) {
	longest := "room/" + strings.Repeat("k", 123)
	rev := commit(t, s, store.Record{Key: longest})
	holds(t, s, store.Record{Key: longest, Revision: rev})
	for _, key := range []string{"", longest + "k"} {
		if rev, err := s.Commit(t.Context(), store.Record{Key: key}); err == nil {
			t.Errorf("a key of %d bytes was committed as revision %d", len(key), rev)
		}
	}
	rev = commit(t, s, store.Record{Key: "user/\x00é"})
	holds(t, s, store.Record{Key: "user/\x00é", Revision: rev})
}

// Of those who start from one revision, one succeeds.
func testOneWriter(t *testing.T, s store.Store) {
	const writers, each = 8, 25
	var wg sync.WaitGroup
	var won atomic.Int64
	revisions := make([][]store.Revision, writers)
	for w := range writers {
		wg.Go(func() {
			for range each {
				r, err := s.Load(t.Context(), "room/a")
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					t.Errorf("Load: %v", err)
					return
				}
				rev, err := s.Commit(t.Context(), store.Record{Key: "room/a", Revision: r.Revision, Data: append(r.Data, byte(w))})
				switch {
				case err == nil:
					won.Add(1)
					revisions[w] = append(revisions[w], rev)
				case !errors.Is(err, store.ErrConflict):
					t.Errorf("Commit: %v", err)
				}
			}
		})
	}
	wg.Wait()
	r, err := s.Load(t.Context(), "room/a")
	if err != nil || len(r.Data) != int(won.Load()) {
		t.Fatalf("%d commits succeeded, and %d of them are there: %v", won.Load(), len(r.Data), err)
	}
	count := make([]int, writers)
	for _, w := range r.Data {
		count[w]++
	}
	given := slices.Sorted(slices.Values(slices.Concat(revisions...)))
	if len(slices.Compact(given)) != len(r.Data) {
		t.Error("a revision was given twice")
	}
	for w := range writers {
		if count[w] != len(revisions[w]) {
			t.Errorf("writer %d succeeded %d times, and %d of them are there", w, len(revisions[w]), count[w])
		}
	}
}

func testManyKeys(t *testing.T, s store.Store) {
	const keys, each = 40, 10
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			key := fmt.Sprintf("room/%d", i)
			var rev store.Revision
			for n := range each {
				var err error
				rev, err = s.Commit(t.Context(), store.Record{Key: key, Revision: rev, Data: fmt.Append(nil, n)})
				if err != nil {
					t.Errorf("Commit: %v", err)
					return
				}
				r, err := s.Load(t.Context(), key)
				if err != nil || r.Revision != rev || string(r.Data) != fmt.Sprint(n) {
					t.Errorf("Load = %v, %v after a commit of %d", r, err, n)
					return
				}
			}
		})
	}
	wg.Wait()
}
