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
	const rooms = 3 * resealPage
	revisions := make([]store.Revision, rooms)
	key := func(i int) string { return fmt.Sprintf("room/%03d", i) }
	for i := range rooms {
		rev, err := before.Commit(t.Context(), store.Record{Key: key(i), Data: []byte("old")}, store.Record{Key: key(i) + "/round", Data: []byte("5")})
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
			if err == nil && string(r.Data) == want && len(parts) == 1 && string(parts[0].Data) == "5" {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("room %d: got %q with parts %v, %v, want %q with one part", i, r.Data, parts, err, want)
			}
		}
	}
	if err := during.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
