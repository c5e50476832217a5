package cluster

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// Credentials are a node's certificate and the authorities it trusts, towards other
// nodes or towards etcd. They follow their files: a connection begun after the
// files have changed uses the new contents, or the old ones if the new ones are
// unusable.
type Credentials struct {
	files   [3]string          // CA, certificate, key
	purpose string             // "node" or "etcd"
	uses    []x509.ExtKeyUsage // that the certificate must have
	log     *slog.Logger

	mu      sync.Mutex
	stamps  [3]stamp // of the files when they were last read
	pair    tls.Certificate
	expires time.Time
	roots   *x509.CertPool
	trusted [][]byte // the certificates in roots
}

// A stamp changes when a file does.
type stamp struct {
	modified time.Time
	size     int64
}

// LoadCredentials reads PEM files: the certificates of the authorities that issue
// nodes' certificates, this node's certificate (with intermediates, if any) and its
// key. A problem with newer files goes to log.
func LoadCredentials(ca, cert, key string, log *slog.Logger) (*Credentials, error) {
	return readCredentials(&Credentials{files: [3]string{ca, cert, key}, purpose: "node", uses: bothEnds, log: log})
}

// LoadClientCredentials is LoadCredentials for a client of etcd. The authority must
// not be that of the nodes, see [Credentials.SharesAuthority].
func LoadClientCredentials(ca, cert, key string, log *slog.Logger) (*Credentials, error) {
	return readCredentials(&Credentials{files: [3]string{ca, cert, key}, purpose: "etcd", uses: bothEnds[1:], log: log})
}

func readCredentials(c *Credentials) (*Credentials, error) {
	c.stamps = c.stat()
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("cluster: %s certificate: %w", c.purpose, err)
	}
	return c, nil
}

// SharesAuthority reports whether both trust a common authority: then a certificate
// issued for the one could be used for the other.
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

// Expires is when this node's certificate expires. From then on it can make and
// accept no new connection.
func (c *Credentials) Expires() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reload()
	return c.expires
}

// Certificate returns this node's certificate and key.
func (c *Credentials) Certificate() tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reload()
	return c.pair
}

// Verify returns an error unless a peer's certificates, its own first, are a node's.
func (c *Credentials) Verify(chain []*x509.Certificate) error {
	if len(chain) == 0 {
		return errors.New("there is no certificate")
	}
	c.mu.Lock()
	c.reload()
	roots := c.roots
	c.mu.Unlock()
	between := x509.NewCertPool()
	for _, cert := range chain[1:] {
		between.AddCert(cert)
	}
	if _, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		return err
	}
	return forNodes(chain[0])
}

// reload reads the files again if they have changed; c.mu is held.
func (c *Credentials) reload() {
	now := c.stat()
	if now == c.stamps {
		return
	}
	c.stamps = now
	if err := c.load(); err != nil {
		c.log.Error("new certificates are unusable; the old ones stay in use", "for", c.purpose, "err", err)
		return
	}
	c.log.Info("reloaded certificates", "for", c.purpose, "expires", c.expires)
}

func (c *Credentials) stat() (s [3]stamp) {
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

// bothEnds are the uses that a node's certificate must have: a node is at either
// end of a link. Certificates of mere clients or servers have only one.
var bothEnds = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}

// forNodes returns an error unless a certificate may be used at both ends of a link.
func forNodes(leaf *x509.Certificate) error { return usable(leaf, bothEnds) }

func usable(leaf *x509.Certificate, uses []x509.ExtKeyUsage) error {
	for _, use := range uses {
		if !slices.Contains(leaf.ExtKeyUsage, use) {
			return errors.New("the certificate must be for client authentication, and a node's also for server authentication")
		}
	}
	return nil
}

// config returns the configuration of one handshake, at either end.
func (c *Credentials) config() *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reload()
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{c.pair},
		RootCAs:                c.roots,
		ClientCAs:              c.roots,
		ClientAuth:             tls.RequireAndVerifyClientCert,
		NextProtos:             []string{"h2"},
		SessionTicketsDisabled: true, // every connection is verified
		VerifyConnection: func(s tls.ConnectionState) error {
			return forNodes(s.PeerCertificates[0]) // the chain, the dates and the name have been verified
		},
	}
}

// Files are the names of the files: authorities, certificate, key.
func (c *Credentials) Files() (ca, cert, key string) { return c.files[0], c.files[1], c.files[2] }

// PeerConfig returns the configuration of a client that asks the node on a host
// something over HTTP.
func (c *Credentials) PeerConfig(host string) *tls.Config {
	config := c.config()
	config.ServerName, config.NextProtos = host, nil
	return config
}

// ClientConfig returns the configuration of a client of etcd. The authorities in it
// stay as they are now; the certificate follows the files.
func (c *Credentials) ClientConfig() *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reload()
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		RootCAs:    c.roots,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.reload()
			pair := c.pair
			return &pair, nil
		},
	}
}
