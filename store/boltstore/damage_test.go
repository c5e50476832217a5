package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

// damage does to a file what media, file systems and people do, and says what.
func damage(random *rand.Rand, raw []byte) (what string, damaged []byte) {
	pages := len(raw) / pageSize
	damaged = bytes.Clone(raw)
	switch kind := random.IntN(10); kind {
	case 0:
		n := random.IntN(len(raw))
		return fmt.Sprintf("cut to %d bytes", n), damaged[:n]
	case 1:
		n := random.IntN(pages)
		return fmt.Sprintf("cut to %d pages", n), damaged[:n*pageSize]
	case 2:
		n := random.IntN(pages)
		clear(damaged[n*pageSize:][:pageSize])
		return fmt.Sprintf("page %d is zero", n), damaged
	case 3:
		to, from := random.IntN(pages), random.IntN(pages)
		copy(damaged[to*pageSize:][:pageSize], raw[from*pageSize:])
		return fmt.Sprintf("page %d is a copy of page %d", to, from), damaged
	case 4:
		at := random.IntN(len(raw) - 600)
		for i := range 512 {
			damaged[at+i] = byte(random.Uint32())
		}
		return fmt.Sprintf("512 random bytes at %d", at), damaged
	case 5, 6, 7: // in a page's header or first elements
		at, bit := random.IntN(pages)*pageSize+random.IntN(80), random.IntN(8)
		damaged[at] ^= 1 << bit
		return fmt.Sprintf("bit %d of byte %d", bit, at), damaged
	default:
		at, bit := random.IntN(len(raw)), random.IntN(8)
		damaged[at] ^= 1 << bit
		return fmt.Sprintf("bit %d of byte %d", bit, at), damaged
	}
}

// Whatever happened to the file, the store opens, returns nothing but what was
// committed, reports if anything is missing, and can be used.
func TestDamage(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	raw, records := made(t, 60)
	var mu sync.Mutex
	outcomes := map[string]int{}
	t.Run("rounds", func(t *testing.T) {
		for round := range rounds {
			what, damaged := damage(rand.New(rand.NewPCG(112, uint64(round))), raw)
			t.Run(fmt.Sprint(round, " ", what), func(t *testing.T) {
				t.Parallel()
				outcome := openDamaged(t, damaged, records)
				mu.Lock()
				defer mu.Unlock()
				outcomes[outcome]++
			})
		}
	})
	t.Log(outcomes)
	if len(outcomes) != 3 && !testing.Short() {
		t.Errorf("got outcomes %v, want three kinds", outcomes)
	}
}

// The file may end anywhere in a page. bbolt reads zeros for the rest of that page,
// and takes a zero in the list of buckets for a page that refers to itself.
func TestDamageCutsPages(t *testing.T) {
	raw, records := made(t, 60)
	for at := range pagesOf(raw) {
		for _, kept := range []int{1, 17, 33, 49, 65, 100, 2000, pageSize - 1} {
			t.Run(fmt.Sprint(at, "+", kept), func(t *testing.T) {
				t.Parallel()
				openDamaged(t, raw[:at+kept], records)
			})
		}
	}
}

// openDamaged opens a damaged file, and returns what the damage has cost.
func openDamaged(t *testing.T, damaged []byte, records map[string]store.Record) (outcome string) {
	s, log := openRaw(t, damaged)
	n := storetest.Intact(t, s, records)
	switch {
	case len(aside(t, s)) > 0:
		outcome = "set aside"
		if old, err := os.ReadFile(aside(t, s)[0]); err != nil || !bytes.Equal(old, damaged) {
			t.Errorf("got another file set aside than the damaged one, %v", err)
		}
	case n < len(records):
		outcome = "records damaged"
		if s.Stats().Damaged == 0 && len(damaged) > 0 {
			t.Errorf("got %d of %d records, none reported as damaged, and no file set aside", n, len(records))
		}
	default:
		outcome = "harmless"
	}
	if n < len(records) && !strings.Contains(log.String(), "level=ERROR") && len(damaged) > 0 {
		t.Errorf("got log %q, want an error, because %d of %d records are lost", log, len(records)-n, len(records))
	}
	if strings.Contains(log.String(), "room/") {
		t.Errorf("got log %q, want no key in it", log)
	}
	usable(t, s)
	return outcome
}

// A single flipped bit in a record costs that record and no other.
func TestDamagedRecord(t *testing.T) {
	raw, records := made(t, 60)
	victim := records["room/0023"] // it expires
	at := bytes.Index(raw, victim.Data)
	raw[at+len(victim.Data)/2] ^= 4
	s, log := openRaw(t, raw)
	if _, err := s.Load(t.Context(), victim.Key); !errors.Is(err, store.ErrCorrupt) {
		t.Fatalf("Load: got %v, want %v", err, store.ErrCorrupt)
	}
	if n := storetest.Intact(t, s, records); n != len(records)-1 || s.Stats().Damaged != 1 || len(aside(t, s)) != 0 {
		t.Errorf("got %d records, %+v, want all of %d but one", n, s.Stats(), len(records))
	}
	if got := log.String(); strings.Count(got, "level=ERROR") != 1 || !strings.Contains(got, "damaged=1") {
		t.Errorf("got log %q, want one error with damaged=1", got)
	}
	keys, err := s.Expired(t.Context(), storetest.AfterAll, 1000)
	if err != nil || strings.Contains(strings.Join(keys, " "), victim.Key) {
		t.Errorf("Expired: got %q, %v, want no damaged record", keys, err)
	}
	if _, err := s.Commit(t.Context(), store.Record{Key: victim.Key, Revision: victim.Revision}); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Commit of the former revision: got %v, want %v", err, store.ErrCorrupt)
	}
	if err := s.Delete(t.Context(), victim.Key, victim.Revision); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Delete of the former revision: got %v, want %v", err, store.ErrCorrupt)
	}
	rev := storetest.MustCommit(t, s, victim.Key, 0, []byte("created again"))
	if rev <= victim.Revision || s.Stats().Damaged != 0 {
		t.Errorf("got revision %d, %+v, want one after %d and no damage", rev, s.Stats(), victim.Revision)
	}
	if err := s.Delete(t.Context(), victim.Key, rev); err != nil {
		t.Error(err)
	}
	sound(t, s)
}

func TestRecordDamagedWhileOpen(t *testing.T) {
	s := openTest(t, Config{})
	records := storetest.Fill(t, s, 60)
	victim := records["room/0023"]
	raw, err := os.ReadFile(filepath.Join(s.config.Dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(s.config.Dir, fileName), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for at := 0; ; at++ { // every copy of it
		next := bytes.Index(raw[at:], victim.Data)
		if next < 0 {
			break
		}
		at += next
		if _, err := f.WriteAt([]byte{raw[at] ^ 1}, int64(at)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Load(t.Context(), victim.Key); !errors.Is(err, store.ErrCorrupt) || s.Stats().Damaged != 1 {
		t.Errorf("Load: got %v, %+v, want %v", err, s.Stats(), store.ErrCorrupt)
	}
	keys, err := s.Expired(t.Context(), storetest.AfterAll, 1000)
	if err != nil || len(keys) != 39 {
		t.Errorf("Expired: got %d records, %v, want 39", len(keys), err)
	}
	if err := s.Delete(t.Context(), victim.Key, 0); err != nil {
		t.Error(err)
	}
	if _, err := s.Load(t.Context(), victim.Key); !errors.Is(err, store.ErrNotFound) || s.Stats().Damaged != 0 {
		t.Errorf("Load: got %v, %+v, want %v and no damage", err, s.Stats(), store.ErrNotFound)
	}
	// Its entry in the index is left over. It must not make the next record expire.
	storetest.MustCommit(t, s, victim.Key, 0, nil)
	if again, err := s.Expired(t.Context(), storetest.AfterAll, 1000); err != nil || len(again) != 39 {
		t.Errorf("Expired: got %d records, %v, want 39", len(again), err)
	}
	sound(t, s)
}
