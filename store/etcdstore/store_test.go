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

// testSeal is AES-GCM with a key of 32 times the byte.
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

// openTest opens a store that is closed at the end of the test at the
// latest. A prefix and a seal that all tests share is what it gets if nothing is
// said.
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

// overwrite puts a value where a record is, behind the store's back.
func overwrite(t *testing.T, e *Store, key string, value []byte) store.Revision {
	t.Helper()
	resp, err := e.config.Client.Put(t.Context(), e.recordKey(key), string(value))
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
			t.Errorf("without %s: %v, %v", name, e, err)
		}
	}
}

// What one process commits another one reads.
func TestProcessesShareRecords(t *testing.T) {
	server := etcdtest.Start(t)
	one := openTest(t, Config{Client: dial(t, server.Endpoint)})
	records := storetest.Fill(t, one, 30)
	other := openTest(t, Config{Client: dial(t, server.Endpoint)})
	if n := storetest.Intact(t, other, records); n != len(records) {
		t.Errorf("%d of %d records are there", n, len(records))
	}
	if n := storetest.Intact(t, openTest(t, Config{Client: one.config.Client, Prefix: "/test/other/"}), records); n != 0 {
		t.Errorf("%d records are under another prefix", n)
	}
	first := records["room/0001"]
	storetest.MustCommit(t, other, first.Key, first.Revision, []byte("other"))
	if _, err := one.Commit(t.Context(), store.Record{Key: first.Key, Revision: first.Revision, Data: []byte("one")}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Commit after the other one's: %v", err)
	}
	if err := one.Delete(t.Context(), first.Key, first.Revision); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Delete after the other one's commit: %v", err)
	}
}

// Who commits the same twice succeeds once, and is told so twice; others are not.
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
			t.Errorf("repeated: %d, %v, want %d", again, err, next)
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
				t.Errorf("commit %d, %s: %d, %v", n, name, got, err)
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
		t.Errorf("%d keys are left, %v", resp.Count, err)
	}
}

// What cannot be opened costs that record and no other.
func TestDamagedRecord(t *testing.T) {
	client := dial(t, etcdtest.Start(t).Endpoint)
	e := openTest(t, Config{Client: client})
	foreign := openTest(t, Config{Client: client, Seal: testSeal(t, 2)})
	records := storetest.Fill(t, e, 60)
	const key = "room/0023" // it expires
	for name, value := range map[string][]byte{
		"foreign": seal(foreign.config.Seal, key, sealed{expires: 1, data: []byte("foreign")}),
		"moved":   seal(e.config.Seal, "room/0024", sealed{expires: 1, data: []byte("moved")}),
		"short":   seal(e.config.Seal, key, sealed{expires: 1})[:20],
		"zero":    make([]byte, 100),
		"empty":   nil,
	} {
		t.Run(name, func(t *testing.T) {
			rev := overwrite(t, e, key, value)
			if r, err := e.Load(t.Context(), key); !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("Load: %v, %v", r, err)
			}
			keys, err := e.Expired(t.Context(), storetest.AfterAll, 1000)
			if err != nil || len(keys) < 30 || strings.Contains(strings.Join(keys, " "), key) {
				t.Errorf("%d records have expired, %v", len(keys), err)
			}
			if _, err := e.Commit(t.Context(), store.Record{Key: key, Revision: rev - 1}); !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("Commit of the revision before: %v", err)
			}
			if err := e.Delete(t.Context(), key, rev-1); !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("Delete of the revision before: %v", err)
			}
			next := storetest.MustCommit(t, e, key, 0, []byte("begun anew"))
			if again := storetest.MustCommit(t, e, key, 0, []byte("begun anew")); again != next {
				t.Errorf("repeated: %d, want %d", again, next)
			}
			overwrite(t, e, key, value)
			if err := e.Delete(t.Context(), key, 0); err != nil {
				t.Errorf("Delete: %v", err)
			}
			if _, err := e.Load(t.Context(), key); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Load: %v", err)
			}
			records[key] = store.Record{Key: key, Revision: storetest.MustCommit(t, e, key, 0, nil)}
			if n := storetest.Intact(t, e, records); n != len(records) {
				t.Errorf("%d of %d are intact", n, len(records))
			}
		})
	}
}

// An old process leaves alone what a newer version has written.
func TestNewerRecord(t *testing.T) {
	e := openTest(t, Config{Client: dial(t, etcdtest.Start(t).Endpoint)})
	rev := overwrite(t, e, "room/a", []byte{sealVersion + 1, 1, 2, 3})
	_, loadErr := e.Load(t.Context(), "room/a")
	_, commitErr := e.Commit(t.Context(), store.Record{Key: "room/a"})
	_, staleErr := e.Commit(t.Context(), store.Record{Key: "room/a", Revision: rev - 1})
	for name, err := range map[string]error{
		"Load":          loadErr,
		"Commit":        commitErr,
		"stale Commit":  staleErr,
		"Delete":        e.Delete(t.Context(), "room/a", 0),
		"stale Delete ": e.Delete(t.Context(), "room/a", rev-1),
	} {
		if !errors.Is(err, store.ErrFormat) || errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What etcd does not take is refused at once, and says why.
func TestRecordTooLarge(t *testing.T) {
	e := openTest(t, Config{Client: dial(t, etcdtest.Start(t).Endpoint)})
	for _, size := range []int{1_600_000, 5 << 20, 20 << 20} {
		_, err := e.Commit(t.Context(), store.Record{Key: "room/a", Data: make([]byte, size)})
		if err == nil || !strings.Contains(err.Error(), "large") {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	storetest.MustCommit(t, e, "room/a", 0, make([]byte, 1_500_000))
}
