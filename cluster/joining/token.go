package joining

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Token is an invitation. Whoever has it can become a node, so it is a secret until it
// is used or has expired.
type Token struct {
	id     [8]byte
	secret [32]byte
	pin    [32]byte // the hash of the authority's certificate
	nodes  []string // to ask, HOST:PORT
}

const (
	tokenPrefix = "pokey-join-1."
	tokenCheck  = 4    // bytes of a hash, against tokens that were copied in part
	maxToken    = 4096 // bytes of text
)

func newToken(pin [32]byte, nodes []string) Token {
	t := Token{pin: pin, nodes: nodes}
	_, _ = rand.Read(t.id[:]) // it never fails
	_, _ = rand.Read(t.secret[:])
	return t
}

// text returns the token as it is handed on. There is no String method, so that no
// token is printed by mistake.
func (t Token) text() string {
	b := bytes.Join([][]byte{t.id[:], t.secret[:], t.pin[:], []byte(strings.Join(t.nodes, ","))}, nil)
	sum := sha256.Sum256(b)
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(append(b, sum[:tokenCheck]...))
}

// ParseToken reads a token. The error says nothing of its content.
func ParseToken(text string) (Token, error) {
	text = strings.TrimSpace(text)
	encoded, ok := strings.CutPrefix(text, tokenPrefix)
	if !ok || len(text) > maxToken {
		return Token{}, fmt.Errorf("this is no token: one begins with %q", tokenPrefix)
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	const fixed = 8 + 32 + 32
	if err != nil || len(b) < fixed+1+tokenCheck {
		return Token{}, errors.New("the token is not whole")
	}
	b, check := b[:len(b)-tokenCheck], b[len(b)-tokenCheck:]
	if sum := sha256.Sum256(b); !bytes.Equal(sum[:tokenCheck], check) {
		return Token{}, errors.New("the token is not whole")
	}
	t := Token{id: [8]byte(b[:8]), secret: [32]byte(b[8:40]), pin: [32]byte(b[40:72])}
	t.nodes = strings.Split(string(b[72:]), ",")
	return t, nil
}
