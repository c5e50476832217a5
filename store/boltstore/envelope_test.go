package boltstore

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"example.com/pokey/store"
)

// vector is an envelope that every version must be able to read.
const vector = "01" + "0000000000000102" + "0000019aeeb5e400" + "970b0cd8" + "7b7d"

func TestEnvelope(t *testing.T) {
	r := store.Record{Key: "room/a", Revision: 0x102, Expires: time.UnixMilli(0x19aeeb5e400).UTC(), Data: []byte("{}")}
	if got := hex.EncodeToString(wrap(r)); got != vector {
		t.Errorf("wrap: got %s, want %s", got, vector)
	}
	b, err := hex.DecodeString(vector)
	if err != nil {
		t.Fatal(err)
	}
	got, err := unwrap([]byte("room/a"), b)
	if err != nil || got.Key != r.Key || got.Revision != r.Revision || got.Expires != r.Expires || !bytes.Equal(got.Data, r.Data) {
		t.Errorf("unwrap: got %+v, %v, want %+v", got, err, r)
	}
	if _, err := unwrap([]byte("room/b"), b); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("another key: got %v, want %v", err, store.ErrCorrupt)
	}
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if _, err := unwrap([]byte("room/a"), b); !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("bit %d of byte %d changed: got %v, want %v", bit, i, err, store.ErrCorrupt)
			}
			b[i] ^= 1 << bit
		}
		if _, err := unwrap([]byte("room/a"), b[:i]); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("cut to %d bytes: got %v, want %v", i, err, store.ErrCorrupt)
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	b, err := hex.DecodeString(vector)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("room/a"), b)
	f.Fuzz(func(t *testing.T, key, b []byte) {
		r, err := unwrap(key, b)
		if err == nil && !bytes.Equal(wrap(r), b) {
			t.Fatalf("wrap of an accepted envelope: got %x, want %x", wrap(r), b)
		}
	})
}
