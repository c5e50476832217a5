package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

// newerBolt returns the file with the number of bbolt's next format.
func newerBolt(raw []byte) []byte {
	raw = bytes.Clone(raw)
	for id := range 2 {
		page := raw[id*pageSize:]
		machine.PutUint32(page[pageHeader+4:], metaVersion+1)
		resign(page)
	}
	return raw
}

// Damage to one leaf page costs the records on it. The others are copied.
func TestDamagedPage(t *testing.T) {
	raw, records := made(t, 200)
	pages := 0
	for at, page := range pagesOf(raw) {
		isLeaf := machine.Uint64(page) == uint64(at/len(page)) && machine.Uint16(page[8:]) == flagLeaf
		if !isLeaf || !bytes.Contains(page, []byte("room/")) || machine.Uint32(page[pageHeader+12:]) == 0 {
			continue // the index has no values
		}
		if pages++; pages > 3 {
			break
		}
		damaged := bytes.Clone(raw)
		damaged[at+8] ^= 0x40 // it is no longer a leaf
		s, log := openRaw(t, damaged)
		n := storetest.Intact(t, s, records)
		if len(aside(t, s)) != 1 || n < len(records)*8/10 || n == len(records) {
			t.Errorf("page at %d: got %d of %d records, set aside %q, want most of them and one file: %s", at, n, len(records), aside(t, s), log)
		}
		if want := fmt.Sprintf("saved=%d ", n); !strings.Contains(log.String(), want) {
			t.Errorf("got log %q, want %q in it", log, want)
		}
		usable(t, s)
	}
	if pages < 3 {
		t.Errorf("got %d leaf pages, want at least 3", pages)
	}
}

// The records before and after the damage are copied, those between two damaged
// pages are not.
func TestTwoDamagedPages(t *testing.T) {
	raw, records := made(t, 200)
	damaged := bytes.Clone(raw)
	for _, key := range []string{"room/0060", "room/0140"} {
		r := records[key]
		at := bytes.Index(raw, append([]byte(key), wrap(r)...)) / pageSize * pageSize
		damaged[at] ^= 1 // the page's id
	}
	s, log := openRaw(t, damaged)
	for key, want := range map[string]bool{"room/0020": true, "room/0060": false, "room/0100": false, "room/0140": false, "room/0180": true} {
		if _, err := s.Load(t.Context(), key); (err == nil) != want {
			t.Errorf("Load of %s: got %v, want success %v: %s", key, err, want, log)
		}
	}
	usable(t, s)
}

// The second damaged file does not replace the first.
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
		t.Errorf("set aside: got %q, want two files", got)
	}
	if got, err := os.ReadFile(first); err != nil || string(got) != "not a database" {
		t.Errorf("the first file: got %q, %v, want it unchanged", got, err)
	}
}

// A crash while the file is created leaves it empty, or without buckets.
func TestIncompleteNewFile(t *testing.T) {
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
			t.Errorf("%s: set aside %q, log %q, want no file and no error", name, aside(t, s), log)
		}
		usable(t, s)
	}
}

// A file that is mostly free is copied when it is opened.
func TestCompaction(t *testing.T) {
	s := openTest(t, Config{})
	records := storetest.Fill(t, s, 900)
	err := s.queue.run(t.Context(), true, func(b *buckets) (err error) { // in one transaction, to save time
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
	var log lockedLog
	s.config.Log = slog.New(slog.NewTextHandler(&log, nil))
	s = openTest(t, s.config)
	after := s.Stats().Bytes
	if after > before/2 || !strings.Contains(log.String(), "compacted") {
		t.Errorf("got %d bytes, log %q, want less than half of %d", after, log.String(), before)
	}
	if n := storetest.Intact(t, s, records); n != 100 || s.Stats().Records != 100 {
		t.Errorf("got %d records, %+v, want 100", n, s.Stats())
	}
	rev := storetest.MustCommit(t, s, "room/9999", 0, nil)
	if rev <= 900 {
		t.Errorf("got revision %d, want one above 900", rev)
	}
	if left, _ := filepath.Glob(filepath.Join(s.config.Dir, "*")); len(left) != 1 {
		t.Errorf("got files %q, want one", left)
	}
	usable(t, s)
}

// A copy that is incomplete is removed; one that only had to be renamed is used.
func TestInterruptedReplacement(t *testing.T) {
	raw, records := made(t, 60)
	for name, files := range map[string]map[string][]byte{
		"incomplete":  {fileName: raw, fileName + newSuffix: raw[:20_000]},
		"not renamed": {fileName + newSuffix: raw},
	} {
		dir := t.TempDir()
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := openTest(t, Config{Dir: dir})
		if n := storetest.Intact(t, s, records); n != len(records) || len(aside(t, s)) > 0 {
			t.Errorf("%s: got %d records, set aside %q, want %d and no file", name, n, aside(t, s), len(records))
		}
		if _, err := os.Stat(filepath.Join(dir, fileName+newSuffix)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the copy: got %v, want %v", name, err, os.ErrNotExist)
		}
	}
}

// A file that a newer version has written is refused and left unchanged.
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
			t.Errorf("%s: Open: got %v, %v, want %v", name, s, err, store.ErrFormat)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, raw) {
			t.Errorf("%s: got a changed file, %v, want it unchanged", name, err)
		}
	}
}
