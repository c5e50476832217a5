package etcdmember

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdstore"
)

func sealOf(t *testing.T) cipher.AEAD {
	t.Helper()
	block, err := aes.NewCipher(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return seal
}

// fill saves records until the database is full, and returns those that are saved.
func fill(t *testing.T, s store.Store, name string) (saved []store.Record) {
	t.Helper()
	for i := range 1000 {
		r := store.Record{Key: fmt.Sprintf("room/%s/%d", name, i), Data: bytes.Repeat([]byte("x"), 256<<10)}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		rev, err := s.Commit(ctx, r)
		cancel()
		if errors.Is(err, rpctypes.ErrNoSpace) {
			return saved
		}
		if err != nil {
			t.Fatalf("record %d: got %v, want it saved, or that there is no space", i, err)
		}
		r.Revision = rev
		saved = append(saved, r)
	}
	t.Fatal("it is never full")
	return nil
}

// hasSpaceAgain waits until the alarm has been taken back.
func hasSpaceAgain(t *testing.T, m *Member) {
	t.Helper()
	for deadline := time.Now().Add(4 * spaceRetry); m.Stats().NoSpace; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it is full for ever: %+v", m.Stats())
		}
	}
}

// While the database is full, rooms are read and those that end are deleted. Once enough
// of them have ended, all is saved again, and nobody has done anything.
func TestAFullDatabaseEndsRooms(t *testing.T) {
	t.Parallel()
	m, _, _ := startWith(t, Config{Dir: t.TempDir(), Quota: 8 << 20, Log: slog.New(slog.DiscardHandler)})
	s, err := etcdstore.Open(etcdstore.Config{Client: m.Client(), Prefix: "/rooms/", Seal: sealOf(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	saved := fill(t, s, "first")
	if !m.Stats().NoSpace || m.Stats().Quota != 8<<20 {
		t.Errorf("full: got %+v, want that it says so, and its own quota", m.Stats())
	}
	for _, r := range saved {
		if got, err := s.Load(t.Context(), r.Key); err != nil || !bytes.Equal(got.Data, r.Data) {
			t.Fatalf("%s while it is full: got %d bytes and %v, want what was saved", r.Key, len(got.Data), err)
		}
	}
	for _, r := range saved[8:] { // etcd may notice late that it is full
		if err := s.Delete(t.Context(), r.Key, r.Revision); err != nil {
			t.Fatalf("%s ends while it is full: got %v", r.Key, err)
		}
	}
	now, err := m.Client().Get(t.Context(), "any")
	if err == nil {
		_, err = m.Client().Compact(t.Context(), now.Header.Revision)
	}
	if err != nil {
		t.Fatal(err)
	}
	hasSpaceAgain(t, m)
	if _, err := s.Commit(t.Context(), store.Record{Key: "room/new", Data: []byte("x")}); err != nil {
		t.Errorf("afterwards: got %v", err)
	}
}

// A start with a larger quota ends the alarm at once.
func TestALargerQuota(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := Config{Dir: dir, Quota: 8 << 20, Log: slog.New(slog.DiscardHandler)}
	m, self, certs := startWith(t, c)
	s, err := etcdstore.Open(etcdstore.Config{Client: m.Client(), Prefix: "/rooms/", Seal: sealOf(t)})
	if err != nil {
		t.Fatal(err)
	}
	saved := fill(t, s, "first")
	_ = s.Close()
	m.Stop()
	if err := m.conf.Port.Close(); err != nil {
		t.Fatal(err)
	}
	c.Quota = 32 << 20
	m = startAgain(t, c, self, certs)
	began := time.Now()
	hasSpaceAgain(t, m)
	if took := time.Since(began); took > spaceRetry/2 {
		t.Errorf("it took %v, want that it is at once", took)
	}
	if s, err = etcdstore.Open(etcdstore.Config{Client: m.Client(), Prefix: "/rooms/", Seal: sealOf(t)}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, r := range saved {
		if _, err := s.Load(t.Context(), r.Key); err != nil {
			t.Errorf("%s: got %v, want it kept", r.Key, err)
		}
	}
	if more := fill(t, s, "more"); len(more) == 0 { // how many depends on how soon etcd notices that it is full
		t.Error("got nothing saved, want more than before")
	}
}

// Free space in a file that is near its quota is given back before anything is full.
func TestFreeSpaceIsGivenBackInTime(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	m, _, _ := startWith(t, Config{Dir: t.TempDir(), Quota: 16 << 20, Log: slog.New(slog.NewTextHandler(&log, nil))})
	value, revision := strings.Repeat("x", 128<<10), int64(0)
	for m.Stats().Bytes <= 12<<20 { // one key, so all but the last value are garbage
		put, err := m.Client().Put(t.Context(), "a", value)
		if err != nil {
			t.Fatal(err)
		}
		revision = put.Header.Revision
		m.running().Backend().ForceCommit() // until then the size is an old one
	}
	if _, err := m.Client().Compact(t.Context(), revision); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(4 * spaceRetry); m.Stats().Bytes > 8<<20; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("nothing is given back: %+v", m.Stats())
		}
		if _, err := m.Client().Put(t.Context(), "b", ""); err != nil { // what a compaction frees counts as used until the next change
			t.Fatal(err)
		}
	}
	if m.Stats().NoSpace {
		t.Error("it was full meanwhile")
	}
	m.Stop()
	if !strings.Contains(log.String(), "was given back") {
		t.Errorf("the log does not say so:\n%s", log.String())
	}
}

func TestWorthShrinking(t *testing.T) {
	for _, row := range []struct {
		size, used int64
		want       bool
	}{
		{1600, 1100, true},
		{1600, 1300, false}, // little is free
		{1400, 100, false},  // far from the quota
		{2000, 1500, true},
		{2000, 1501, false},
	} {
		if got := worthShrinking(row.size, row.used, 2000); got != row.want {
			t.Errorf("%d of 2000, %d in use: got %v, want %v", row.size, row.used, got, row.want)
		}
	}
}
