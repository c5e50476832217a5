package boltstore

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"example.com/pokey/store"
)

// spoil closes a store, changes something in its file, and opens it again.
func spoil(t *testing.T, s *Store, from, to string) *Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.config.Dir, fileName)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.ReplaceAll(raw, []byte(from), []byte(to)), 0o600); err != nil {
		t.Fatal(err)
	}
	return openTest(t, s.config)
}

// Parts whose record is damaged, or was lost with its page, are removed when the
// file is opened: nobody would ever ask for them, and there are names in them.
func TestOrphanedParts(t *testing.T) {
	s := openTest(t, Config{})
	write := func(key string) {
		t.Helper()
		part := store.Record{Key: key + "/1", Data: []byte("canary of " + key)}
		if _, err := s.Commit(t.Context(), store.Record{Key: key, Data: []byte("record of " + key)}, part); err != nil {
			t.Fatal(err)
		}
	}
	write("room/damaged")
	write("room/lost")
	write("room/sound")
	write("user/sound")
	err := s.do(t.Context(), true, func(tables *tables) error {
		tables.drop(store.Record{}, "room/lost")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s = spoil(t, s, "record of room/damaged", "RECORD of room/damaged")
	for key, want := range map[string]int{"room/damaged": 0, "room/lost": 0, "room/sound": 1, "user/sound": 1} {
		_ = s.do(t.Context(), false, func(tables *tables) error {
			if n := len(tables.partKeys(key)); n != want {
				t.Errorf("%s has %d parts, want %d", key, n, want)
			}
			return nil
		})
	}
	if stats := s.Stats(); stats.Records != 5 || stats.Damaged != 1 {
		t.Errorf("%+v", stats)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(s.config.Dir, fileName))
	if err != nil || bytes.Contains(raw, []byte("canary of room/damaged")) || bytes.Contains(raw, []byte("canary of room/lost")) {
		t.Errorf("they are still in the file: %v", err)
	}
	if !bytes.Contains(raw, []byte("canary of room/sound")) {
		t.Error("the search is blind")
	}
}

// A part that is damaged costs the part.
func TestDamagedPart(t *testing.T) {
	s := openTest(t, Config{})
	rev, err := s.Commit(t.Context(), store.Record{Key: "room/a"}, store.Record{Key: "room/a/1", Data: []byte("first")}, store.Record{Key: "room/a/2", Data: []byte("second")})
	if err != nil {
		t.Fatal(err)
	}
	s = spoil(t, s, "first", "FIRST")
	if _, parts, err := s.LoadAll(t.Context(), "room/a"); err != nil || len(parts) != 1 || string(parts[0].Data) != "second" {
		t.Errorf("parts: %v, %v", parts, err)
	}
	if err := s.Delete(t.Context(), "room/a", rev); err != nil {
		t.Fatal(err)
	}
	if stats := s.Stats(); stats.Records != 0 || stats.Damaged != 0 {
		t.Errorf("after the record is deleted: %+v", stats)
	}
}
