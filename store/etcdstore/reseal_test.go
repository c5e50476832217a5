package etcdstore

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
)

// testRing seals with the first of the seals, and opens with all.
type testRing struct {
	cipher.AEAD
	older cipher.AEAD
}

func (r testRing) Newest() cipher.AEAD { return r.AEAD }

func (r testRing) Open(dst, nonce, sealed, additional []byte) ([]byte, error) {
	if plain, err := r.AEAD.Open(dst, nonce, sealed, additional); err == nil {
		return plain, nil
	}
	return r.older.Open(dst, nonce, sealed, additional)
}

// What nobody writes any more is not lost with the secret that has sealed it, and what
// somebody writes meanwhile stays what they have written.
func TestOldRecordsAreSealedAgain(t *testing.T) {
	client := dial(t, etcdtest.Start(t).Endpoint)
	older, newer := testSeal(t, 1), testSeal(t, 2)
	before := openTest(t, Config{Client: client, Seal: older})
	const rooms, rounds = 3 * resealPage, 6 // more than the keys that are read at once
	revisions := make([]store.Revision, rooms)
	key := func(i int) string { return fmt.Sprintf("room/%03d", i) }
	for i := range rooms {
		var parts []store.Record
		for n := range rounds {
			parts = append(parts, store.Record{Key: fmt.Sprintf("%s/round%d", key(i), n), Data: []byte("5")})
		}
		rev, err := before.Commit(t.Context(), store.Record{Key: key(i), Data: []byte("old")}, parts...)
		if err != nil {
			t.Fatal(err)
		}
		revisions[i] = rev
	}
	during := openTest(t, Config{Client: client, Seal: testRing{newer, older}, reseal: time.Millisecond})
	written := map[int]bool{}
	for i := range rooms {
		_, err := during.Commit(t.Context(), store.Record{Key: key(i), Revision: revisions[i], Data: []byte("new")})
		if written[i] = err == nil; err != nil && !errors.Is(err, store.ErrConflict) {
			t.Fatal(err)
		}
	}
	after := openTest(t, Config{Client: client, Seal: newer})
	for i := range rooms {
		want := map[bool]string{true: "new", false: "old"}[written[i]]
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			r, parts, err := after.LoadAll(t.Context(), key(i))
			if err == nil && string(r.Data) == want && len(parts) == rounds {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("room %d: got %q with parts %v, %v, want %q with %d parts", i, r.Data, parts, err, want, rounds)
			}
		}
	}
	if err := during.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// A commit of several transactions, after which its process ended at once, is not lost
// with the secret either.
func TestOldBatchesAreSealedAgain(t *testing.T) {
	client := dial(t, etcdtest.Start(t).Endpoint)
	older, newer := testSeal(t, 1), testSeal(t, 2)
	before := openTest(t, Config{Client: client, Seal: older})
	room, parts := store.Record{Key: "room/a", Data: []byte("1")}, largeParts("a")
	own := tokenOf(before.process, room, parts)
	complete, err := before.records.stage(t.Context(), room.Key, 0, before.records.split(room, parts, own), own)
	if err != nil {
		t.Fatal(err)
	}
	if _, rev, err := before.records.swap(t.Context(), room.Key, 0, complete, before.records.put(room, own)); err != nil || rev == 0 {
		t.Fatalf("commit the record: got revision %d, %v", rev, err)
	}
	during := openTest(t, Config{Client: client, Seal: testRing{newer, older}})
	r := resealer{records: during.records, newest: newer, every: time.Millisecond}
	for _, want := range []int{1 + len(complete), 0} {
		if got, err := r.pass(t.Context()); err != nil || got != want {
			t.Fatalf("sealed again: got %d, %v, want %d", got, err, want)
		}
	}
	if got := kindOf(t, openTest(t, Config{Client: client, Seal: newer}), "1"); got != "a" {
		t.Errorf("without the older secret: got parts %q, want all %q", got, "a")
	}
}
