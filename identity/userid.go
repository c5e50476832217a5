package identity

import (
	"crypto/rand"
	"encoding/base32"
)

const (
	userBytes = 16
	userChars = 26
)

// crockford is Douglas Crockford's base32 in lower case: no i, l, o or u.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewUserID returns a new user id: 128 random bits as 26 characters of lower-case
// Crockford base32.
func (k *Keys) NewUserID() string {
	var id [userBytes]byte
	_, _ = rand.Read(id[:]) // never fails
	return crockford.EncodeToString(id[:])
}

// decode accepts only the one canonical text of len(dst) bytes. Package base32
// itself skips line ends and ignores left-over bits.
func decode(dst []byte, text string) bool {
	if len(text) != crockford.EncodedLen(len(dst)) {
		return false
	}
	var buf [roomChars]byte
	n, err := crockford.Decode(buf[:len(text)], []byte(text))
	if err != nil || n != len(dst) {
		return false
	}
	copy(dst, buf[:n])
	crockford.Encode(buf[:len(text)], dst)
	return string(buf[:len(text)]) == text
}
