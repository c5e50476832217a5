package identity

import (
	"crypto/hmac"
	"crypto/sha256"
)

// Prove returns proofs of knowing the masters of the ring, over what both ends of a
// connection have agreed on. There is one for each master, the minting one first.
// Proofs reveal nothing that is of use elsewhere.
func (k *Keys) Prove(what []byte) [][]byte {
	proofs := make([][]byte, len(k.ring))
	for i := range k.ring {
		proofs[i] = k.ring[i].proof(what)
	}
	return proofs
}

// Proves reports whether proof was made over what with any master of the ring. So
// nodes whose rings share a master recognise each other.
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
