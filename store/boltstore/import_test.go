package boltstore

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

// importAll imports what a snapshot shows.
func importAll(t *testing.T, dir string, form int, all map[string]store.Record) (aside string, err error) {
	t.Helper()
	i, err := BeginImport(dir, form)
	if err != nil {
		return "", err
	}
	var keys []string
	for key := range all {
		if !store.IsPart(key) {
			keys = append(keys, key)
		}
	}
	for _, key := range slices.Sorted(slices.Values(keys)) {
		var parts []store.Record
		for _, r := range all {
			if store.RecordKey(r.Key) == key {
				parts = append(parts, r)
			}
		}
		if err := i.Add(all[key], parts); err != nil {
			return "", errors.Join(err, i.Abort())
		}
	}
	return i.Finish()
}

func TestImport(t *testing.T) {
	from := openTest(t, Config{})
	storetest.Fill(t, from, 2500)
	if _, err := from.Commit(t.Context(), store.Record{Key: "room/a"}, store.Record{Key: "room/a/1", Data: []byte("one")}); err != nil {
		t.Fatal(err)
	}
	want, _ := storetest.Everything(t, from)
	dir := filepath.Join(t.TempDir(), "new")
	if aside, err := importAll(t, dir, 1, want); err != nil || aside != "" {
		t.Fatalf("got %q, %v, want no file set aside", aside, err)
	}
	to := openTest(t, Config{Dir: dir})
	got, damaged := storetest.Everything(t, to)
	if len(got) != len(want) || damaged > 0 {
		t.Errorf("got %d records and parts, %d damaged, want %d", len(got), damaged, len(want))
	}
	for key, w := range want {
		if g := got[key]; !bytes.Equal(g.Data, w.Data) || !g.Expires.Equal(w.Expires) {
			t.Errorf("%s: got %d bytes, expires %v, want %d, %v", key, len(g.Data), g.Expires, len(w.Data), w.Expires)
		}
	}
	if _, err := BeginImport(dir, 1); !errors.Is(err, store.ErrLocked) {
		t.Errorf("while a store uses it: got %v, want %v", err, store.ErrLocked)
	}
	storetest.MustCommit(t, to, "room/0001", got["room/0001"].Revision, []byte("later"))
	usable(t, to)

	i, err := BeginImport(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := i.Existing(); err != nil || n == 0 {
		t.Errorf("Existing: got %d, %v, want some", n, err)
	}
	if _, err := Open(Config{Dir: dir}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("during an import: got %v, want %v", err, store.ErrLocked)
	}
	if err := i.Add(store.Record{Key: "room/b"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := i.Abort(); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 1 {
		t.Errorf("after Abort: got %q, want the old file only", files)
	}
	aside, err := importAll(t, dir, 1, map[string]store.Record{"room/c": {Key: "room/c", Data: []byte("c")}})
	if err != nil || !strings.Contains(aside, ".replaced-") {
		t.Fatalf("got %q, %v, want the old file set aside", aside, err)
	}
	if got, _ := storetest.Everything(t, openTest(t, Config{Dir: dir})); len(got) != 1 {
		t.Errorf("got %d records, want that of the second import", len(got))
	}
}

// A crash at any moment of an import leaves the old file or the new one.
func TestImportInterrupted(t *testing.T) {
	raw, old := made(t, 20)
	fresh, _ := made(t, 200)
	for name, files := range map[string]struct {
		left map[string][]byte // by suffix
		want int               // records
	}{
		"while it is written":            {map[string][]byte{"": raw, importSuffix: fresh[:5000]}, len(old)},
		"while the first one is written": {map[string][]byte{importSuffix: fresh[:5000]}, 0},
		"before the old one is renamed":  {map[string][]byte{"": raw, newSuffix: fresh}, len(old)},
		"before the new one is renamed":  {map[string][]byte{".replaced-1": raw, newSuffix: fresh}, 190},
	} {
		dir := t.TempDir()
		for suffix, content := range files.left {
			if err := os.WriteFile(filepath.Join(dir, fileName+suffix), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := openTest(t, Config{Dir: dir})
		if got, damaged := storetest.Everything(t, s); len(got) != files.want || damaged > 0 {
			t.Errorf("%s: got %d records, %d damaged, want %d", name, len(got), damaged, files.want)
		}
		for _, suffix := range []string{importSuffix, newSuffix} {
			if _, err := os.Lstat(filepath.Join(dir, fileName+suffix)); err == nil {
				t.Errorf("%s: got %s left", name, suffix)
			}
		}
	}
}

// A file with records of a newer form is refused and left as it is; one of an older
// form is marked, and from then on refused by programs that know only that.
func TestForms(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, Config{Dir: dir, Form: 2})
	records := storetest.Fill(t, s, 20)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, fileName)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(Config{Dir: dir, Form: 1})
	if !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), "form 2") {
		t.Errorf("an older program: got %v, want %v", err, store.ErrFormat)
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Errorf("after an older program: got another file, %v, want it untouched", err)
	}
	s = openTest(t, Config{Dir: dir, Form: 3})
	if n := storetest.Intact(t, s, records); n != len(records) {
		t.Errorf("a newer program: got %d records, want %d", n, len(records))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Dir: dir, Form: 2}); !errors.Is(err, store.ErrFormat) {
		t.Errorf("back to the older program: got %v, want %v", err, store.ErrFormat)
	}
	damaged, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	damaged[len(damaged)/2] ^= 1 // wherever that is, the copy keeps the form
	if err := os.WriteFile(file, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Dir: dir, Form: 2}); !errors.Is(err, store.ErrFormat) {
		t.Errorf("a damaged file: got %v, want %v", err, store.ErrFormat)
	}
	_ = openTest(t, Config{Dir: dir, Form: 3}).Close()
}
