package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// errSealed does not say why a record cannot be opened.
var errSealed = errors.New("identity: not sealed with any key of the ring")

// Records encrypts what is kept outside this process, with AES-256-GCM. It seals
// with the minting key, and opens what any key of the ring has sealed. It is safe
// for concurrent use.
func (k *Keys) Records() cipher.AEAD {
	r := records{AEAD: k.ring[0].records}
	for i := range k.ring {
		r.ring = append(r.ring, k.ring[i].records)
	}
	return r
}

// Backups encrypts the keys of backups, as Records does with records.
func (k *Keys) Backups() cipher.AEAD {
	r := records{AEAD: k.ring[0].backups}
	for i := range k.ring {
		r.ring = append(r.ring, k.ring[i].backups)
	}
	return r
}

// records seals with the first of a ring of ciphers, and opens with all of them.
type records struct {
	cipher.AEAD
	ring []cipher.AEAD
}

// Open tries the keys in turn, newest first.
func (r records) Open(dst, nonce, sealed, additional []byte) ([]byte, error) {
	for _, one := range r.ring {
		if opened, err := one.Open(dst, nonce, sealed, additional); err == nil {
			return opened, nil
		}
	}
	return nil, errSealed
}

// Newest returns the cipher that seals, which opens nothing else; nil if the ring has
// only one key.
func (r records) Newest() cipher.AEAD {
	if len(r.ring) == 1 {
		return nil
	}
	return r.AEAD
}

// newSeal returns the cipher of 32 bytes of key.
func newSeal(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("identity: the key for records: %w", err)
	}
	return cipher.NewGCM(block)
}

// Fingerprints identify all masters of the ring, the minting one first.
func (k *Keys) Fingerprints() []string {
	prints := make([]string, len(k.ring))
	for i := range k.ring {
		prints[i] = k.ring[i].fingerprint
	}
	return prints
}
