package identity

import (
	"bytes"
	"slices"
	"testing"
)

// What an old key has sealed opens as long as the key is in the ring.
func TestRecords(t *testing.T) {
	old, fresh, other := bytes.Repeat([]byte("0123456789abcdef"), 2), bytes.Repeat([]byte("fedcba9876543210"), 2), bytes.Repeat([]byte("fedcba987654321x"), 2)
	ring := func(masters ...[]byte) *Keys {
		k, err := New(masters...)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	nonce := make([]byte, ring(old).Records().NonceSize())
	sealed := ring(old).Records().Seal(nil, nonce, []byte("5"), []byte("room/a"))
	for _, row := range []struct {
		name   string
		keys   *Keys
		about  string
		sealed []byte
		opens  bool
	}{
		{"the same key", ring(old), "room/a", sealed, true},
		{"a later ring", ring(fresh, old), "room/a", sealed, true},
		{"an earlier ring", ring(old, fresh), "room/a", ring(fresh, old).Records().Seal(nil, nonce, []byte("5"), []byte("room/a")), true},
		{"without the key", ring(fresh), "room/a", sealed, false},
		{"another key", ring(other), "room/a", sealed, false},
		{"another record", ring(old), "room/b", sealed, false},
		{"cut off", ring(old), "room/a", sealed[:len(sealed)-1], false},
		{"nothing", ring(old), "room/a", nil, false},
	} {
		got, err := row.keys.Records().Open(nil, nonce, row.sealed, []byte(row.about))
		if (err == nil) != row.opens || row.opens && string(got) != "5" {
			t.Errorf("%s: got %q, %v, want it to open: %t", row.name, got, err, row.opens)
		}
	}
	if got, want := ring(fresh, old).Fingerprints(), []string{ring(fresh).Fingerprint(), ring(old).Fingerprint()}; !slices.Equal(got, want) {
		t.Errorf("fingerprints %v, want %v", got, want)
	}
}

// Backups are sealed with a key of their own.
func TestBackups(t *testing.T) {
	k := ring(t, 1)
	nonce := make([]byte, k.Backups().NonceSize())
	sealed := k.Backups().Seal(nil, nonce, []byte("5"), nil)
	if got, err := ring(t, 2, 1).Backups().Open(nil, nonce, sealed, nil); err != nil || string(got) != "5" {
		t.Errorf("a later ring: got %q, %v, want it opened", got, err)
	}
	if _, err := k.Records().Open(nil, nonce, sealed, nil); err == nil {
		t.Error("got a backup opened with the key of records")
	}
}
