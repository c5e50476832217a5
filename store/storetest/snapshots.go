package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/pokey/store"
)

// Everything returns what a snapshot of the store shows, by key, and how many records
// and parts are damaged. The test fails if the snapshot does not keep its promises.
func Everything(t testing.TB, s store.Store) (all map[string]store.Record, damaged int) {
	t.Helper()
	all = map[string]store.Record{}
	last := ""
	add := func(r store.Record) {
		if r.Key <= last {
			t.Errorf("Snapshot: got %s after %s, want the order of the keys", r.Key, last)
		}
		last = r.Key
		r.Data = bytes.Clone(r.Data)
		all[r.Key] = r
	}
	damaged, err := s.Snapshot(t.Context(), func(r store.Record, parts []store.Record) error {
		add(r)
		for _, p := range parts {
			if store.RecordKey(p.Key) != r.Key || p.Revision != 0 {
				t.Errorf("Snapshot: got part %s, revision %d, of %s", p.Key, p.Revision, r.Key)
			}
			add(p)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Snapshot: %v", err)
	}
	return all, damaged
}

func testSnapshot(t *testing.T, s store.Store) {
	want := Fill(t, s, 250)
	for i := range 250 {
		p := store.Record{Key: fmt.Sprintf("room/0007/%03d", i), Data: fmt.Append(nil, i)}
		want[p.Key] = p
	}
	r := want["room/0007"]
	var parts []store.Record
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if store.RecordKey(key) == "room/0007" {
			parts = append(parts, want[key])
		}
	}
	rev, err := s.Commit(t.Context(), r, parts...)
	if err != nil {
		t.Fatal(err)
	}
	r.Revision = rev
	want["room/0007"] = r
	got, damaged := Everything(t, s)
	if len(got) != len(want) || damaged != 0 {
		t.Errorf("got %d records and parts, %d damaged, want %d and none", len(got), damaged, len(want))
	}
	for key, w := range want {
		g := got[key]
		if !bytes.Equal(g.Data, w.Data) || !g.Expires.Equal(w.Expires) || g.Revision != w.Revision {
			t.Errorf("%s: got %d bytes, expires %v, revision %d, want %d, %v, %d", key, len(g.Data), g.Expires, g.Revision, len(w.Data), w.Expires, w.Revision)
		}
	}
}

// testSnapshotEnds has a snapshot that its visitor or its context ends.
func testSnapshotEnds(t *testing.T, s store.Store) {
	if all, _ := Everything(t, s); len(all) > 0 {
		t.Errorf("empty store: got %d records", len(all))
	}
	Fill(t, s, 3)
	enough, visits := errors.New("enough"), 0
	if _, err := s.Snapshot(t.Context(), func(store.Record, []store.Record) error { visits++; return enough }); !errors.Is(err, enough) || visits != 1 {
		t.Errorf("got %v after %d visits, want %v after 1", err, visits, enough)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Snapshot(ctx, func(store.Record, []store.Record) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	MustCommit(t, s, "room/a", 0, nil)
}

// testSnapshotOfOneMoment has writers go on during snapshots. Each commit writes two
// records in turn, so that in any one moment the first is at most one ahead.
func testSnapshotOfOneMoment(t *testing.T, s store.Store) {
	Fill(t, s, 200)
	ctx, stop := context.WithCancel(context.Background())
	var acked sync.Map
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			first, second := fmt.Sprintf("room/-%d", w), fmt.Sprintf("room/z%d", w) // before and behind all others
			var a, b store.Revision
			for n := 1; ctx.Err() == nil; n++ {
				a = MustCommit(t, s, first, a, fmt.Append(nil, n))
				part := store.Record{Key: second + "/1", Data: bytes.Repeat([]byte{byte(n)}, 2000)}
				rev, err := s.Commit(t.Context(), store.Record{Key: second, Revision: b, Data: fmt.Append(nil, n)}, part)
				if err != nil {
					t.Error(err)
					return
				}
				b = rev
				acked.Store(second, n)
			}
		})
	}
	for until := time.Now().Add(300 * time.Millisecond); time.Now().Before(until); {
		before := map[any]any{}
		acked.Range(func(k, v any) bool { before[k] = v; return true })
		all, _ := Everything(t, s)
		number := func(key string) (n int) {
			_, _ = fmt.Sscan(string(all[key].Data), &n)
			return n
		}
		for w := range 4 {
			first, second := fmt.Sprintf("room/-%d", w), fmt.Sprintf("room/z%d", w)
			a, b := number(first), number(second)
			if acked, _ := before[second].(int); a-b < 0 || a-b > 1 || b < acked {
				t.Errorf("got %d and %d, want the first equal or one ahead, and at least %d, which was acknowledged", a, b, acked)
			}
			if part := all[second+"/1"].Data; b > 0 && (len(part) != 2000 || part[0] != byte(b)) {
				t.Errorf("got a part of %d bytes that is not of commit %d", len(part), b)
			}
		}
	}
	stop()
	writers.Wait()
}
