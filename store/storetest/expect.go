package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/pokey/store"
)

// noon is the time of these tests.
var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// closed fails the test unless every method returns ErrClosed.
func closed(t *testing.T, s store.Store) {
	t.Helper()
	ctx := context.Background()
	_, loadErr := s.Load(ctx, "room/a")
	_, commitErr := s.Commit(ctx, store.Record{Key: "room/a"})
	_, _, allErr := s.LoadAll(ctx, "room/a")
	_, expiredErr := s.Expired(ctx, noon, 1)
	_, snapshotErr := s.Snapshot(ctx, func(store.Record, []store.Record) error { return nil })
	for name, err := range map[string]error{
		"Load":    loadErr,
		"Commit":  commitErr,
		"Delete":  s.Delete(ctx, "room/a", 0),
		"LoadAll": allErr,
		"Expired": expiredErr,
		"Close":   s.Close(),

		"Snapshot": snapshotErr,
	} {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s of a closed store: got %v, want %v", name, err, store.ErrClosed)
		}
	}
}

// commit commits a record and returns its revision.
func commit(t testing.TB, s store.Store, r store.Record) store.Revision {
	t.Helper()
	rev, err := s.Commit(t.Context(), r)
	if err != nil {
		t.Fatalf("Commit of %s: %v", r.Key, err)
	}
	return rev
}

// conflicts fails the test unless committing the record conflicts.
func conflicts(t *testing.T, s store.Store, r store.Record) {
	t.Helper()
	if rev, err := s.Commit(t.Context(), r); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("Commit of %s at revision %d: got %d, %v, want %v", r.Key, r.Revision, rev, err, store.ErrConflict)
	}
}

// holds fails the test unless the store has the record, which it returns.
func holds(t *testing.T, s store.Store, want store.Record) store.Record {
	t.Helper()
	got, err := s.Load(t.Context(), want.Key)
	if err != nil {
		t.Fatalf("Load of %s: %v", want.Key, err)
	}
	if got.Key != want.Key || got.Revision != want.Revision || !got.Expires.Equal(want.Expires) ||
		got.Expires.IsZero() != want.Expires.IsZero() || !bytes.Equal(got.Data, want.Data) {
		t.Fatalf("Load: got %s, revision %d, expires %v, %d bytes, want revision %d, expires %v, %d bytes",
			got.Key, got.Revision, got.Expires, len(got.Data), want.Revision, want.Expires, len(want.Data))
	}
	return got
}

// absent fails the test unless there is no record.
func absent(t *testing.T, s store.Store, key string) {
	t.Helper()
	if r, err := s.Load(t.Context(), key); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("Load of %s: got %v, %v, want %v", key, r, err, store.ErrNotFound)
	}
}

// expired fails the test unless Expired returns these keys.
func expired(t *testing.T, s store.Store, now time.Time, limit int, want ...string) {
	t.Helper()
	got, err := s.Expired(t.Context(), now, limit)
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("Expired: got %q, %v, want %q", got, err, want)
	}
}
