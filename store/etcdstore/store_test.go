package etcdstore

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
	"example.com/pokey/store/storetest"
)

// testSeal returns AES-GCM with a key of 32 times the byte.
func testSeal(t testing.TB, key byte) cipher.AEAD {
	t.Helper()
	block, err := aes.NewCipher(bytes.Repeat([]byte{key}, 32))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return aead
}

func dial(t testing.TB, endpoints ...string) *clientv3.Client {
	t.Helper()
	client, err := Dial(endpoints, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// openTest opens a store that is closed at the end of the test at the latest. By
// default it has the prefix /test/ and the seal 1.
func openTest(t testing.TB, c Config) *Store {
	t.Helper()
	if c.Prefix == "" {
		c.Prefix = "/test/"
	}
	if c.Seal == nil {
		c.Seal = testSeal(t, 1)
	}
	e, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// overwrite replaces a sealed record in etcd.
func overwrite(t *testing.T, e *Store, key string, value []byte) store.Revision {
	t.Helper()
	resp, err := e.records.client.Put(t.Context(), e.keys.record(key), string(value))
	if err != nil {
		t.Fatal(err)
	}
	return store.Revision(resp.Header.Revision)
}

func TestConfig(t *testing.T) {
	client := dial(t, "127.0.0.1:1")
	aead := testSeal(t, 1)
	for name, c := range map[string]Config{
		"client": {Prefix: "/test/", Seal: aead},
		"seal":   {Prefix: "/test/", Client: client},
		"prefix": {Client: client, Seal: aead},
		"slash":  {Prefix: "/test", Client: client, Seal: aead},
	} {
		if e, err := Open(c); e != nil || err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: got %v, %v, want an error that names it", name, e, err)
		}
	}
}

func TestProcessesShareRecords(t *testing.T) {
	server := etcdtest.Start(t)
	one := openTest(t, Config{Client: dial(t, server.Endpoint)})
	records := storetest.Fill(t, one, 30)
	other := openTest(t, Config{Client: dial(t, server.Endpoint)})
	if n := storetest.Intact(t, other, records); n != len(records) {
		t.Errorf("another process: got %d records, want %d", n, len(records))
	}
	if n := storetest.Intact(t, openTest(t, Config{Client: one.records.client, Prefix: "/test/other/"}), records); n != 0 {
		t.Errorf("another prefix: got %d records, want 0", n)
	}
	first := records["room/0001"]
	storetest.MustCommit(t, other, first.Key, first.Revision, []byte("other"))
	if _, err := one.Commit(t.Context(), store.Record{Key: first.Key, Revision: first.Revision, Data: []byte("one")}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Commit after another process's: got %v, want %v", err, store.ErrConflict)
	}
	if err := one.Delete(t.Context(), first.Key, first.Revision); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Delete after another process's commit: got %v, want %v", err, store.ErrConflict)
	}
}

// A repeated commit returns the same revision and changes nothing. Any other commit of
// the same revision conflicts.
func TestRepeatedCommit(t *testing.T) {
	client := dial(t, etcdtest.Start(t).Endpoint)
	e := openTest(t, Config{Client: client})
	other := openTest(t, Config{Client: client})
	var rev store.Revision
	expires := time.UnixMilli(1_800_000_000_000)
	for n := range 3 {
		r := store.Record{Key: "room/a", Revision: rev, Expires: expires, Data: fmt.Append(nil, n)}
		part := store.Record{Key: "room/a/1", Data: []byte("part")}
		next, err := e.Commit(t.Context(), r, part)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := e.Commit(t.Context(), r, part); err != nil || again != next {
			t.Errorf("repeated commit: got %d, %v, want %d", again, err, next)
		}
		commit := func(s store.Store, with ...store.Record) func(store.Record) (store.Revision, error) {
			return func(r store.Record) (store.Revision, error) { return s.Commit(t.Context(), r, with...) }
		}
		for name, try := range map[string]func(store.Record) (store.Revision, error){
			"another process":  commit(other, part),
			"without the part": commit(e),
			"another part":     commit(e, store.Record{Key: part.Key, Data: []byte("trap")}),
			"another time":     func(r store.Record) (store.Revision, error) { r.Expires = expires.Add(1e9); return commit(e, part)(r) },
			"other data":       func(r store.Record) (store.Revision, error) { r.Data = []byte("x"); return commit(e, part)(r) },
			"a later revision": func(r store.Record) (store.Revision, error) { r.Revision = next + 1; return commit(e, part)(r) },
			"an earlier one":   func(r store.Record) (store.Revision, error) { r.Revision--; return commit(e, part)(r) },
		} {
			if got, err := try(r); !errors.Is(err, store.ErrConflict) {
				t.Errorf("commit %d, %s: got %d, %v, want %v", n, name, got, err, store.ErrConflict)
			}
		}
		rev = next
	}
	for range 2 {
		if err := e.Delete(t.Context(), "room/a", rev); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	if resp, err := client.Get(t.Context(), "/test/", clientv3.WithPrefix(), clientv3.WithCountOnly()); err != nil || resp.Count != 0 {
		t.Errorf("got %d keys in etcd, %v, want 0", resp.Count, err)
	}
}

// A value that cannot be unsealed is a damaged record. Others are not affected.
func TestDamagedRecord(t *testing.T) {
	client := dial(t, etcdtest.Start(t).Endpoint)
	e := openTest(t, Config{Client: client})
	foreign := openTest(t, Config{Client: client, Seal: testSeal(t, 2)})
	records := storetest.Fill(t, e, 60)
	const key = "room/0023" // it expires
	for name, value := range map[string][]byte{
		"foreign": seal(foreign.records.aead, key, sealed{expires: 1, data: []byte("foreign")}),
		"moved":   seal(e.records.aead, "room/0024", sealed{expires: 1, data: []byte("moved")}),
		"short":   seal(e.records.aead, key, sealed{expires: 1})[:20],
		"zero":    make([]byte, 100),
		"empty":   nil,
	} {
		t.Run(name, func(t *testing.T) {
			rev := overwrite(t, e, key, value)
			if r, err := e.Load(t.Context(), key); !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("Load: got %v, %v, want %v", r, err, store.ErrCorrupt)
			}
			keys, err := e.Expired(t.Context(), storetest.AfterAll, 1000)
			if err != nil || len(keys) < 30 || strings.Contains(strings.Join(keys, " "), key) {
				t.Errorf("Expired: got %q, %v, want at least 30 keys and not %s", keys, err, key)
			}
			if _, err := e.Commit(t.Context(), store.Record{Key: key, Revision: rev - 1}); !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("Commit of the former revision: got %v, want %v", err, store.ErrCorrupt)
			}
			if err := e.Delete(t.Context(), key, rev-1); !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("Delete of the former revision: got %v, want %v", err, store.ErrCorrupt)
			}
			next := storetest.MustCommit(t, e, key, 0, []byte("created again"))
			if again := storetest.MustCommit(t, e, key, 0, []byte("created again")); again != next {
				t.Errorf("repeated commit: got %d, want %d", again, next)
			}
			overwrite(t, e, key, value)
			if err := e.Delete(t.Context(), key, 0); err != nil {
				t.Errorf("Delete: %v", err)
			}
			if _, err := e.Load(t.Context(), key); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Load: got %v, want %v", err, store.ErrNotFound)
			}
			records[key] = store.Record{Key: key, Revision: storetest.MustCommit(t, e, key, 0, nil)}
			if n := storetest.Intact(t, e, records); n != len(records) {
				t.Errorf("got %d records, want %d", n, len(records))
			}
		})
	}
}

// A record of a newer version is neither read nor replaced.
func TestNewerRecord(t *testing.T) {
	e := openTest(t, Config{Client: dial(t, etcdtest.Start(t).Endpoint)})
	rev := overwrite(t, e, "room/a", []byte{sealVersion + 1, 1, 2, 3})
	_, loadErr := e.Load(t.Context(), "room/a")
	_, commitErr := e.Commit(t.Context(), store.Record{Key: "room/a"})
	_, staleErr := e.Commit(t.Context(), store.Record{Key: "room/a", Revision: rev - 1})
	for name, err := range map[string]error{
		"Load":         loadErr,
		"Commit":       commitErr,
		"stale Commit": staleErr,
		"Delete":       e.Delete(t.Context(), "room/a", 0),
		"stale Delete": e.Delete(t.Context(), "room/a", rev-1),
	} {
		if !errors.Is(err, store.ErrFormat) || errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: got %v, want %v", name, err, store.ErrFormat)
		}
	}
}

// A record that is too large for etcd is refused at once, with the reason.
func TestRecordTooLarge(t *testing.T) {
	e := openTest(t, Config{Client: dial(t, etcdtest.Start(t).Endpoint)})
	for _, size := range []int{1_600_000, 5 << 20, 20 << 20} {
		_, err := e.Commit(t.Context(), store.Record{Key: "room/a", Data: make([]byte, size)})
		if err == nil || !strings.Contains(err.Error(), "large") {
			t.Errorf("%d bytes: got %v, want an error that says too large", size, err)
		}
	}
	storetest.MustCommit(t, e, "room/a", 0, make([]byte, 1_500_000))
}
