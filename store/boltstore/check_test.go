package boltstore

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"example.com/pokey/store/storetest"
)

// pagesOf yields the pages of a file, with the offset of each.
func pagesOf(raw []byte) func(yield func(at int, page []byte) bool) {
	return func(yield func(int, []byte) bool) {
		for at := 0; at+pageSize <= len(raw) && yield(at, raw[at:at+pageSize]); at += pageSize {
		}
	}
}

// resign corrects the checksum of a meta page.
func resign(page []byte) {
	m := page[pageHeader:]
	sum := fnv.New64a()
	sum.Write(m[:56])
	machine.PutUint64(m[56:], sum.Sum64())
}

func TestCheckAcceptsWhatBoltWrites(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), fileName)
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, PageSize: pageSize, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	change := func(tx *bbolt.Tx) error {
		for _, name := range []string{"about", "empty", "record"} {
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
	}
	for round := range 60 {
		if err := db.Update(change); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m, older, err := readMetas(bytes.NewReader(raw))
		if err != nil || !older.valid || older.transaction+1 != m.transaction {
			t.Fatalf("round %d: got meta pages %+v and %+v, %v", round, m, older, err)
		}
		if c := checkPages(bytes.NewReader(raw), int64(len(raw)), m); c.faults > 0 || c.loops {
			t.Fatalf("round %d: got %d faults, loops %v, want none", round, c.faults, c.loops)
		}
	}
}

// bbolt would follow such a reference until the process dies.
func TestPageThatRefersToItself(t *testing.T) {
	raw, records := made(t, 200)
	looped := 0
	for at, page := range pagesOf(raw) {
		if id := uint64(at / len(page)); machine.Uint64(page) != id || machine.Uint16(page[8:]) != flagBranch {
			continue
		}
		looped++
		damaged := bytes.Clone(raw)
		copy(damaged[at+pageHeader+8:], page[:8])
		s, log := openRaw(t, damaged)
		if n := storetest.Intact(t, s, records); n != 0 || len(aside(t, s)) != 1 {
			t.Errorf("page at %d: got %d records, set aside %q, want 0 and one file: %s", at, n, aside(t, s), log)
		}
		usable(t, s)
	}
	if looped == 0 {
		t.Error("got no branch page in the file, want one")
	}
}

// FuzzOpen opens files that somebody has tampered with, checksums of the meta pages
// included. The store opens, and gives nothing back that was not committed.
func FuzzOpen(f *testing.F) {
	raw, records := made(f, 30)
	f.Add(uint32(pageSize+pageHeader+16), []byte{5})
	f.Add(uint32(pageSize+pageHeader+40), []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Add(uint32(2*pageSize+8), []byte{1, 0, 0xff, 0xff, 0xff, 0xff})
	f.Add(uint32(3*pageSize+8), []byte{0x10, 0, 0xff, 0xff})
	f.Add(uint32(4*pageSize+12), []byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, at uint32, change []byte) {
		damaged := bytes.Clone(raw)
		copy(damaged[int(at)%len(damaged):], change)
		for id := range 2 {
			copy(damaged[id*pageSize:], raw[id*pageSize:][:pageHeader]) // bbolt reads it in its check only
			resign(damaged[id*pageSize:])
		}
		s, _ := openRaw(t, damaged)
		storetest.Intact(t, s, records)
		usable(t, s)
	})
}
