package etcdstore

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
	"example.com/pokey/store/storetest"
)

func TestImport(t *testing.T) {
	ctx := t.Context()
	e := openTest(t, Config{Client: dial(t, etcdtest.Start(t).Endpoint)})
	storetest.Fill(t, e, 300)
	from := store.NewMemory()
	storetest.Fill(t, from, 250)
	var parts []store.Record
	for i := range 130 { // more than a transaction takes
		parts = append(parts, store.Record{Key: fmt.Sprintf("room/a/%03d", i), Data: bytes.Repeat([]byte{1}, 20_000)})
	}
	if _, err := from.Commit(ctx, store.Record{Key: "room/a", Data: []byte("a")}, parts...); err != nil {
		t.Fatal(err)
	}
	want, _ := storetest.Everything(t, from)

	i, err := e.BeginImport(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Prepare(ctx, 1); !errors.Is(err, ErrImporting) {
		t.Errorf("Prepare: got %v, want %v", err, ErrImporting)
	}
	if n, err := i.Existing(ctx); err != nil || n != 300 {
		t.Errorf("Existing: got %d, %v, want 300", n, err)
	}
	if err := i.Abort(ctx); err != nil {
		t.Fatal(err)
	}
	if all, _ := storetest.Everything(t, e); len(all) != 300 {
		t.Fatalf("after Abort: got %d records, want 300", len(all))
	}

	if i, err = e.BeginImport(ctx); err != nil {
		t.Fatal(err)
	}
	if err := i.Clear(ctx); err != nil {
		t.Fatal(err)
	}
	if err := i.Abort(ctx); !errors.Is(err, ErrImporting) {
		t.Errorf("Abort after Clear: got %v, want %v", err, ErrImporting)
	}
	if i, err = e.BeginImport(ctx); err != nil { // repeated
		t.Fatal(err)
	}
	if err := i.Clear(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := from.Snapshot(ctx, func(r store.Record, parts []store.Record) error { return i.Add(ctx, r, parts) }); err != nil {
		t.Fatal(err)
	}
	if err := i.Finish(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if err := e.Prepare(ctx, 1); err != nil {
		t.Errorf("Prepare after Finish: %v", err)
	}
	got, damaged := storetest.Everything(t, e)
	if len(got) != len(want) || damaged > 0 {
		t.Errorf("got %d records and parts, %d damaged, want %d", len(got), damaged, len(want))
	}
	for key, w := range want {
		if g := got[key]; !bytes.Equal(g.Data, w.Data) || !g.Expires.Equal(w.Expires) {
			t.Errorf("%s: got %d bytes, expires %v, want %d, %v", key, len(g.Data), g.Expires, len(w.Data), w.Expires)
		}
	}
	expired, err := e.Expired(ctx, storetest.AfterAll, 1000)
	if err != nil || len(expired) != 166 {
		t.Errorf("got %d records with an expiry, %v, want two thirds of 250", len(expired), err)
	}
	storetest.MustCommit(t, e, "room/a", got["room/a"].Revision, []byte("later"))
}

// A store is marked with the newest form of what is in it, and keeps out processes that
// do not know that form.
func TestForms(t *testing.T) {
	e := openTest(t, Config{Client: dial(t, etcdtest.Start(t).Endpoint)})
	for _, c := range []struct {
		form int
		fits bool
	}{{1, true}, {1, true}, {3, true}, {2, false}, {3, true}} {
		err := e.Prepare(t.Context(), c.form)
		if c.fits != (err == nil) || !c.fits && (!errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), "form 3")) {
			t.Errorf("form %d: got %v, want it to fit: %t", c.form, err, c.fits)
		}
	}
}
