package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/pokey/store"
)

// testParts commits and deletes records with parts.
func testParts(t *testing.T, s store.Store) {
	ctx := t.Context()
	parts := func(key, want string) {
		t.Helper()
		_, got, err := s.LoadAll(ctx, key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		var all []string
		for _, p := range got {
			if p.Revision != 0 || !p.Expires.IsZero() {
				t.Errorf("part %s: got revision %d, expires %v, want neither", p.Key, p.Revision, p.Expires)
			}
			all = append(all, p.Key+"="+string(p.Data))
			clear(p.Data) // loaded data belongs to the caller
		}
		if got := strings.Join(all, " "); got != want {
			t.Fatalf("parts of %s: got %q, want %q", key, got, want)
		}
	}
	part := func(name, data string) store.Record {
		return store.Record{Key: "room/a/" + name, Data: []byte(data), Expires: noon}
	}
	try := func(r store.Record, parts ...store.Record) (store.Revision, error) { return s.Commit(ctx, r, parts...) }
	must := func(r store.Record, parts ...store.Record) store.Revision {
		t.Helper()
		rev, err := try(r, parts...)
		if err != nil {
			t.Fatal(err)
		}
		return rev
	}

	parts("room/a", "")
	rev := must(store.Record{Key: "room/a", Data: []byte("1")}, part("2", "two"), part("1", "one"))
	must(store.Record{Key: "room/ab"}, store.Record{Key: "room/ab/1", Data: []byte("other")})
	parts("room/a", "room/a/1=one room/a/2=two")
	if _, err := try(store.Record{Key: "room/a"}, part("1", "stale")); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("stale Commit with a part: got %v, want %v", err, store.ErrConflict)
	}
	for _, key := range []string{"room/ab/1", "room/a", "1", ""} {
		if _, err := try(store.Record{Key: "room/a", Revision: rev}, store.Record{Key: key, Data: []byte("x")}); err == nil {
			t.Errorf("Commit of %q as a part of room/a: got no error", key)
		}
	}
	rev = must(store.Record{Key: "room/a", Revision: rev, Data: []byte("2")})
	parts("room/a", "room/a/1=one room/a/2=two")
	rev = must(store.Record{Key: "room/a", Revision: rev, Data: []byte("3")}, part("1", ""), part("2", "again"), part("3", "three"), part("never", ""))
	parts("room/a", "room/a/2=again room/a/3=three")
	expired(t, s, noon, 10) // parts do not expire

	if err := s.Delete(ctx, "room/a", rev+1000); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("stale Delete: got %v, want %v", err, store.ErrConflict)
	}
	parts("room/a", "room/a/2=again room/a/3=three")
	if err := s.Delete(ctx, "room/a", rev); err != nil {
		t.Fatal(err)
	}
	absent(t, s, "room/a")
	parts("room/a", "")
	must(store.Record{Key: "room/a"})
	parts("room/a", "")
	parts("room/ab", "room/ab/1=other")
}

// A commit may have more parts than a store writes in one transaction.
func testManyParts(t *testing.T, s store.Store) {
	ctx := t.Context()
	var many []store.Record
	for i := range 250 {
		many = append(many, store.Record{Key: fmt.Sprintf("room/a/%03d", i), Data: bytes.Repeat([]byte{byte(i)}, 20_000)})
	}
	rev, err := s.Commit(ctx, store.Record{Key: "room/a"}, many...)
	if err != nil {
		t.Fatal(err)
	}
	_, parts, err := s.LoadAll(ctx, "room/a")
	if err != nil || len(parts) != len(many) {
		t.Fatalf("got %d parts, %v, want %d", len(parts), err, len(many))
	}
	for i, p := range parts {
		if p.Key != many[i].Key || !bytes.Equal(p.Data, many[i].Data) {
			t.Errorf("part %d: got %s of %d bytes, want %s of %d", i, p.Key, len(p.Data), many[i].Key, len(many[i].Data))
		}
		many[i].Data = nil
	}
	if _, err := s.Commit(ctx, store.Record{Key: "room/a", Revision: rev + 1}, many...); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("stale Commit: got %v, want %v", err, store.ErrConflict)
	}
	if _, parts, err := s.LoadAll(ctx, "room/a"); err != nil || len(parts) != len(many) {
		t.Errorf("after a stale Commit: got %d parts, %v, want %d", len(parts), err, len(many))
	}
	if _, err := s.Commit(ctx, store.Record{Key: "room/a", Revision: rev}, many[1:]...); err != nil {
		t.Fatal(err)
	}
	if _, parts, err := s.LoadAll(ctx, "room/a"); err != nil || len(parts) != 1 {
		t.Errorf("got %d parts, %v, want 1", len(parts), err)
	}
}
