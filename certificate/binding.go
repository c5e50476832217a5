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

// advice says what to look at when an authority issues no certificate.
func advice(err error, inDNS bool) string {
	var problem acme.Problem
	if errors.As(err, &problem) && problem.Type == acme.ProblemTypeExternalAccountRequired {
		return "the authority wants to know whose account this is: it gives a key ID and a key, for -acme-eab-kid and -acme-eab-key-file"
	}
	if inDNS {
		return "the name server in -acme-dns must make the record _acme-challenge of the domain, and the authority must find it"
	}
	return "the authority must reach this server at the domain, on port 80 or 443"
}
