package certificate

import (
	"crypto/cipher"
	"log/slog"
	"testing"

	"example.com/pokey/store"
)

// testRing seals with the first of the seals, and opens with both.
type testRing struct {
	cipher.AEAD
	older cipher.AEAD
}

func (r testRing) Newest() cipher.AEAD { return r.AEAD }

// What was kept under an older line of the secret is there without that line, once a
// process has started that knows both.
func TestCertificatesOutliveASecret(t *testing.T) {
	records := store.NewMemory()
	older, newer := testSeal(t, 1), testSeal(t, 2)
	if err := newStorage(records, older, slog.New(slog.DiscardHandler)).Store(t.Context(), "account", []byte("key")); err != nil {
		t.Fatal(err)
	}
	both := testRing{newer, older}
	if err := newStorage(records, both, slog.New(slog.DiscardHandler)).sealAgain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := newStorage(records, newer, slog.New(slog.DiscardHandler)).Load(t.Context(), "account"); err != nil || string(got) != "key" {
		t.Errorf("with the new line only: got %q, %v, want the key", got, err)
	}
}

func (r testRing) Open(dst, nonce, sealed, additional []byte) ([]byte, error) {
	if plain, err := r.AEAD.Open(dst, nonce, sealed, additional); err == nil {
		return plain, nil
	}
	return r.older.Open(dst, nonce, sealed, additional)
}
