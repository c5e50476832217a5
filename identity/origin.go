package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// Origin returns a number that stands for a client's address, the same on all nodes.
// The address cannot be told from it.
func (k *Keys) Origin(address string) uint64 {
	mac := hmac.New(sha256.New, k.ring[0].origin)
	_, _ = mac.Write([]byte(address)) // it never fails
	return binary.BigEndian.Uint64(mac.Sum(nil))
}
