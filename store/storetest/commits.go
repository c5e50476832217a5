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
		t.Fatal("Commit: got revision 0, want another one")
	}
	conflicts(t, s, store.Record{Key: "room/a", Data: []byte("a second first one")})
	conflicts(t, s, store.Record{Key: "room/a", Revision: first + 1, Data: []byte("ahead")})
	conflicts(t, s, store.Record{Key: "room/b", Revision: first, Data: []byte("never there")})
	absent(t, s, "room/b")

	second := commit(t, s, store.Record{Key: "room/a", Revision: first, Expires: noon, Data: []byte("two")})
	if second == first {
		t.Fatalf("Commit: got revision %d again, want a new one", second)
	}
	conflicts(t, s, store.Record{Key: "room/a", Revision: first, Data: []byte("behind")})
	holds(t, s, store.Record{Key: "room/a", Revision: second, Expires: noon, Data: []byte("two")})
}

func testDelete(t *testing.T, s store.Store) {
	ctx := t.Context()
	for _, rev := range []store.Revision{0, 1} {
		if err := s.Delete(ctx, "room/a", rev); err != nil {
			t.Errorf("Delete of a missing record: got %v, want no error", err)
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

// A record that is created again gets revisions that no caller can have loaded before.
func testRevisions(t *testing.T, s store.Store) {
	seen := map[store.Revision]bool{}
	for range 5 {
		rev := commit(t, s, store.Record{Key: "room/a"})
		again := commit(t, s, store.Record{Key: "room/a", Revision: rev})
		for _, r := range []store.Revision{rev, again} {
			if seen[r] {
				t.Fatalf("Commit: got revision %d twice", r)
			}
			seen[r] = true
		}
		if err := s.Delete(t.Context(), "room/a", again); err != nil {
			t.Fatal(err)
		}
		for r := range seen {
			conflicts(t, s, store.Record{Key: "room/a", Revision: r})
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
			loaded.Data[j]++ // loaded data belongs to the caller
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
			t.Errorf("Commit of a key of %d bytes: got revision %d, want an error", len(key), rev)
		}
	}
	rev = commit(t, s, store.Record{Key: "user/\x00é"})
	holds(t, s, store.Record{Key: "user/\x00é", Revision: rev})
}

// Of the callers that commit one revision, one succeeds.
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
		t.Fatalf("got %d commits in the record, %v, want %d", len(r.Data), err, won.Load())
	}
	count := make([]int, writers)
	for _, w := range r.Data {
		count[w]++
	}
	given := slices.Sorted(slices.Values(slices.Concat(revisions...)))
	if len(slices.Compact(given)) != len(r.Data) {
		t.Errorf("got revisions %v, want each once", given)
	}
	for w := range writers {
		if count[w] != len(revisions[w]) {
			t.Errorf("writer %d: got %d commits in the record, want %d", w, count[w], len(revisions[w]))
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
					t.Errorf("Load: got revision %d, %q, %v, want revision %d, %d", r.Revision, r.Data, err, rev, n)
					return
				}
			}
		})
	}
	wg.Wait()
}
