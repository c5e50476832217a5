package store

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// made returns the file of a store that was closed in good order, and what is in it.
func made(t testing.TB, n int) (raw []byte, records map[string]Record) {
	t.Helper()
	s := openTest(t, BoltConfig{})
	records = fill(t, s, n)
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
func openRaw(t testing.TB, raw []byte) (*Bolt, *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := openTest(t, BoltConfig{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
	return s, &log
}

func aside(t testing.TB, s *Bolt) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.config.Dir, fileName+".corrupt-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// afterAll is when everything has expired.
var afterAll = time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC)

// newerBolt makes a file say that it has bbolt's next format.
func newerBolt(raw []byte) []byte {
	raw = bytes.Clone(raw)
	for id := range 2 {
		m := raw[id*os.Getpagesize()+pageHeader:]
		machine.PutUint32(m[4:], metaVersion+1)
		sum := fnv.New64a()
		sum.Write(m[:56])
		machine.PutUint64(m[56:], sum.Sum64())
	}
	return raw
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
			n := intact(t, s, records)
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
func usable(t *testing.T, s *Bolt) {
	t.Helper()
	rev := mustCommit(t, s, "user/new", 0, []byte("new"))
	mustCommit(t, s, "user/new", rev, []byte("newer"))
	keys, err := s.Expired(t.Context(), afterAll, 8)
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
	if _, err := s.Load(t.Context(), victim.Key); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("Load: %v", err)
	}
	if n := intact(t, s, records); n != len(records)-1 || s.Stats().Damaged != 1 || len(aside(t, s)) != 0 {
		t.Errorf("%d of %d are intact, %+v", n, len(records), s.Stats())
	}
	if got := log.String(); strings.Count(got, "level=ERROR") != 1 || !strings.Contains(got, "damaged=1") {
		t.Errorf("the log says %s", got)
	}
	keys, err := s.Expired(t.Context(), afterAll, 1000)
	if err != nil || strings.Contains(strings.Join(keys, " "), victim.Key) {
		t.Errorf("a damaged record is to be swept: %v", err)
	}
	if _, err := s.Commit(t.Context(), Record{Key: victim.Key, Revision: victim.Revision}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("Commit of the revision it may have had: %v", err)
	}
	if err := s.Delete(t.Context(), victim.Key, victim.Revision); !errors.Is(err, ErrCorrupt) {
		t.Errorf("Delete of the revision it may have had: %v", err)
	}
	rev := mustCommit(t, s, victim.Key, 0, []byte("begun anew"))
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
	s := openTest(t, BoltConfig{})
	records := fill(t, s, 60)
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
	if _, err := s.Load(t.Context(), victim.Key); !errors.Is(err, ErrCorrupt) || s.Stats().Damaged != 1 {
		t.Errorf("Load: %v, %+v", err, s.Stats())
	}
	keys, err := s.Expired(t.Context(), afterAll, 1000)
	if err != nil || len(keys) != 39 {
		t.Errorf("%d records have expired, %v", len(keys), err)
	}
	if err := s.Delete(t.Context(), victim.Key, 0); err != nil {
		t.Error(err)
	}
	if _, err := s.Load(t.Context(), victim.Key); !errors.Is(err, ErrNotFound) || s.Stats().Damaged != 0 {
		t.Errorf("Load: %v, %+v", err, s.Stats())
	}
	// Its entry in the index is left over. It must not have the next record swept.
	mustCommit(t, s, victim.Key, 0, nil)
	if again, err := s.Expired(t.Context(), afterAll, 1000); err != nil || len(again) != 39 {
		t.Errorf("%d records have expired, %v", len(again), err)
	}
	sound(t, s)
}

// The file is cut off or overwritten while it is mapped: a call may fail, the
// process may not.
func TestFileLostWhileOpen(t *testing.T) {
	for name, lose := range map[string]func(*os.File) error{
		"cut":       func(f *os.File) error { return f.Truncate(int64(3 * os.Getpagesize())) },
		"emptied":   func(f *os.File) error { return f.Truncate(0) },
		"scribbled": scribble,
	} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, BoltConfig{})
			records := fill(t, s, 60)
			f, err := os.OpenFile(filepath.Join(s.config.Dir, fileName), os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = f.Close() }()
			if err := lose(f); err != nil {
				t.Fatal(err)
			}
			failed := 0
			for key := range records {
				if _, err := s.Load(t.Context(), key); err != nil && !errors.Is(err, ErrNotFound) {
					failed++
				}
			}
			if failed != 1 {
				t.Errorf("%d loads have failed", failed)
			}
			usable(t, s)
		})
	}
}

// scribble overwrites all but the meta pages.
func scribble(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	from := int64(2 * os.Getpagesize())
	_, err = f.WriteAt(bytes.Repeat([]byte("scribble"), int(info.Size()-from)/8), from)
	return err
}

// One broken page costs what is on it; the rest is carried over.
func TestSalvage(t *testing.T) {
	raw, records := made(t, 200)
	m, _, err := readMetas(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for id := 2; id < int(m.pages); id++ {
		page := raw[id*int(m.pageSize):][:m.pageSize]
		isLeaf := machine.Uint64(page) == uint64(id) && machine.Uint16(page[8:]) == flagLeaf
		if !isLeaf || !bytes.Contains(page, []byte("room/")) || machine.Uint32(page[pageHeader+12:]) == 0 {
			continue // the index has no values
		}
		if broken++; broken > 3 {
			break
		}
		damaged := bytes.Clone(raw)
		damaged[id*int(m.pageSize)+8] ^= 0x40 // it is no longer a leaf
		s, log := openRaw(t, damaged)
		n := intact(t, s, records)
		if len(aside(t, s)) != 1 || n < len(records)*8/10 || n == len(records) {
			t.Errorf("without page %d there are %d of %d records: %s", id, n, len(records), log)
		}
		if !strings.Contains(log.String(), fmt.Sprintf("saved=%d ", n)) {
			t.Errorf("the log says %s", log)
		}
		usable(t, s)
	}
	if broken < 3 {
		t.Errorf("only %d pages were broken", broken)
	}
}

// Two of them at the same time keep both.
func TestMovedAsideTwice(t *testing.T) {
	s, _ := openRaw(t, []byte("not a database"))
	_ = s.Close()
	path := filepath.Join(s.config.Dir, fileName)
	first := aside(t, s)[0]
	if err := os.WriteFile(path, []byte("not one either"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, s.config)
	if got := aside(t, s); len(got) != 2 {
		t.Errorf("moved aside: %q", got)
	}
	if got, err := os.ReadFile(first); err != nil || string(got) != "not a database" {
		t.Errorf("the first one is now %q, %v", got, err)
	}
}

// A crash in the very first moment leaves a file with nothing in it, or with
// nothing but what bbolt begins with.
func TestBarelyBegun(t *testing.T) {
	path := filepath.Join(t.TempDir(), fileName)
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	begun, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"empty": {}, "begun": begun} {
		s, log := openRaw(t, raw)
		if len(aside(t, s)) != 0 || strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("%s: %q, %s", name, aside(t, s), log)
		}
		usable(t, s)
	}
}

// A file that is mostly free is written anew when it is opened.
func TestCompaction(t *testing.T) {
	s := openTest(t, BoltConfig{})
	records := fill(t, s, 900)
	err := s.do(t.Context(), true, func(b *tables) (err error) { // in one transaction, to save time
		for i := 0; i < 800 && err == nil; i++ {
			key := fmt.Sprintf("room/%04d", i)
			err = b.remove(key, records[key].Revision, nil)
			delete(records, key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	before := s.Stats().Bytes
	var log bytes.Buffer
	s.config.Log = slog.New(slog.NewTextHandler(&log, nil))
	s = openTest(t, s.config)
	after := s.Stats().Bytes
	if after > before/2 || !strings.Contains(log.String(), "compacted") {
		t.Errorf("%d bytes before and %d after: %s", before, after, log.String())
	}
	if n := intact(t, s, records); n != 100 || s.Stats().Records != 100 {
		t.Errorf("%d records, %+v", n, s.Stats())
	}
	rev := mustCommit(t, s, "room/9999", 0, nil)
	if rev <= 900 {
		t.Errorf("revision %d was given before", rev)
	}
	if left, _ := filepath.Glob(filepath.Join(s.config.Dir, "*")); len(left) != 1 {
		t.Errorf("%q", left)
	}
	usable(t, s)
}

// A copy that was not finished does not count.
func TestUnfinishedCopy(t *testing.T) {
	raw, records := made(t, 60)
	dir := t.TempDir()
	for name, content := range map[string][]byte{fileName: raw, fileName + newSuffix: raw[:20_000]} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := openTest(t, BoltConfig{Dir: dir})
	if n := intact(t, s, records); n != len(records) {
		t.Errorf("%d records", n)
	}
	if _, err := os.Stat(filepath.Join(dir, fileName+newSuffix)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

// What a newer version has written is refused and left as it is.
func TestNewerFormat(t *testing.T) {
	raw, _ := made(t, 20)
	path := filepath.Join(t.TempDir(), fileName)
	write := func(raw []byte) {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(raw)
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(aboutBucket)).Put([]byte(formatKey), wrap(Record{Key: formatKey, Data: []byte{format + 1}}))
	})
	if err != nil || db.Close() != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"ours": ours, "bbolt's": newerBolt(raw)} {
		write(raw)
		s, err := OpenBolt(BoltConfig{Dir: filepath.Dir(path), Log: slog.New(slog.DiscardHandler)})
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "newer version") {
			t.Errorf("%s: OpenBolt = %v, %v", name, s, err)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, raw) {
			t.Errorf("%s: the file was changed: %v", name, err)
		}
	}
}
