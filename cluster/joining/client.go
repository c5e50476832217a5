package joining

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"example.com/pokey/cluster"
)

// Joined is what a new node has been given.
type Joined struct {
	CA, Certificate, Key []byte // in PEM
	Secret               []byte // the file with the master secret
	Nodes                []string
}

// Join makes node, HOST:PORT, a node of the cluster that has made the token. The
// cluster's nodes are asked in turn.
func Join(ctx context.Context, t Token, node string) (Joined, error) {
	request, key, err := newRequest()
	if err != nil {
		return Joined{}, err
	}
	q := encode(question{Token: hex.EncodeToString(t.id[:]), Node: node, Request: request})
	a, err := asker{verify: pinned(t.pin), prove: func(what []byte) []byte { return prove(t.secret[:], what) }}.askAny(ctx, t.nodes, q)
	if err != nil {
		return Joined{}, err
	}
	block, rest := pem.Decode(a.Certificate)
	if block == nil {
		return Joined{}, errors.New("joining: got no certificate")
	}
	j := Joined{CA: rest, Certificate: pem.EncodeToMemory(block), Key: key, Secret: a.Secret, Nodes: a.Nodes}
	ca, _ := pem.Decode(rest)
	if ca == nil || sha256.Sum256(ca.Bytes) != t.pin {
		return Joined{}, errors.New("joining: got the certificate of another authority")
	}
	if _, err := tls.X509KeyPair(j.Certificate, j.Key); err != nil {
		return Joined{}, fmt.Errorf("joining: got an unusable certificate: %w", err)
	}
	return j, nil
}

// An Operator asks the node that runs on the same machine, with what that node has.
type Operator struct {
	Node        string
	Secret      cluster.Secret  // the master secret
	CA          []byte          // the certificate of the authority, in PEM
	Certificate tls.Certificate // the node's
}

// Invite has the node make a token for so many nodes, which works for that time.
func (o Operator) Invite(ctx context.Context, uses int, life time.Duration) (text string, err error) {
	a, err := o.ask(ctx, question{Uses: uses, Seconds: int64(life / time.Second)})
	return a.Token, err
}

// Revoke has the node make all tokens of the cluster worthless, and returns how many still
// worked.
func (o Operator) Revoke(ctx context.Context) (tokens int, err error) {
	a, err := o.ask(ctx, question{Revoke: true})
	return a.Revoked, err
}

func (o Operator) ask(ctx context.Context, q question) (answer, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(o.CA) {
		return answer{}, errors.New("joining: the certificate of the authority is not there")
	}
	asker := asker{verify: trusted(roots), prove: func(what []byte) []byte { return o.Secret.Prove(what)[0] }, own: []tls.Certificate{o.Certificate}}
	return asker.askAny(ctx, []string{o.Node}, encode(q))
}

// asker is how somebody knows a node, and shows who it is.
type asker struct {
	verify verifier
	prove  func([]byte) []byte
	own    []tls.Certificate // none for a machine that joins
}

// errUnsaid wraps errors of a node that has not answered: another one may be asked.
var errUnsaid = errors.New("no answer")

func (k asker) askAny(ctx context.Context, nodes []string, message []byte) (a answer, err error) {
	var faults []error
	var said []string
	for _, node := range nodes {
		a, err := k.ask(ctx, node, message)
		if err == nil {
			return a, nil
		}
		faults = append(faults, err)
		said = append(said, fmt.Sprintf("%s: %v", node, err))
		if !errors.Is(err, errUnsaid) || ctx.Err() != nil {
			break
		}
	}
	return answer{}, oneLine{strings.Join(said, "; "), faults}
}

// oneLine is errors that are printed in one line.
type oneLine struct {
	text string
	all  []error
}

func (e oneLine) Error() string   { return e.text }
func (e oneLine) Unwrap() []error { return e.all }

// ask asks one node.
func (k asker) ask(ctx context.Context, node string, message []byte) (a answer, err error) {
	host, _, err := net.SplitHostPort(node)
	if err != nil {
		return answer{}, err
	}
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: askTimeout}, Config: &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{Protocol}, ServerName: host, Certificates: k.own,
		InsecureSkipVerify: true, //nolint:gosec // verify does it, with the authority that the token has the hash of
		VerifyConnection:   func(s tls.ConnectionState) error { return k.verify(s, host) },
	}}
	conn, err := dialer.DialContext(ctx, "tcp", node)
	if alert, ok := errors.AsType[*net.OpError](err); ok && alert.Op == "remote error" {
		return answer{}, fmt.Errorf("%w: it has no authority to make or take tokens with; if the nodes' certificates were made elsewhere, so is another one (%w)", errUnsaid, err)
	}
	if err != nil {
		return answer{}, fmt.Errorf("%w (%w)", errUnsaid, err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(workTimeout + askTimeout))
	what, err := covered(conn.(*tls.Conn), message)
	if err != nil {
		return answer{}, err
	}
	if err := errors.Join(write(conn, message), write(conn, k.prove(what))); err != nil {
		return answer{}, fmt.Errorf("%w (%w)", errUnsaid, err)
	}
	text, err := read(conn)
	if err != nil {
		return answer{}, fmt.Errorf("%w (%w)", errUnsaid, err)
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return answer{}, err
	}
	if a.Error != "" {
		return answer{}, errors.New(a.Error)
	}
	return a, nil
}

// verifier returns an error unless the connection is to a node on the host.
type verifier func(s tls.ConnectionState, host string) error

// trusted verifies against authorities.
func trusted(roots *x509.CertPool) verifier {
	return func(s tls.ConnectionState, host string) error {
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, DNSName: host, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
		return err
	}
}

// pinned verifies against the authority whose certificate has the hash.
func pinned(pin [32]byte) verifier {
	return func(s tls.ConnectionState, host string) error {
		for _, c := range s.PeerCertificates[1:] {
			if sum := sha256.Sum256(c.Raw); !bytes.Equal(sum[:], pin[:]) {
				continue
			}
			roots := x509.NewCertPool()
			roots.AddCert(c)
			return trusted(roots)(s, host)
		}
		return errors.New("whoever answers is not of the cluster that made the token")
	}
}
