package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

// made returns the file of a store that was closed in good order, and what is in it.
func made(t testing.TB, n int) (raw []byte, records map[string]store.Record) {
	t.Helper()
	s := openTest(t, Config{})
	records = storetest.Fill(t, s, n)
	for i := range 10 { // some holes
		key := fmt.Sprintf("room/%04d", i*7%n)
		if err := s.Delete(t.Context(), key, records[key].Revision); err != nil {
			t.Fatal(err)
		}
		delete(records, key)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(s.config.Dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return raw, records
}

// openRaw opens a store over a file, and returns what it logged.
func openRaw(t testing.TB, raw []byte) (*Store, *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := openTest(t, Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
	return s, &log
}

func aside(t testing.TB, s *Store) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.config.Dir, fileName+".corrupt-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// damage does something to a file that media, file systems and people do.
func damage(random *rand.Rand, raw []byte) (what string, damaged []byte) {
	page := os.Getpagesize()
	pages := len(raw) / page
	damaged = bytes.Clone(raw)
	switch kind := random.IntN(10); kind {
	case 0:
		n := random.IntN(len(raw))
		return fmt.Sprintf("cut to %d bytes", n), damaged[:n]
	case 1:
		n := random.IntN(pages)
		return fmt.Sprintf("cut to %d pages", n), damaged[:n*page]
	case 2:
		n := random.IntN(pages)
		clear(damaged[n*page:][:page])
		return fmt.Sprintf("page %d is zero", n), damaged
	case 3:
		to, from := random.IntN(pages), random.IntN(pages)
		copy(damaged[to*page:][:page], raw[from*page:])
		return fmt.Sprintf("page %d is a copy of page %d", to, from), damaged
	case 4:
		at := random.IntN(len(raw) - 600)
		for i := range 512 {
			damaged[at+i] = byte(random.Uint32())
		}
		return fmt.Sprintf("512 random bytes at %d", at), damaged
	case 5, 6, 7: // where it hurts
		at, bit := random.IntN(pages)*page+random.IntN(80), random.IntN(8)
		damaged[at] ^= 1 << bit
		return fmt.Sprintf("bit %d of byte %d", bit, at), damaged
	default:
		at, bit := random.IntN(len(raw)), random.IntN(8)
		damaged[at] ^= 1 << bit
		return fmt.Sprintf("bit %d of byte %d", bit, at), damaged
	}
}

// Whatever happens to the file, the store opens, gives back nothing but what was
// committed, says so if anything is missing, and can be used.
func TestDamage(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	raw, records := made(t, 60)
	outcome := map[string]int{}
	for round := range rounds {
		what, damaged := damage(rand.New(rand.NewPCG(112, uint64(round))), raw)
		t.Run(fmt.Sprint(round, " ", what), func(t *testing.T) {
			s, log := openRaw(t, damaged)
			n := storetest.Intact(t, s, records)
			switch {
			case len(aside(t, s)) > 0:
				outcome["moved aside"]++
				if kept, err := os.ReadFile(aside(t, s)[0]); err != nil || !bytes.Equal(kept, damaged) {
					t.Errorf("what was moved aside is not what was there: %v", err)
				}
			case n < len(records):
				outcome["records damaged"]++
			default:
				outcome["harmless"]++
			}
			if n < len(records) && s.Stats().Damaged == 0 && len(aside(t, s)) == 0 && len(damaged) > 0 {
				t.Errorf("%d of %d records are lost, and nobody is told", len(records)-n, len(records))
			}
			if n < len(records) && !strings.Contains(log.String(), "level=ERROR") && len(damaged) > 0 {
				t.Errorf("the log says nothing of the loss: %s", log)
			}
			if strings.Contains(log.String(), "room/") {
				t.Errorf("the log tells a key: %s", log)
			}
			usable(t, s)
		})
	}
	t.Log(outcome)
	if len(outcome) != 3 && !testing.Short() {
		t.Errorf("the damage did only this: %v", outcome)
	}
}

// usable commits, reads, sweeps some of what is there, closes, and has bbolt look
// at the result.
func usable(t *testing.T, s *Store) {
	t.Helper()
	rev := storetest.MustCommit(t, s, "user/new", 0, []byte("new"))
	storetest.MustCommit(t, s, "user/new", rev, []byte("newer"))
	keys, err := s.Expired(t.Context(), storetest.AfterAll, 8)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		r, err := s.Load(t.Context(), key)
		if err != nil {
			t.Errorf("an expired record cannot be read: %v", err)
		}
		if err := s.Delete(t.Context(), key, r.Revision); err != nil {
			t.Errorf("an expired record cannot be deleted: %v", err)
		}
	}
	if n := s.Stats(); n.Failing {
		t.Errorf("%+v", n)
	}
	sound(t, s)
}

// A single flipped bit in a record costs that record and no other.
func TestDamagedRecord(t *testing.T) {
	raw, records := made(t, 60)
	victim := records["room/0023"] // it expires
	at := bytes.Index(raw, victim.Data)
	raw[at+len(victim.Data)/2] ^= 4
	s, log := openRaw(t, raw)
	if _, err := s.Load(t.Context(), victim.Key); !errors.Is(err, store.ErrCorrupt) {
		t.Fatalf("Load: %v", err)
	}
	if n := storetest.Intact(t, s, records); n != len(records)-1 || s.Stats().Damaged != 1 || len(aside(t, s)) != 0 {
		t.Errorf("%d of %d are intact, %+v", n, len(records), s.Stats())
	}
	if got := log.String(); strings.Count(got, "level=ERROR") != 1 || !strings.Contains(got, "damaged=1") {
		t.Errorf("the log says %s", got)
	}
	keys, err := s.Expired(t.Context(), storetest.AfterAll, 1000)
	if err != nil || strings.Contains(strings.Join(keys, " "), victim.Key) {
		t.Errorf("a damaged record is to be swept: %v", err)
	}
	if _, err := s.Commit(t.Context(), store.Record{Key: victim.Key, Revision: victim.Revision}); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Commit of the revision it may have had: %v", err)
	}
	if err := s.Delete(t.Context(), victim.Key, victim.Revision); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Delete of the revision it may have had: %v", err)
	}
	rev := storetest.MustCommit(t, s, victim.Key, 0, []byte("begun anew"))
	if rev <= victim.Revision || s.Stats().Damaged != 0 {
		t.Errorf("revision %d after %d, %+v", rev, victim.Revision, s.Stats())
	}
	if err := s.Delete(t.Context(), victim.Key, rev); err != nil {
		t.Error(err)
	}
	sound(t, s)
}

// The same while the store is open: the bit flips under its feet.
func TestDamagedWhileOpen(t *testing.T) {
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
	for at := 0; ; at++ { // wherever there is a copy
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
		t.Errorf("Load: %v, %+v", err, s.Stats())
	}
	keys, err := s.Expired(t.Context(), storetest.AfterAll, 1000)
	if err != nil || len(keys) != 39 {
		t.Errorf("%d records have expired, %v", len(keys), err)
	}
	if err := s.Delete(t.Context(), victim.Key, 0); err != nil {
		t.Error(err)
	}
	if _, err := s.Load(t.Context(), victim.Key); !errors.Is(err, store.ErrNotFound) || s.Stats().Damaged != 0 {
		t.Errorf("Load: %v, %+v", err, s.Stats())
	}
	// Its entry in the index is left over. It must not have the next record swept.
	storetest.MustCommit(t, s, victim.Key, 0, nil)
	if again, err := s.Expired(t.Context(), storetest.AfterAll, 1000); err != nil || len(again) != 39 {
		t.Errorf("%d records have expired, %v", len(again), err)
	}
	sound(t, s)
}
