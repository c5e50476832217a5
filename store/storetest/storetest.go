// Package storetest tests implementations of [store.Store].
package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"example.com/pokey/store"
)

// Run tests the stores that open returns. Each must be empty; Run closes it.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for name, test := range map[string]func(*testing.T, store.Store){
		"Commit":        testCommit,
		"Delete":        testDelete,
		"Revisions":     testRevisions,
		"Data":          testData,
		"Parts":         testParts,
		"ManyParts":     testManyParts,
		"Keys":          testKeys,
		"Expired":       testExpired,
		"ExpiryMoves":   testExpiryMoves,
		"ExpiryLimit":   testExpiryLimit,
		"OneWriter":     testOneWriter,
		"ManyKeys":      testManyKeys,
		"Cancelled":     testCancelled,
		"CancelledLate": testCancelledLate,
		"Snapshot":      testSnapshot,
		"SnapshotEnds":  testSnapshotEnds,
		"OneMoment":     testSnapshotOfOneMoment,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			defer func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				closed(t, s)
			}()
			test(t, s)
		})
	}
}

func testCancelled(t *testing.T, s store.Store) {
	rev := commit(t, s, store.Record{Key: "room/a", Expires: noon, Data: []byte("one")})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, loadErr := s.Load(ctx, "room/a")
	_, commitErr := s.Commit(ctx, store.Record{Key: "room/a", Revision: rev})
	_, _, allErr := s.LoadAll(ctx, "room/a")
	_, expiredErr := s.Expired(ctx, noon, 1)
	_, snapshotErr := s.Snapshot(ctx, func(store.Record, []store.Record) error { return nil })
	for name, err := range map[string]error{
		"Load":    loadErr,
		"Commit":  commitErr,
		"Delete":  s.Delete(ctx, "room/a", rev),
		"LoadAll": allErr,
		"Expired": expiredErr,

		"Snapshot": snapshotErr,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want %v", name, err, context.Canceled)
		}
	}
	holds(t, s, store.Record{Key: "room/a", Revision: rev, Expires: noon, Data: []byte("one")})
}

// After a commit was given up, a load tells its outcome for good, or a repeated commit
// if the store is shared.
func testCancelledLate(t *testing.T, s store.Store) {
	var rev store.Revision
	for n := range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		data := fmt.Append(nil, n)
		next, err := s.Commit(ctx, store.Record{Key: "room/a", Revision: rev, Data: data})
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("Commit: got %v, want success or %v", err, context.Canceled)
		}
		if err != nil && s.Shared() {
			next, err = commit(t, s, store.Record{Key: "room/a", Revision: rev, Data: data}), nil
		}
		r, loadErr := s.Load(t.Context(), "room/a")
		if loadErr != nil && !errors.Is(loadErr, store.ErrNotFound) {
			t.Fatalf("Load: got %v, want a record or %v", loadErr, store.ErrNotFound)
		}
		if err == nil && (r.Revision != next || string(r.Data) != string(data)) {
			t.Fatalf("Load: got revision %d, %q, want revision %d, %q", r.Revision, r.Data, next, data)
		}
		rev = commit(t, s, store.Record{Key: "room/a", Revision: r.Revision, Data: r.Data})
	}
}
