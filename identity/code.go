package identity

import (
	"crypto/rand"
	"strings"
)

// CodeChars is the length of a room's short code: 30 random bits.
const CodeChars = 6

// asWritten replaces what people take for a character of the code, and what they
// write between its halves.
var asWritten = strings.NewReplacer("o", "0", "i", "1", "l", "1", " ", "", "-", "", "\u00a0", "", "\u2011", "", "\u2013", "")

// NewCode returns a new short code for a room: 6 random characters of lower-case
// Crockford base32. It is short enough to be read from a screen, and so not a secret
// like a room ID: whoever lets people enter codes must limit how many they try.
func NewCode() string {
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails
	return crockford.EncodeToString(random[:])[:CodeChars]
}

// ReadCode returns the code that somebody has written, and false if it is none. Case,
// blanks and hyphens do not matter; o counts as 0, i and l as 1.
func ReadCode(text string) (string, bool) {
	if len(text) > 4*CodeChars {
		return "", false
	}
	code := asWritten.Replace(strings.ToLower(text))
	for _, c := range []byte(code) {
		if !strings.ContainsRune("0123456789abcdefghjkmnpqrstvwxyz", rune(c)) {
			return "", false
		}
	}
	return code, len(code) == CodeChars
}
