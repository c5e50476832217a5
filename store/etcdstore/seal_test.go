package etcdstore

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"example.com/pokey/store"
)

// sealedVector is a sealed value that every version must be able to read.
const sealedVector = "01c360c2aa733216779f1546f752471ade299b33381730575f9ce8c88fd5b24d2a8faea9115cd6c51c4a914944446a8bce52e78ff36dcf"

func TestSeal(t *testing.T) {
	aead := testSeal(t, 7)
	want := sealed{token: token([]byte("0123456789abcdef")), expires: 0x19aeeb5e400, data: []byte("{}")}
	b, err := hex.DecodeString(sealedVector)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"vector": b, "sealed": seal(aead, "room/a", want), "sealed again": seal(aead, "room/a", want)} {
		got, err := unseal(aead, "room/a", b)
		if err != nil || got.token != want.token || got.expires != want.expires || !bytes.Equal(got.data, want.data) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, want)
		}
	}
	if bytes.Equal(seal(aead, "room/a", want), seal(aead, "room/a", want)) {
		t.Error("seal: got the same value twice, want another nonce")
	}
	if _, err := unseal(aead, "room/b", b); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("another key: got %v, want %v", err, store.ErrCorrupt)
	}
	if _, err := unseal(testSeal(t, 8), "room/a", b); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("another secret: got %v, want %v", err, store.ErrCorrupt)
	}
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if _, err := unseal(aead, "room/a", b); !errors.Is(err, store.ErrCorrupt) && (i > 0 || !errors.Is(err, store.ErrFormat)) {
				t.Errorf("bit %d of byte %d changed: got %v, want %v", bit, i, err, store.ErrCorrupt)
			}
			b[i] ^= 1 << bit
		}
		if _, err := unseal(aead, "room/a", b[:i]); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("cut to %d bytes: got %v, want %v", i, err, store.ErrCorrupt)
		}
	}
}

func FuzzUnseal(f *testing.F) {
	aead := testSeal(f, 7)
	f.Add("room/a", seal(aead, "room/a", sealed{data: []byte("{}")}))
	f.Add("room/a", []byte{sealVersion})
	f.Fuzz(func(t *testing.T, key string, b []byte) {
		if s, err := unseal(aead, key, b); err == nil && (key != "room/a" || string(s.data) != "{}") {
			t.Fatalf("unseal of %x under %q: got success, want %v", b, key, store.ErrCorrupt)
		}
	})
}

func TestToken(t *testing.T) {
	var process [16]byte
	r := store.Record{Key: "room/a", Revision: 1, Expires: time.UnixMilli(5), Data: []byte("data")}
	same := store.Record{Key: "room/a", Revision: 1, Expires: time.UnixMilli(5).UTC(), Data: []byte("data")}
	if tokenOf(process, r, nil) != tokenOf(process, same, nil) {
		t.Error("the same commit: got two tokens, want one")
	}
	seen := map[token]string{}
	add := func(what string, process [16]byte, r store.Record, with ...store.Record) {
		tok := tokenOf(process, r, with)
		if other, ok := seen[tok]; ok {
			t.Errorf("got the same token for %s and %s", what, other)
		}
		seen[tok] = what
	}
	add("a commit", process, r)
	add("another process", [16]byte{1}, r)
	add("another key", process, store.Record{Key: "room/ad", Revision: 1, Expires: time.UnixMilli(5), Data: []byte("ata")})
	add("another revision", process, store.Record{Key: "room/a", Revision: 2, Expires: time.UnixMilli(5), Data: []byte("data")})
	add("another time", process, store.Record{Key: "room/a", Revision: 1, Expires: time.UnixMilli(6), Data: []byte("data")})
	add("never", process, store.Record{Key: "room/a", Revision: 1, Data: []byte("data")})
	add("other data", process, store.Record{Key: "room/a", Revision: 1, Expires: time.UnixMilli(5), Data: []byte("dat")})
	add("a part", process, r, store.Record{Key: "room/a/1"})
	add("another part", process, r, store.Record{Key: "room/a/1", Data: []byte("x")})
	add("two parts", process, r, store.Record{Key: "room/a/1"}, store.Record{Key: "room/a/1"})
}
