// Package joining lets new nodes into a cluster by a token, so that nobody has to carry
// keys and certificates from machine to machine.
//
// The first node of a cluster makes an [Authority], whose key is kept in the cluster's
// store. Any node can invite: it makes a [Token], which works for a short time and a
// number of nodes. The token names nodes to ask, and has the hash of the authority's
// certificate, so a new node knows whom it talks to before it says anything. The new
// node makes a key of its own and proves that it has the token; over the same
// connection it gets a certificate for its host, and the master secret.
//
// Whoever asks proves the knowledge of a secret over key material of the TLS
// connection. The secret itself is never sent, and a proof is worthless elsewhere.
package joining

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Protocol is what a client that wants to join, or to invite, names in the TLS
// handshake with a node's port.
const Protocol = "pokey-join/1"

const maxMessage = 32 << 10 // bytes

// question is what a node is asked.
type question struct {
	Token   string `json:"token,omitempty"` // the ID of the token; empty to invite
	Node    string `json:"node,omitempty"`  // that wants to join, HOST:PORT
	Request []byte `json:"request,omitempty"`
	Seconds int64  `json:"seconds,omitempty"` // that the new token works for
	Uses    int    `json:"uses,omitempty"`
	Revoke  bool   `json:"revoke,omitempty"` // all tokens, instead of a new one
}

// answer is what it answers.
type answer struct {
	Error       string   `json:"error,omitempty"` // for a person; empty if all is well
	Certificate []byte   `json:"certificate,omitempty"`
	Secret      []byte   `json:"secret,omitempty"` // the file with the master secret
	Nodes       []string `json:"nodes,omitempty"`
	Token       string   `json:"token,omitempty"` // that was asked for
	Revoked     int      `json:"revoked,omitempty"`
}

// write sends a message with its length.
func write(w io.Writer, message []byte) error {
	if len(message) > maxMessage {
		return errors.New("joining: a message is too long")
	}
	_, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...))
	return err
}

func read(r io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > maxMessage {
		return nil, errors.New("joining: a message is too long")
	}
	message := make([]byte, n)
	_, err := io.ReadFull(r, message)
	return message, err
}

// covered returns what a proof is made over: what is said, on this connection.
func covered(conn *tls.Conn, message []byte) ([]byte, error) {
	state := conn.ConnectionState()
	material, err := state.ExportKeyingMaterial("EXPORTER-pokey-join", nil, 32)
	if err != nil {
		return nil, fmt.Errorf("joining: %w", err)
	}
	return append(material, message...), nil
}

// prove returns the proof of knowing the secret of a token.
func prove(secret, what []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write(what) // it never fails
	return mac.Sum(nil)
}

func encode(v any) []byte {
	b, _ := json.Marshal(v) // strings and numbers
	return b
}
