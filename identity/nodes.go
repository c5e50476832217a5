package identity

import (
	"crypto/hmac"
	"crypto/sha256"
)

// Prove makes proofs that this ring's holder knows its masters, over what the
// two sides of a connection have agreed on: one for each master, the one that
// mints first. Who sees them learns nothing that helps with anything else.
func (k *Keys) Prove(what []byte) [][]byte {
	proofs := make([][]byte, len(k.ring))
	for i := range k.ring {
		proofs[i] = k.ring[i].proof(what)
	}
	return proofs
}

// Proves reports whether proof was made over what by somebody who knows any
// master of the ring, so that nodes with an old and a new one know each other.
func (k *Keys) Proves(what, proof []byte) bool {
	known := false
	for i := range k.ring {
		known = hmac.Equal(k.ring[i].proof(what), proof) || known
	}
	return known
}

func (k *key) proof(what []byte) []byte {
	mac := hmac.New(sha256.New, k.node)
	_, _ = mac.Write(what) // it never fails
	return mac.Sum(nil)
}
