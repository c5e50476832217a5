package etcdstore

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"example.com/pokey/store"
)

// A sealed value, as etcd stores it:
//
//	byte 0      version = 1
//	then        nonce, of the AEAD's size
//	then        encrypted, with the record's key as additional data:
//	  byte 0..15   token
//	  byte 16..23  expires, milliseconds since 1970, big endian; 0 means never
//	  byte 24..    data
//
// A value of a newer version does not count as damaged, because old processes would
// then replace it. Nothing is compressed: the length of compressed data that includes
// one member's text would reveal what other members hide.
const (
	sealVersion = 1
	sealExpires = 16 // offset of the expiry
	sealData    = 24 // offset of the data
)

// token identifies a commit: two commits have the same token only if they have the
// same store, key, former revision and content.
type token [16]byte

// sealed is the content of a sealed value.
type sealed struct {
	token   token
	expires int64 // milliseconds since 1970; 0 means never
	data    []byte
}

// seal returns the sealed value for a key.
func seal(aead cipher.AEAD, key string, s sealed) []byte {
	plain := make([]byte, sealData, sealData+len(s.data))
	copy(plain, s.token[:])
	binary.BigEndian.PutUint64(plain[sealExpires:], uint64(s.expires))
	plain = append(plain, s.data...)

	b := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+len(plain)+aead.Overhead())
	b[0] = sealVersion
	nonce := b[1:]
	_, _ = rand.Read(nonce) // it never fails
	return aead.Seal(b, nonce, plain, []byte(key))
}

// unseal is the inverse of seal. The error is ErrCorrupt, or wraps ErrFormat.
func unseal(aead cipher.AEAD, key string, b []byte) (sealed, error) {
	if len(b) > 0 && b[0] > sealVersion {
		return sealed{}, fmt.Errorf("store: record %w", store.ErrFormat)
	}
	if len(b) < 1+aead.NonceSize() || b[0] != sealVersion {
		return sealed{}, store.ErrCorrupt
	}
	nonce, rest := b[1:1+aead.NonceSize()], b[1+aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, rest, []byte(key))
	if err != nil || len(plain) < sealData {
		return sealed{}, store.ErrCorrupt
	}
	return sealed{
		token:   token(plain[:sealExpires]),
		expires: int64(binary.BigEndian.Uint64(plain[sealExpires:])),
		data:    plain[sealData:],
	}, nil
}

// tokenOf returns the token of a commit.
func tokenOf(process [16]byte, r store.Record, parts []store.Record) token {
	h := sha256.New()
	h.Write(process[:])
	add := func(r store.Record) {
		var b []byte
		for _, n := range []uint64{uint64(len(r.Key)), uint64(r.Revision), uint64(store.Millis(r.Expires)), uint64(len(r.Data))} {
			b = binary.BigEndian.AppendUint64(b, n)
		}
		h.Write(b)
		h.Write([]byte(r.Key))
		h.Write(r.Data)
	}
	add(r)
	for _, p := range parts {
		add(p)
	}
	return token(h.Sum(nil)[:len(token{})])
}
