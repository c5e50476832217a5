// Package storetest holds what every [store.Store] has to pass.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.com/pokey/store"
)

// noon is the time of these tests. Records keep time to the millisecond.
var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// Run tests the stores that open returns, each of which is new and empty, belongs
// to the test that is passed to open, and is closed by it.
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
	for name, err := range map[string]error{
		"Load":    loadErr,
		"Commit":  commitErr,
		"Delete":  s.Delete(ctx, "room/a", rev),
		"LoadAll": allErr,
		"Expired": expiredErr,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	holds(t, s, store.Record{Key: "room/a", Revision: rev, Expires: noon, Data: []byte("one")})
}

// What has become of a commit that nobody waited for, a load tells for good, or,
// where the store is shared, a repetition.
func testCancelledLate(t *testing.T, s store.Store) {
	var rev store.Revision
	for n := range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		data := fmt.Append(nil, n)
		next, err := s.Commit(ctx, store.Record{Key: "room/a", Revision: rev, Data: data})
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("Commit: %v", err)
		}
		if err != nil && s.Shared() {
			next, err = commit(t, s, store.Record{Key: "room/a", Revision: rev, Data: data}), nil
		}
		r, loadErr := s.Load(t.Context(), "room/a")
		if loadErr != nil && !errors.Is(loadErr, store.ErrNotFound) {
			t.Fatalf("Load: %v", loadErr)
		}
		if err == nil && (r.Revision != next || string(r.Data) != string(data)) {
			t.Fatalf("Load = %v after commit %d of %s", r, next, data)
		}
		rev = commit(t, s, store.Record{Key: "room/a", Revision: r.Revision, Data: r.Data})
	}
}

func closed(t *testing.T, s store.Store) {
	t.Helper()
	ctx := context.Background()
	_, loadErr := s.Load(ctx, "room/a")
	_, commitErr := s.Commit(ctx, store.Record{Key: "room/a"})
	_, _, allErr := s.LoadAll(ctx, "room/a")
	_, expiredErr := s.Expired(ctx, noon, 1)
	for name, err := range map[string]error{
		"Load":    loadErr,
		"Commit":  commitErr,
		"Delete":  s.Delete(ctx, "room/a", 0),
		"LoadAll": allErr,
		"Expired": expiredErr,
		"Close":   s.Close(),
	} {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s of a closed store: %v", name, err)
		}
	}
}

func commit(t testing.TB, s store.Store, r store.Record) store.Revision {
	t.Helper()
	rev, err := s.Commit(t.Context(), r)
	if err != nil {
		t.Fatalf("Commit of %s: %v", r.Key, err)
	}
	return rev
}

func refuse(t *testing.T, s store.Store, r store.Record) {
	t.Helper()
	if rev, err := s.Commit(t.Context(), r); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("Commit of %s at revision %d = %d, %v", r.Key, r.Revision, rev, err)
	}
}

func holds(t *testing.T, s store.Store, want store.Record) store.Record {
	t.Helper()
	got, err := s.Load(t.Context(), want.Key)
	if err != nil {
		t.Fatalf("Load of %s: %v", want.Key, err)
	}
	if got.Key != want.Key || got.Revision != want.Revision || !got.Expires.Equal(want.Expires) ||
		got.Expires.IsZero() != want.Expires.IsZero() || !bytes.Equal(got.Data, want.Data) {
		t.Fatalf("Load = %s, revision %d, expires %v, %d bytes, want revision %d, expires %v, %d bytes",
			got.Key, got.Revision, got.Expires, len(got.Data), want.Revision, want.Expires, len(want.Data))
	}
	return got
}

func absent(t *testing.T, s store.Store, key string) {
	t.Helper()
	if r, err := s.Load(t.Context(), key); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("Load of %s = %v, %v", key, r, err)
	}
}

func expired(t *testing.T, s store.Store, now time.Time, limit int, want ...string) {
	t.Helper()
	got, err := s.Expired(t.Context(), now, limit)
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("Expired = %q, %v, want %q", got, err, want)
	}
}
