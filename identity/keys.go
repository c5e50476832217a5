package identity

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/gorilla/securecookie"
)

const (
	minMaster  = 32 // bytes in the shortest master accepted
	maxMasters = 16
	minSpread  = 10 // different byte values in the least random master accepted
)

// ErrSecret is wrapped by the error for a secret that must not be used: it is too
// short, well known, hardly random, not readable as text, or open to other users of
// the machine. The text never contains key material.
var ErrSecret = errors.New("the secret is not safe to use")

// wellKnown are words that stand for the secret in examples and end up in copied
// configurations.
var wellKnown = []string{"changeme", "change-me", "change_me", "secret!", "password", "your-secret", "yoursecret"}

// Keys is a key ring. It is safe for concurrent use. Printing it shows only its
// fingerprint.
type Keys struct {
	ring []key // the first one mints

	lastMint atomic.Uint64 // creation time and nonce of the newest room id
}

// key has everything that is derived from one master.
type key struct {
	id          byte // 4 bits
	room, owner []byte
	node        []byte // for proofs between nodes
	origin      []byte
	cookie      *securecookie.SecureCookie
	records     cipher.AEAD
	backups     cipher.AEAD
	fingerprint string
}

// New returns a ring of 1 to 16 masters of at least 32 random bytes each. The first
// one mints, all of them verify. New returns an error that wraps [ErrSecret] for a
// master that is too short or easy to guess. It does not keep the masters.
func New(masters ...[]byte) (*Keys, error) {
	if len(masters) == 0 || len(masters) > maxMasters {
		return nil, fmt.Errorf("identity: -secret-file: %w: it holds %d keys, not 1 to %d", ErrSecret, len(masters), maxMasters)
	}
	k := &Keys{}
	for i, master := range masters {
		if fault := weakness(master); fault != "" {
			return nil, fmt.Errorf("identity: -secret-file: %w: key %d %s", ErrSecret, i+1, fault)
		}
		one, err := derive(master)
		if err != nil {
			return nil, fmt.Errorf("identity: deriving from key %d: %w", i+1, err)
		}
		k.ring = append(k.ring, one)
	}
	return k, nil
}

// Fingerprint identifies the minting master without revealing anything of it.
func (k *Keys) Fingerprint() string { return k.ring[0].fingerprint }

// Format writes only the fingerprint, whatever the verb, so that a ring that is
// printed by mistake reveals no key.
func (k *Keys) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "identity.Keys("+k.Fingerprint()+")") // the error stays in f
}

// weakness returns what is wrong with a master, or an empty string.
func weakness(master []byte) string {
	if len(master) < minMaster {
		return fmt.Sprintf("is shorter than %d bytes", minMaster)
	}
	lower := bytes.ToLower(master)
	for _, word := range wellKnown {
		if bytes.Contains(lower, []byte(word)) {
			return "is made of a well-known default"
		}
	}
	var seen [256]bool
	spread := 0
	for _, b := range master {
		if !seen[b] {
			seen[b] = true
			spread++
		}
	}
	if spread < minSpread {
		return "is not random"
	}
	return ""
}

// derive returns the keys of one master. The info strings are part of the format of
// cookies and room ids.
func derive(master []byte) (key, error) {
	var errs []error
	expand := func(info string, size int) []byte {
		b, err := hkdf.Key(sha256.New, master, nil, info, size)
		errs = append(errs, err)
		return b
	}
	k := key{
		room:        expand("pokey/room-id/v1", 32),
		owner:       expand("pokey/room-owner/v1", 32),
		node:        expand("pokey/node-proof/v1", 32),
		origin:      expand("pokey/origin/v1", 32),
		cookie:      newCookie(expand("pokey/cookie-sign/v1", 32), expand("pokey/cookie-encrypt/v1", 32)),
		fingerprint: hex.EncodeToString(expand("pokey/fingerprint/v1", 8)),
	}
	id := expand("pokey/key-id/v1", 1)
	var err error
	if k.records, err = newSeal(expand("pokey/records/v1", 32)); err != nil {
		errs = append(errs, err)
	}
	if k.backups, err = newSeal(expand("pokey/backups/v1", 32)); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return key{}, err
	}
	k.id = id[0] & 0x0f
	return k, nil
}
