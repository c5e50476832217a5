package etcdstore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
	"example.com/pokey/store/storetest"
)

// readable reports whether a key's value at a revision can still be read from etcd.
func readable(t *testing.T, e *Store, key string, rev store.Revision) bool {
	t.Helper()
	_, err := e.records.client.Get(t.Context(), key, clientv3.WithRev(int64(rev)))
	if err != nil && !errors.Is(err, rpctypes.ErrCompacted) {
		t.Fatal(err)
	}
	return err == nil
}

// Overwritten and deleted values leave etcd's history; current values stay.
func TestCompaction(t *testing.T) {
	client := dial(t, etcdtest.Start(t).Endpoint)
	e := openTest(t, Config{Client: client, compactEvery: 50 * time.Millisecond})
	records := storetest.Fill(t, e, 20)
	first := storetest.MustCommit(t, e, "room/a", 0, []byte("one"))
	second := storetest.MustCommit(t, e, "room/a", first, []byte("two"))
	if err := e.Delete(t.Context(), "room/a", second); err != nil {
		t.Fatal(err)
	}
	deleted := store.Revision(e.records.newest.Load())
	gone := func(rev store.Revision) {
		t.Helper()
		for until := time.Now().Add(time.Minute); readable(t, e, e.keys.record("room/a"), rev); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(until) {
				t.Fatalf("got revision %d still readable after a minute", rev)
			}
		}
	}
	gone(first)
	gone(deleted - 1)
	if n := storetest.Intact(t, e, records); n != len(records) {
		t.Errorf("got %d records, want %d", n, len(records))
	}

	// Another process may have compacted already.
	if _, err := client.Put(t.Context(), "/other", "1"); err != nil {
		t.Fatal(err)
	}
	third := storetest.MustCommit(t, e, "room/a", 0, []byte("three"))
	resp, err := client.Put(t.Context(), "/other", "2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Compact(t.Context(), resp.Header.Revision); err != nil {
		t.Fatal(err)
	}
	fourth := storetest.MustCommit(t, e, "room/a", third, []byte("four"))
	gone(fourth - 1)
}

// While a snapshot is read, what it shows stays in etcd's history, and later goes.
func TestSnapshotHoldsHistory(t *testing.T) {
	client := dial(t, etcdtest.Start(t).Endpoint)
	e := openTest(t, Config{Client: client, compactEvery: 20 * time.Millisecond})
	other := openTest(t, Config{Client: client, compactEvery: 20 * time.Millisecond})
	revs := map[string]store.Revision{}
	for i := range 3 * snapshotPage {
		key := fmt.Sprintf("room/%04d", i)
		revs[key] = storetest.MustCommit(t, e, key, 0, []byte("before"))
	}
	read, last := 0, store.Revision(0)
	_, err := e.Snapshot(t.Context(), func(r store.Record, _ []store.Record) error {
		if string(r.Data) != "before" || r.Revision != revs[r.Key] {
			t.Errorf("%s: got %q, revision %d, want it as it was", r.Key, r.Data, r.Revision)
		}
		if read++; read%snapshotPage != 1 {
			return nil
		}
		for i := 3*snapshotPage - 10; i < 3*snapshotPage; i++ {
			key := fmt.Sprintf("room/%04d", i)
			found, err := other.Load(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			last = storetest.MustCommit(t, other, key, found.Revision, []byte("meanwhile"))
		}
		time.Sleep(100 * time.Millisecond) // several rounds
		return nil
	})
	if err != nil || read != 3*snapshotPage {
		t.Fatalf("got %d records, %v, want %d", read, err, 3*snapshotPage)
	}
	storetest.MustCommit(t, other, "room/last", 0, nil)
	for until := time.Now().Add(time.Minute); readable(t, e, "any", last-1); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("after the snapshot: got nothing compacted in a minute")
		}
	}
}

// The batches of a commit that was interrupted count as in LoadAll.
func TestSnapshotOfBatches(t *testing.T) {
	e := openTest(t, Config{Client: dial(t, etcdtest.Start(t).Endpoint)})
	storetest.MustCommit(t, e, "room/a", 0, nil)
	storetest.MustCommit(t, e, "room/z", 0, nil)
	rev := storetest.MustCommit(t, e, "room/b", 0, []byte("old"))
	r := store.Record{Key: "room/b", Revision: rev, Data: []byte("new")}
	var parts []store.Record
	for i := range 250 {
		parts = append(parts, store.Record{Key: fmt.Sprintf("room/b/%03d", i), Data: bytes.Repeat([]byte{1}, 100)})
	}
	own := tokenOf(e.process, r, parts)
	batches := e.records.split(r, parts, own)
	complete, err := e.records.stage(t.Context(), r.Key, int64(rev), batches, own)
	if err != nil {
		t.Fatal(err)
	}
	if all, damaged := storetest.Everything(t, e); len(all) != 3 || damaged != 0 {
		t.Errorf("staged: got %d records and parts, %d damaged, want 3 and none", len(all), damaged)
	}
	if _, done, err := e.records.swap(t.Context(), r.Key, int64(rev), complete, e.records.put(r, own)); err != nil || done == 0 {
		t.Fatal(done, err)
	}
	if all, damaged := storetest.Everything(t, e); len(all) != 253 || damaged != 0 || string(all["room/b"].Data) != "new" {
		t.Errorf("committed: got %d records and parts, %d damaged, want 253 and none", len(all), damaged)
	}
}

// A store that writes nothing compacts nothing, and no store compacts its writes before
// a round has passed.
func TestCompactionSparesOthers(t *testing.T) {
	client := dial(t, etcdtest.Start(t).Endpoint)
	quick := openTest(t, Config{Client: client, Prefix: "/quick/", compactEvery: 10 * time.Millisecond})
	slow := openTest(t, Config{Client: client, Prefix: "/slow/", compactEvery: time.Hour})
	rev := storetest.MustCommit(t, quick, "room/a", 0, nil)
	rev = storetest.MustCommit(t, quick, "room/a", rev, nil)
	before := storetest.MustCommit(t, slow, "room/a", 0, []byte("one"))
	storetest.MustCommit(t, slow, "room/a", before, []byte("two"))
	for until := time.Now().Add(time.Minute); readable(t, quick, quick.keys.record("room/a"), rev-1); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("got nothing compacted after a minute")
		}
	}
	time.Sleep(100 * time.Millisecond) // many rounds
	if !readable(t, slow, slow.keys.record("room/a"), before) {
		t.Error("got another store's writes compacted")
	}
}

// countInFiles counts each mark in all files of a directory.
func countInFiles(t *testing.T, dir string, marks ...string) []int {
	t.Helper()
	found := make([]int, len(marks))
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // etcd renames its files
			return nil
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		for i, mark := range marks {
			found[i] += bytes.Count(raw, []byte(mark))
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEtcdFilesHoldNoSecrets(t *testing.T) {
	const name, estimate, key = "Ada-the-canary", `"estimate":"13-canary"`, "room/canary-key"
	server := etcdtest.Start(t, "--snapshot-count=50")
	e := openTest(t, Config{Client: dial(t, server.Endpoint), compactEvery: 20 * time.Millisecond})
	clean := func(when string) {
		t.Helper()
		found := countInFiles(t, server.Dir, name, estimate, key)
		if found[0] > 0 || found[1] > 0 {
			t.Errorf("%s: got name %d times, estimate %d times in etcd's files, want neither", when, found[0], found[1])
		}
		if found[2] == 0 {
			t.Errorf("%s: got no key in etcd's files: the search does not work", when)
		}
	}
	var rev store.Revision
	for n := range 120 {
		r := store.Record{Key: key, Revision: rev, Expires: time.UnixMilli(int64(1_800_000_000_000 + n)), Data: fmt.Appendf(nil, `{"name":%q,%s,"n":%d}`, name, estimate, n)}
		next, err := e.Commit(t.Context(), r, store.Record{Key: key + "/1", Data: r.Data})
		if err != nil {
			t.Fatal(err)
		}
		if rev = next; n == 60 {
			clean("running")
		}
	}
	server.Kill()
	clean("after a crash")
	server.Restart()
	if err := e.Delete(t.Context(), key, rev); err != nil {
		t.Fatal(err)
	}
	server.Stop()
	clean("stopped")
}
