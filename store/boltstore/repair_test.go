package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

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
		n := storetest.Intact(t, s, records)
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
func TestSetAsideTwice(t *testing.T) {
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
	s := openTest(t, Config{})
	records := storetest.Fill(t, s, 900)
	err := s.do(t.Context(), true, func(b *tables) (err error) { // in one transaction, to save time
		for i := 0; i < 800 && err == nil; i++ {
			key := fmt.Sprintf("room/%04d", i)
			err = b.remove(key, records[key].Revision)
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
	if n := storetest.Intact(t, s, records); n != 100 || s.Stats().Records != 100 {
		t.Errorf("%d records, %+v", n, s.Stats())
	}
	rev := storetest.MustCommit(t, s, "room/9999", 0, nil)
	if rev <= 900 {
		t.Errorf("revision %d was given before", rev)
	}
	if left, _ := filepath.Glob(filepath.Join(s.config.Dir, "*")); len(left) != 1 {
		t.Errorf("%q", left)
	}
	usable(t, s)
}

// A copy that was not completed does not count; one that had only to take its
// place does.
func TestUnfinishedCopy(t *testing.T) {
	raw, records := made(t, 60)
	for name, files := range map[string]map[string][]byte{
		"not completed": {fileName: raw, fileName + newSuffix: raw[:20_000]},
		"not in place":  {fileName + newSuffix: raw},
	} {
		dir := t.TempDir()
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := openTest(t, Config{Dir: dir})
		if n := storetest.Intact(t, s, records); n != len(records) || len(aside(t, s)) > 0 {
			t.Errorf("%s: %d records", name, n)
		}
		if _, err := os.Stat(filepath.Join(dir, fileName+newSuffix)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: it is still there: %v", name, err)
		}
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
		return tx.Bucket([]byte(aboutBucket)).Put([]byte(formatKey), wrap(store.Record{Key: formatKey, Data: []byte{format + 1}}))
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
		s, err := Open(Config{Dir: filepath.Dir(path), Log: slog.New(slog.DiscardHandler)})
		if !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), "newer version") {
			t.Errorf("%s: OpenBolt = %v, %v", name, s, err)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, raw) {
			t.Errorf("%s: the file was changed: %v", name, err)
		}
	}
}
