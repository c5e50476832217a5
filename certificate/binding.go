package certificate

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/mholt/acmez/v3/acme"
)

// Binding ties the account that is made at an authority to one that somebody has there
// already (RFC 8555, external account binding). Some authorities insist on it, and
// give both to their customers.
type Binding struct {
	KeyID string
	Key   string // base64 of either alphabet, with or without padding
}

// shortestBindingKey is the shortest key that is believed to be one, in bytes;
// authorities give 32 or more.
const shortestBindingKey = 16

// account returns the binding as the ACME client wants it, nil if there is none. An
// error does not repeat the key.
func (b Binding) account() (*acme.EAB, error) {
	if b == (Binding{}) {
		return nil, nil
	}
	if b.KeyID == "" || b.Key == "" {
		return nil, errors.New("certificate: an external account needs a key ID and a key")
	}
	key := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(strings.TrimSpace(b.Key), "="))
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil || len(raw) < shortestBindingKey {
		return nil, fmt.Errorf("certificate: the key of the external account is not base64 of at least %d bytes", shortestBindingKey)
	}
	return &acme.EAB{KeyID: b.KeyID, MACKey: key}, nil
}

// ReadKey reads the key of a [Binding] or of [DNS] from a file.
func ReadKey(file string) (string, error) {
	text, err := readFile(file)
	if err != nil {
		return "", fmt.Errorf("certificate: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
