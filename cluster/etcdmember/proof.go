package etcdmember

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"example.com/pokey/cluster"
)

const tls13 = tls.VersionTLS13

// proofHeader carries the proofs that the sender of a request or an answer knows the
// secret: one for each secret it knows, in base64, with commas between them.
const proofHeader = "Pokey-Proof"

// covered returns the bytes that a proof is made over. Key material is known only to
// the two ends of one TLS connection, so a proof is worthless on any other.
func covered(side string, state *tls.ConnectionState, path string, body []byte) ([]byte, error) {
	var material []byte
	if state != nil {
		var err error
		if material, err = state.ExportKeyingMaterial("EXPORTER-pokey-node-http", nil, 32); err != nil {
			return nil, err
		}
	}
	var b []byte
	for _, part := range [][]byte{[]byte(side), material, []byte(path), body} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	return b, nil
}

const (
	question = "pokey question"
	answer   = "pokey answer"
)

func prove(secret cluster.Secret, what []byte) string {
	var all []string
	for _, p := range secret.Prove(what) {
		all = append(all, base64.StdEncoding.EncodeToString(p))
	}
	return strings.Join(all, ",")
}

// proves reports whether any proof is valid. It checks all of them, at most sixteen,
// so that the time it takes does not depend on which one is.
func proves(secret cluster.Secret, what []byte, header string) bool {
	valid := false
	for _, text := range strings.SplitN(header, ",", 17) {
		if p, err := base64.StdEncoding.DecodeString(text); err == nil {
			valid = secret.Proves(what, p) || valid
		}
	}
	return valid
}

// token is part of what the ID of the cluster is derived from.
func token(secret cluster.Secret, generation string) string {
	return hex.EncodeToString(secret.Prove([]byte("pokey etcd cluster" + generation))[0])
}
