package boltstore

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

// What the walk finds in a file is what bbolt finds, and nothing is wrong with it.
func TestWalkAgreesWithBolt(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), fileName)
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	names := []string{"about", "empty", "record"}
	for round := range 60 {
		err := db.Update(func(tx *bbolt.Tx) error {
			for _, name := range names {
				b, err := tx.CreateBucketIfNotExists([]byte(name))
				if err != nil || name == "empty" {
					return err
				}
				for range random.IntN(40) {
					key := fmt.Appendf(nil, "key/%d", random.IntN(300))
					if random.IntN(3) == 0 {
						err = b.Delete(key)
					} else {
						err = b.Put(key, bytes.Repeat(key, random.IntN(1+random.IntN(2000))))
					}
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		agree(t, db, path, round)
	}
}

func agree(t *testing.T, db *bbolt.DB, path string, round int) {
	t.Helper()
	want := map[string]string{}
	pages := 0
	err := db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Fatal(err)
		}
		pages = int(tx.Size()) / db.Info().PageSize
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				want[string(name)+" "+string(k)] = string(v)
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m, older, err := readMetas(f)
	if err != nil || !older.valid || int(m.pages) != pages || older.transaction+1 != m.transaction {
		t.Fatalf("round %d: %+v, %+v, %v", round, m, older, err)
	}
	got := map[string]string{}
	w := walk{f: f, size: 1 << 40, meta: m, visit: func(bucket string, key, value []byte) { got[bucket+" "+string(key)] = string(value) }}
	w.run()
	if w.faults > 0 || !maps.Equal(got, want) {
		t.Fatalf("round %d: %d faults, %d of %d entries", round, w.faults, len(got), len(want))
	}
}

// The checks rest on what bbolt leaves behind the last value of a page.
func TestPagesEndInZeros(t *testing.T) {
	s := openTest(t, Config{})
	storetest.Fill(t, s, 200)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(s.config.Dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := readMetas(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	leaves := 0
	for id := 2; id < int(m.pages); id++ {
		page := raw[id*int(m.pageSize):][:m.pageSize]
		if machine.Uint64(page) != uint64(id) || machine.Uint16(page[8:]) != flagLeaf || machine.Uint32(page[12:]) != 0 {
			continue
		}
		leaves++
		w := walk{visit: func(string, []byte, []byte) {}}
		l := w.layout(page)
		for i := range l.count {
			e := page[pageHeader+i*element:]
			l.cut(i, machine.Uint32(e[4:]), machine.Uint32(e[8:]))
			l.more(machine.Uint32(e[12:]))
		}
		if rest := bytes.Trim(page[l.at:], "\x00"); w.faults > 0 || len(rest) > 0 {
			t.Errorf("page %d: %d faults, %d bytes left over", id, w.faults, len(rest))
		}
	}
	if leaves < 10 {
		t.Errorf("only %d pages were looked at", leaves)
	}
}

// FuzzLook looks at files that somebody has tampered with, checksums of the meta
// pages included. Whatever is in them, the walk comes to an end within the file;
// and if it finds no fault, bbolt finds none.
func FuzzLook(f *testing.F) {
	raw, _ := made(f, 30)
	page := os.Getpagesize()
	f.Add(uint32(page+pageHeader+16), []byte{5})
	f.Add(uint32(page+pageHeader+40), []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Add(uint32(2*page+8), []byte{1, 0, 0xff, 0xff, 0xff, 0xff})
	f.Add(uint32(3*page+8), []byte{0x10, 0, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, at uint32, change []byte) {
		damaged := bytes.Clone(raw)
		copy(damaged[int(at)%len(damaged):], change)
		for id := range 2 {
			copy(damaged[id*page:], raw[id*page:][:pageHeader]) // which bbolt reads in its check only
			m := damaged[id*page+pageHeader:]
			sum := fnv.New64a()
			sum.Write(m[:56])
			machine.PutUint64(m[56:], sum.Sum64())
		}
		s := look(bytes.NewReader(damaged), int64(len(damaged)))
		if s.faults > 0 || s.format != nil {
			return
		}
		path := filepath.Join(t.TempDir(), fileName)
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		err = db.View(func(tx *bbolt.Tx) error {
			for err := range tx.Check() {
				t.Error(err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// If a damaged file holds a record twice, the later one counts.
func TestRestore(t *testing.T) {
	f, err := openFile(t.TempDir(), 0, false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.close() }()
	err = f.update(func(tx *bbolt.Tx) error {
		b, err := openTables(tx)
		if err != nil {
			return err
		}
		for _, rev := range []store.Revision{3, 7, 5, 7} {
			b.restore(store.Record{Key: "room/a", Revision: rev, Expires: time.UnixMilli(int64(rev))})
		}
		r, err := b.load("room/a")
		if err != nil || r.Revision != 7 || b.added != 1 {
			t.Errorf("%+v, %v, %d added", r, err, b.added)
		}
		entries := 0
		_ = b.expiry.ForEach(func([]byte, []byte) error { // which returns no error
			entries++
			return nil
		})
		if keys := b.expired(storetest.AfterAll, 10); len(keys) != 1 || entries != 1 {
			t.Errorf("%q in %d entries of the index", keys, entries)
		}
		return b.fault
	})
	if err != nil {
		t.Fatal(err)
	}
}
