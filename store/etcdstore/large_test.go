package etcdstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"google.golang.org/grpc/codes"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
)

// largeParts returns more parts than two transactions take, all of one kind.
func largeParts(kind string) (parts []store.Record) {
	for i := range 250 {
		parts = append(parts, store.Record{Key: fmt.Sprintf("room/a/%03d", i), Data: bytes.Repeat([]byte(kind), 200)})
	}
	return parts
}

// kindOf returns the kind of all parts, and nothing if they differ.
func kindOf(t *testing.T, e *Store, record string) string {
	t.Helper()
	r, parts, err := e.LoadAll(t.Context(), "room/a")
	if err != nil {
		t.Fatal(err)
	}
	if string(r.Data) != record || len(parts) != 250 {
		t.Errorf("got record %q with %d parts, want %q with 250", r.Data, len(parts), record)
	}
	kind := string(parts[0].Data[:1])
	for _, p := range parts {
		if !bytes.Equal(p.Data, bytes.Repeat([]byte(kind), 200)) {
			return ""
		}
	}
	return kind
}

// When a process ends during a commit of several transactions, all of the commit is
// there or nothing of it, and the next commit leaves no batches.
func TestLargeCommitIsAtomic(t *testing.T) {
	server := etcdtest.Start(t)
	for n := range 11 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			l := &line{code: codes.Unknown, text: "?"}
			dying := openTest(t, Config{Client: l.dial(t, server.Endpoint), Prefix: fmt.Sprintf("/large/%d/", n)})
			e := openTest(t, Config{Client: dial(t, server.Endpoint), Prefix: string(dying.keys)})
			rev, err := dying.Commit(t.Context(), store.Record{Key: "room/a", Data: []byte("1")}, largeParts("a")...)
			if err != nil {
				t.Fatal(err)
			}
			l.mu.Lock()
			l.outcomes = append(make([]outcome, n), neverSent)
			l.mu.Unlock()
			_, err = dying.Commit(context.Background(), store.Record{Key: "room/a", Revision: rev, Data: []byte("2")}, largeParts("b")...)
			l.mu.Lock()
			l.outcomes = nil
			l.mu.Unlock()
			found, loadErr := e.Load(t.Context(), "room/a")
			if loadErr != nil {
				t.Fatal(loadErr)
			}
			want := "a"
			if string(found.Data) == "2" {
				want = "b"
			}
			if err == nil && want != "b" {
				t.Errorf("an acknowledged commit: got parts %q, want %q", want, "b")
			}
			if got := kindOf(t, e, string(found.Data)); got != want {
				t.Errorf("interrupted before transaction %d: got parts %q, want all %q", n, got, want)
			}
			rev, err = e.Commit(t.Context(), store.Record{Key: "room/a", Revision: found.Revision, Data: []byte("3")})
			if err != nil {
				t.Fatal(err)
			}
			if got := kindOf(t, e, "3"); got != want {
				t.Errorf("after the next commit: got parts %q, want all %q", got, want)
			}
			resp, err := e.records.client.Get(t.Context(), e.keys.batches("room/a"))
			if err != nil || resp.Count != 0 {
				t.Errorf("after the next commit: got %d batches, %v, want 0", resp.Count, err)
			}
			if _, err := dying.Commit(t.Context(), store.Record{Key: "room/a", Revision: found.Revision, Data: []byte("2")}, largeParts("b")...); !errors.Is(err, store.ErrConflict) {
				t.Errorf("stale large commit: got %v, want %v", err, store.ErrConflict)
			}
			if err := e.Delete(t.Context(), "room/a", rev); err != nil {
				t.Fatal(err)
			}
		})
	}
}
