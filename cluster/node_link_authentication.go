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

// A certificate says that its holder is a certain host, and an authority may have
// issued one for hosts that are no nodes. So before anything else is read from a
// connection, each side proves that it knows the secret, and the client that it is
// the member at the address that its certificate is for:
//
//	server: a nonce
//	client: a nonce, its address, proofs
//	server: proofs
//
// A proof covers the side that makes it, both nonces, both addresses and the key
// material that only the two ends of this TLS connection have. So it is worthless
// on any other connection, and in the other direction.

const (
	nonceBytes     = 32
	proofBytes     = 32
	maxProofs      = 16
	maxAddressSize = 512

	// A client may have become a member a moment ago: the server waits this long
	// to see it in its view.
	memberTimeout      = time.Second
	memberPollInterval = 10 * time.Millisecond
)

// The two sides, whose proofs differ.
const (
	clientSide = "pokey client"
	serverSide = "pokey server"
)

// authenticated is what the server knows about a connection.
type authenticated struct {
	credentials.CommonAuthInfo
	address string // of the member at the other end
}

// AuthType implements [credentials.AuthInfo].
func (authenticated) AuthType() string { return "pokey" }

// transcript is everything that a proof covers but the side.
type transcript struct {
	keyMaterial                  []byte // of TLS; empty without
	serverNonce, clientNonce     []byte
	serverAddress, clientAddress string
}

// covered returns the bytes that a proof is made over. They are different for any
// two different transcripts or sides.
func (t *transcript) covered(side string) (b []byte) {
	for _, part := range [][]byte{[]byte(side), t.keyMaterial, t.serverNonce, t.clientNonce, []byte(t.serverAddress), []byte(t.clientAddress)} {
		b = binary.BigEndian.AppendUint16(b, uint16(len(part)))
		b = append(b, part...)
	}
	return b
}

// exportKeyMaterial returns what only the two ends of a TLS connection know.
func exportKeyMaterial(auth credentials.AuthInfo) ([]byte, error) {
	secured, ok := auth.(credentials.TLSInfo)
	if !ok {
		return nil, nil
	}
	return secured.State.ExportKeyingMaterial("EXPORTER-pokey-node", nil, proofBytes)
}

func newNonce() []byte {
	b := make([]byte, nonceBytes)
	_, _ = rand.Read(b) // it never fails
	return b
}

// authenticator authenticates the two ends of a connection to each other.
type authenticator struct {
	conf     *Config
	isMember func(address string) bool
	life     context.Context // ends when the node leaves
}

// authenticateClient is the server's side. The connection has a deadline.
func (a *authenticator) authenticateClient(conn net.Conn, auth credentials.AuthInfo) (info authenticated, err error) {
	t := transcript{serverNonce: newNonce(), serverAddress: a.conf.System.Address()}
	if t.keyMaterial, err = exportKeyMaterial(auth); err != nil {
		return info, err
	}
	if _, err := conn.Write(t.serverNonce); err != nil {
		return info, err
	}
	head, err := read(conn, nonceBytes+2)
	if err != nil {
		return info, err
	}
	t.clientNonce = head[:nonceBytes]
	size := int(binary.BigEndian.Uint16(head[nonceBytes:]))
	if size > maxAddressSize {
		return info, errors.New("its address is too long")
	}
	address, err := read(conn, size)
	if err != nil {
		return info, err
	}
	t.clientAddress = string(address)
	proofs, err := readProofs(conn)
	if err != nil {
		return info, err
	}
	if !a.anyProves(t.covered(clientSide), proofs) {
		return info, errors.New("it does not know the secret")
	}
	if secured, ok := auth.(credentials.TLSInfo); ok {
		if err := isFor(secured.State.PeerCertificates[0], t.clientAddress); err != nil {
			return info, err
		}
	}
	if !a.awaitMember(t.clientAddress) {
		return info, errors.New("it is not a member")
	}
	_, err = conn.Write(appendProofs(nil, a.conf.Secret.Prove(t.covered(serverSide))))
	return authenticated{address: t.clientAddress}, err
}

// authenticateServer is the client's side, towards the member at address. Its
// certificate has been verified.
func (a *authenticator) authenticateServer(ctx context.Context, address string, conn net.Conn, auth credentials.AuthInfo) (err error) {
	if err := conn.SetDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	t := transcript{clientNonce: newNonce(), serverAddress: address, clientAddress: a.conf.System.Address()}
	if t.keyMaterial, err = exportKeyMaterial(auth); err != nil {
		return err
	}
	if t.serverNonce, err = read(conn, nonceBytes); err != nil {
		return err
	}
	hello := binary.BigEndian.AppendUint16(t.clientNonce, uint16(len(t.clientAddress)))
	hello = append(hello, t.clientAddress...)
	if _, err := conn.Write(appendProofs(hello, a.conf.Secret.Prove(t.covered(clientSide)))); err != nil {
		return err
	}
	proofs, err := readProofs(conn)
	if err != nil {
		return fmt.Errorf("it does not accept this node as a member: %w", err)
	}
	if !a.anyProves(t.covered(serverSide), proofs) {
		a.conf.observeSecurity(NodeWithoutSecret, address, "the process at a member's address does not know the secret")
		return errors.New("it does not know the secret")
	}
	return conn.SetDeadline(time.Time{})
}

// anyProves reports whether any of the proofs is valid. It checks all of them, so
// that the time it takes does not depend on which one is.
func (a *authenticator) anyProves(what []byte, proofs [][]byte) bool {
	valid := false
	for _, proof := range proofs {
		valid = a.conf.Secret.Proves(what, proof) || valid
	}
	return valid
}

// isFor returns an error unless a certificate is for the host of an address.
func isFor(leaf *x509.Certificate, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return errors.New("its address is not HOST:PORT")
	}
	if leaf.VerifyHostname(host) != nil {
		return errors.New("its certificate is for another host")
	}
	return nil
}

// awaitMember reports whether there is a member at address, and waits a moment for
// one.
func (a *authenticator) awaitMember(address string) bool {
	for end := time.Now().Add(memberTimeout); ; {
		if a.isMember(address) {
			return true
		}
		if time.Now().After(end) || !sleep(a.life, memberPollInterval) {
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
	if count[0] == 0 || count[0] > maxProofs {
		return nil, errors.New("it sent no proofs, or too many")
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
