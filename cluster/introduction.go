package cluster

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"google.golang.org/grpc/credentials"
)

// A certificate says that its holder is a certain host, and an authority may
// have made one for hosts that are no nodes. So before anything else is read
// from a connection, each side proves that it knows the secret, and whoever
// connects that it is a member under the address its certificate is for:
//
//	server: a nonce
//	client: a nonce, its address, proofs
//	server: proofs
//
// A proof is over who makes it, both nonces, both addresses and the key material
// that only the two ends of this TLS connection have. So it is of no use on any
// other connection, nor in the other direction.

// A Secret is what all nodes of a cluster know. While it is replaced there are
// two of it.
type Secret interface {
	// Prove makes a proof over what with each secret that this node knows.
	Prove(what []byte) [][]byte
	// Proves reports whether proof was made over what with a secret that this
	// node knows.
	Proves(what, proof []byte) bool
}

const (
	nonceBytes     = 32
	proofBytes     = 32
	mostProofs     = 16
	longestAddress = 512

	// recognition is how long a server waits to hear of the membership of who
	// connects: it may have begun a moment ago.
	recognition = time.Second
	recogniseIn = 10 * time.Millisecond
)

// The makers of proofs, for each of which they are different.
const (
	byClient = "pokey client"
	byServer = "pokey server"
)

// introduced is what is known of a connection at its server's end.
type introduced struct {
	credentials.CommonAuthInfo
	address string // of the member at its other end
}

// AuthType implements [credentials.AuthInfo].
func (introduced) AuthType() string { return "pokey" }

// channel is one connection, as a proof is about it.
type channel struct {
	material                   []byte // of TLS; empty without
	serverNonce, clientNonce   []byte
	serverAddress, clientIsFor string
}

// about is what a proof is over: no two different channels give the same.
func (c *channel) about(maker string) (what []byte) {
	for _, part := range [][]byte{[]byte(maker), c.material, c.serverNonce, c.clientNonce, []byte(c.serverAddress), []byte(c.clientIsFor)} {
		what = binary.BigEndian.AppendUint16(what, uint16(len(part)))
		what = append(what, part...)
	}
	return what
}

// material is what only the two ends of a connection secured with TLS know.
func material(auth credentials.AuthInfo) ([]byte, error) {
	secured, ok := auth.(credentials.TLSInfo)
	if !ok {
		return nil, nil
	}
	return secured.State.ExportKeyingMaterial("EXPORTER-pokey-node", nil, proofBytes)
}

// nonce is one that nobody has seen before.
func nonce() []byte {
	b := make([]byte, nonceBytes)
	_, _ = rand.Read(b) // it never fails
	return b
}

// meet is the server's side. The connection has a deadline.
func (n *Node) meet(conn net.Conn, auth credentials.AuthInfo) (info introduced, err error) {
	c := channel{serverNonce: nonce(), serverAddress: n.Self()}
	if c.material, err = material(auth); err != nil {
		return info, err
	}
	if _, err := conn.Write(c.serverNonce); err != nil {
		return info, err
	}
	head, err := read(conn, nonceBytes+2)
	if err != nil {
		return info, err
	}
	c.clientNonce = head[:nonceBytes]
	size := int(binary.BigEndian.Uint16(head[nonceBytes:]))
	if size > longestAddress {
		return info, errors.New("its address is too long")
	}
	address, err := read(conn, size)
	if err != nil {
		return info, err
	}
	c.clientIsFor = string(address)
	proofs, err := readProofs(conn)
	if err != nil {
		return info, err
	}
	if !n.proven(c.about(byClient), proofs) {
		return info, errors.New("it does not know the secret")
	}
	if secured, ok := auth.(credentials.TLSInfo); ok {
		if err := certifies(secured.State.PeerCertificates[0], c.clientIsFor); err != nil {
			return info, err
		}
	}
	if !n.recognises(c.clientIsFor) {
		return info, errors.New("it is no member")
	}
	_, err = conn.Write(appendProofs(nil, n.conf.Secret.Prove(c.about(byServer))))
	return introduced{address: c.clientIsFor}, err
}

// introduce is the client's side, towards the member at address, whose
// certificate has been verified.
func (n *Node) introduce(ctx context.Context, address string, conn net.Conn, auth credentials.AuthInfo) (err error) {
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	c := channel{clientNonce: nonce(), serverAddress: address, clientIsFor: n.Self()}
	if c.material, err = material(auth); err != nil {
		return err
	}
	if c.serverNonce, err = read(conn, nonceBytes); err != nil {
		return err
	}
	hello := binary.BigEndian.AppendUint16(c.clientNonce, uint16(len(c.clientIsFor)))
	hello = append(hello, c.clientIsFor...)
	if _, err := conn.Write(appendProofs(hello, n.conf.Secret.Prove(c.about(byClient)))); err != nil {
		return err
	}
	proofs, err := readProofs(conn)
	if err != nil {
		return fmt.Errorf("it does not take this node for a member: %w", err)
	}
	if !n.proven(c.about(byServer), proofs) {
		n.observeSecurity(NodeWithoutSecret, address, "who answers at a member's address does not know the secret")
		return errors.New("it does not know the secret")
	}
	return conn.SetDeadline(time.Time{})
}

// proven reports whether any of the proofs holds.
func (n *Node) proven(what []byte, proofs [][]byte) bool {
	known := false
	for _, proof := range proofs {
		known = n.conf.Secret.Proves(what, proof) || known
	}
	return known
}

// certifies says whether a certificate is made out to the host of an address.
func certifies(leaf *x509.Certificate, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return errors.New("its address is none")
	}
	if leaf.VerifyHostname(host) != nil {
		return errors.New("its certificate is for another name")
	}
	return nil
}

// recognises reports whether there is a member at address, or will be in a moment.
func (n *Node) recognises(address string) bool {
	for end := time.Now().Add(recognition); ; {
		if _, ok := n.View().Member(address); ok {
			return true
		}
		if time.Now().After(end) || !sleep(n.life, recogniseIn) {
			return false
		}
	}
}

func read(conn net.Conn, size int) ([]byte, error) {
	b := make([]byte, size)
	if _, err := io.ReadFull(conn, b); err != nil {
		return nil, err
	}
	return b, nil
}

func appendProofs(b []byte, proofs [][]byte) []byte {
	b = append(b, byte(len(proofs)))
	for _, proof := range proofs {
		b = append(b, proof...)
	}
	return b
}

func readProofs(conn net.Conn) ([][]byte, error) {
	count, err := read(conn, 1)
	if err != nil {
		return nil, err
	}
	if count[0] == 0 || count[0] > mostProofs {
		return nil, errors.New("it sends no proofs")
	}
	all, err := read(conn, int(count[0])*proofBytes)
	if err != nil {
		return nil, err
	}
	proofs := make([][]byte, 0, count[0])
	for len(all) > 0 {
		proofs, all = append(proofs, all[:proofBytes]), all[proofBytes:]
	}
	return proofs, nil
}
