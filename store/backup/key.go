package backup

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"filippo.io/age"
)

// Key seals and opens backups.
type Key struct {
	recipient age.Recipient
	identity  age.Identity
}

// ErrKey is wrapped by the error for a backup that was sealed with another key. Its
// text says what is known of that key.
var ErrKey = errors.New("the backup was sealed with another key")

// Secret returns the key of a service. It seals with aead what only such backups are
// sealed with, and opens what any of the secrets with these fingerprints has sealed.
// The first one is that of the secret which seals now.
func Secret(aead cipher.AEAD, fingerprints []string) Key {
	s := secret{aead, fingerprints}
	return Key{recipient: s, identity: s}
}

// Passphrase returns the key that follows from a passphrase. It is slow on purpose.
func Passphrase(text string) (Key, error) { return passphraseKey(text, workFactor) }

func passphraseKey(text string, workFactor int) (Key, error) {
	if len(text) < minPassphrase {
		return Key{}, fmt.Errorf("the passphrase has %d characters, want at least %d", len(text), minPassphrase)
	}
	recipient, err := age.NewScryptRecipient(text)
	if err != nil {
		return Key{}, err
	}
	recipient.SetWorkFactor(workFactor)
	identity, err := age.NewScryptIdentity(text)
	if err != nil {
		return Key{}, err
	}
	return Key{recipient: recipient, identity: passphrase{identity}}, nil
}

const (
	minPassphrase = 12                         // characters
	workFactor    = 18                         // of scrypt, in powers of two: about a second, and 256 MB
	secretStanza  = "example.com/pokey/secret" // in the file's header: how it is sealed
	scryptStanza  = "scrypt"
)

// secret seals the key of a file with a service's secret.
type secret struct {
	aead         cipher.AEAD
	fingerprints []string
}

// Wrap implements [age.Recipient]. The stanza names the secret by its fingerprint,
// which reveals nothing of it.
func (s secret) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	nonce := make([]byte, s.aead.NonceSize())
	_, _ = rand.Read(nonce) // it never fails
	return []*age.Stanza{{
		Type: secretStanza, Args: s.fingerprints[:1],
		Body: s.aead.Seal(nonce, nonce, fileKey, []byte(secretStanza)),
	}}, nil
}

// Unwrap implements [age.Identity].
func (s secret) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, stanza := range stanzas {
		if stanza.Type != secretStanza || len(stanza.Args) != 1 || len(stanza.Body) < s.aead.NonceSize() {
			continue
		}
		if !slices.Contains(s.fingerprints, stanza.Args[0]) {
			return nil, fmt.Errorf("%w: with the secret with fingerprint %.16q, and this one has %s", ErrKey, stanza.Args[0], strings.Join(s.fingerprints, ", "))
		}
		nonce, sealed := stanza.Body[:s.aead.NonceSize()], stanza.Body[s.aead.NonceSize():]
		if key, err := s.aead.Open(nil, nonce, sealed, []byte(secretStanza)); err == nil {
			return key, nil
		}
		return nil, fmt.Errorf("%w: its header", ErrDamaged)
	}
	if slices.ContainsFunc(stanzas, func(s *age.Stanza) bool { return s.Type == scryptStanza }) {
		return nil, fmt.Errorf("%w: with a passphrase", ErrKey)
	}
	return nil, ErrNoBackup
}

// passphrase explains why a passphrase does not open a file.
type passphrase struct{ *age.ScryptIdentity }

// Unwrap implements [age.Identity].
func (p passphrase) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, stanza := range stanzas {
		if stanza.Type == secretStanza && len(stanza.Args) == 1 {
			return nil, fmt.Errorf("%w: with the secret with fingerprint %.16q, and not with a passphrase", ErrKey, stanza.Args[0])
		}
	}
	key, err := p.ScryptIdentity.Unwrap(stanzas)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, fmt.Errorf("%w: with another passphrase", ErrKey)
	}
	return key, err
}
