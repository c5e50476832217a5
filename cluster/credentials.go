package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Credentials are what a node proves itself with and what it believes others
// by: other nodes, or etcd. They follow their files: a connection begun after these have changed uses
// what is in them then, or, if that is unusable, what was there before.
type Credentials struct {
	files [3]string          // CA, certificate, key
	whose string             // "node" or "etcd"
	uses  []x509.ExtKeyUsage // that the certificate must be for
	log   *slog.Logger

	mu      sync.Mutex
	stamps  [3]stamp // of the files when they were last looked at
	pair    tls.Certificate
	expires time.Time
	roots   *x509.CertPool
	trusted [][]byte // what roots is made of
}

// stamp is what tells one state of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// LoadCredentials reads PEM files: the certificates of the authorities whose
// nodes are believed, this node's certificate (with intermediates, if any) and
// its key. A problem with newer files goes to log.
func LoadCredentials(ca, cert, key string, log *slog.Logger) (*Credentials, error) {
	return loaded(&Credentials{files: [3]string{ca, cert, key}, whose: "node", uses: bothEnds, log: log})
}

// LoadClientCredentials is LoadCredentials for a mere client of etcd. Its
// authority must be another one than that of the nodes, see
// [Credentials.SharesAuthority].
func LoadClientCredentials(ca, cert, key string, log *slog.Logger) (*Credentials, error) {
	return loaded(&Credentials{files: [3]string{ca, cert, key}, whose: "etcd", uses: bothEnds[1:], log: log})
}

func loaded(c *Credentials) (*Credentials, error) {
	c.stamps = c.look()
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("cluster: %s certificate: %w", c.whose, err)
	}
	return c, nil
}

// SharesAuthority reports whether there is an authority that both believe: then
// who has a certificate for one thing could use it for the other.
func (c *Credentials) SharesAuthority(other *Credentials) bool {
	return slices.ContainsFunc(c.authorities(), func(a []byte) bool {
		return slices.ContainsFunc(other.authorities(), func(b []byte) bool { return bytes.Equal(a, b) })
	})
}

func (c *Credentials) authorities() [][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trusted
}

// Expires is when this node's certificate does. From then on no new connection
// to or from other nodes can be made.
func (c *Credentials) Expires() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.follow()
	return c.expires
}

// follow reads the files again if they have changed; c.mu is held.
func (c *Credentials) follow() {
	now := c.look()
	if now == c.stamps {
		return
	}
	c.stamps = now
	if err := c.load(); err != nil {
		c.log.Error("new certificates are unusable, the old ones stay", "for", c.whose, "err", err)
		return
	}
	c.log.Info("certificates were read again", "for", c.whose, "expires", c.expires)
}

func (c *Credentials) look() (s [3]stamp) {
	for i, name := range c.files {
		if f, err := os.Stat(name); err == nil {
			s[i] = stamp{f.ModTime(), f.Size()}
		}
	}
	return s
}

func (c *Credentials) load() error {
	authorities, err := os.ReadFile(c.files[0])
	if err != nil {
		return err
	}
	roots, trusted := x509.NewCertPool(), [][]byte{}
	for block, rest := pem.Decode(authorities); block != nil; block, rest = pem.Decode(rest) {
		if one, err := x509.ParseCertificate(block.Bytes); err == nil && block.Type == "CERTIFICATE" {
			roots.AddCert(one)
			trusted = append(trusted, one.Raw)
		}
	}
	if len(trusted) == 0 {
		return fmt.Errorf("%s holds no certificate", c.files[0])
	}
	pair, err := tls.LoadX509KeyPair(c.files[1], c.files[2])
	if err != nil {
		return err
	}
	if err := usable(pair.Leaf, c.uses); err != nil {
		return fmt.Errorf("%s: %w", c.files[1], err)
	}
	c.roots, c.trusted, c.pair, c.expires = roots, trusted, pair, pair.Leaf.NotAfter
	return nil
}

// bothEnds of a link are what a node's certificate must be for, which those of
// mere clients or servers of the same authority are not.
var bothEnds = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}

// forNodes says whether a certificate may be used at both ends of a link.
func forNodes(leaf *x509.Certificate) error { return usable(leaf, bothEnds) }

func usable(leaf *x509.Certificate, uses []x509.ExtKeyUsage) error {
	for _, use := range uses {
		if !slices.Contains(leaf.ExtKeyUsage, use) {
			return errors.New("the certificate must be for client authentication, and a node's for server authentication too")
		}
	}
	return nil
}

// config is for one handshake, at either end.
func (c *Credentials) config() *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.follow()
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{c.pair},
		RootCAs:                c.roots,
		ClientCAs:              c.roots,
		ClientAuth:             tls.RequireAndVerifyClientCert,
		NextProtos:             []string{"h2"},
		SessionTicketsDisabled: true, // each connection is verified anew
		VerifyConnection: func(s tls.ConnectionState) error {
			return forNodes(s.PeerCertificates[0]) // the chain, the dates and the name have been verified
		},
	}
}

// ClientConfig is for a client of etcd. It is a snapshot but for the certificate,
// which follows the files.
func (c *Credentials) ClientConfig() *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.follow()
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		RootCAs:    c.roots,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.follow()
			pair := c.pair
			return &pair, nil
		},
	}
}

// mostHandshakes is how many connections may be in the middle of proving
// themselves. Nodes have done that in milliseconds.
const mostHandshakes = 64

// handshakes are gRPC's way to the credentials of a node.
type handshakes struct {
	node    *Node
	pending chan struct{} // holds one token for each
}

// transport is what the connections of a node are secured with.
func transport(n *Node) credentials.TransportCredentials {
	return handshakes{node: n, pending: make(chan struct{}, mostHandshakes)}
}

// secured is TLS, or nothing between processes of one machine.
func (h handshakes) secured() credentials.TransportCredentials {
	if h.node.conf.TLS == nil {
		return insecure.NewCredentials()
	}
	return credentials.NewTLS(h.node.conf.TLS.config())
}

func (h handshakes) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	select {
	case h.pending <- struct{}{}:
		defer func() { <-h.pending }()
	default:
		return nil, nil, h.reject(conn, errors.New("too many at once"))
	}
	secured, auth, err := h.secured().ServerHandshake(conn)
	if err != nil {
		return nil, nil, h.reject(conn, err)
	}
	peer, err := h.node.meet(secured, auth)
	if err != nil {
		return nil, nil, h.reject(secured, err)
	}
	return secured, peer, nil
}

func (h handshakes) reject(conn net.Conn, err error) error {
	silent := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
	if !silent && h.node.life.Err() == nil { // else somebody looks whether the port is open, or it closes
		h.node.counts.rejected.Add(1)
		h.node.observeSecurity(NodeRefused, conn.RemoteAddr().String(), err.Error())
	}
	_ = conn.Close() // gRPC does not
	return err
}

func (h handshakes) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	secured, auth, err := h.secured().ClientHandshake(ctx, authority, conn)
	if err != nil {
		return nil, nil, err
	}
	if err := h.node.introduce(ctx, authority, secured, auth); err != nil {
		_ = secured.Close()
		return nil, nil, err
	}
	return secured, auth, nil
}

func (h handshakes) Info() credentials.ProtocolInfo {
	if h.node.conf.TLS == nil {
		return credentials.ProtocolInfo{SecurityProtocol: "insecure"}
	}
	return credentials.ProtocolInfo{SecurityProtocol: "tls"}
}

func (h handshakes) Clone() credentials.TransportCredentials { return h }
func (h handshakes) OverrideServerName(string) error         { return errors.ErrUnsupported }
