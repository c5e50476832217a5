package boltstore

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"example.com/pokey/store"
)

// spoil closes a store, replaces some bytes in its file, and opens it again.
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

// Parts whose record is damaged or missing are removed when the file is opened.
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
	err := s.queue.run(t.Context(), true, func(b *buckets) error {
		b.drop(store.Record{}, "room/lost")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s = spoil(t, s, "record of room/damaged", "RECORD of room/damaged")
	for key, want := range map[string]int{"room/damaged": 0, "room/lost": 0, "room/sound": 1, "user/sound": 1} {
		_ = s.queue.run(t.Context(), false, func(b *buckets) error {
			if n := len(b.partKeys(key)); n != want {
				t.Errorf("%s: got %d parts, want %d", key, n, want)
			}
			return nil
		})
	}
	if stats := s.Stats(); stats.Records != 5 || stats.Damaged != 1 {
		t.Errorf("got %+v, want 5 records, 1 of them damaged", stats)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(s.config.Dir, fileName))
	if err != nil || bytes.Contains(raw, []byte("canary of room/damaged")) || bytes.Contains(raw, []byte("canary of room/lost")) {
		t.Errorf("got removed parts in the file, %v, want them erased", err)
	}
	if !bytes.Contains(raw, []byte("canary of room/sound")) {
		t.Error("got no sound part in the file: the search does not work")
	}
}

// A damaged part is left out; its record and the other parts are not affected.
func TestDamagedPart(t *testing.T) {
	s := openTest(t, Config{})
	rev, err := s.Commit(t.Context(), store.Record{Key: "room/a"}, store.Record{Key: "room/a/1", Data: []byte("first")}, store.Record{Key: "room/a/2", Data: []byte("second")})
	if err != nil {
		t.Fatal(err)
	}
	s = spoil(t, s, "first", "FIRST")
	if _, parts, err := s.LoadAll(t.Context(), "room/a"); err != nil || len(parts) != 1 || string(parts[0].Data) != "second" {
		t.Errorf("got parts %v, %v, want the second one only", parts, err)
	}
	if err := s.Delete(t.Context(), "room/a", rev); err != nil {
		t.Fatal(err)
	}
	if stats := s.Stats(); stats.Records != 0 || stats.Damaged != 0 {
		t.Errorf("got %+v after the record was deleted, want no records", stats)
	}
}
