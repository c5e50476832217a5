package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// How long certificates last.
const (
	authorityYears = 10
	nodeYears      = 1
)

// Certificates describes the certificates to make.
type Certificates struct {
	// Dir gets ca.pem, and HOST.pem and HOST-key.pem for each host.
	Dir string
	// Authority is the directory of ca.pem and ca-key.pem, which are made unless
	// they exist; empty means Dir. Anybody who can read ca-key.pem can make
	// certificates, and no node needs it.
	Authority string
	// Hosts are IP addresses, in whatever form, or names.
	Hosts []string
	// Client makes certificates for connecting only, not for accepting connections.
	Client bool
}

// NewCertificates is [Certificates.Make] with the authority in dir itself.
func NewCertificates(dir string, hosts []string) error {
	return Certificates{Dir: dir, Hosts: hosts}.Make()
}

// Make writes the certificates by which the nodes of one authority trust each other.
// The authority is made unless it exists. The hosts' certificates are replaced if
// they exist, which is how they are renewed; running nodes reload them. Keys are
// readable by their owner only.
func (c Certificates) Make() error {
	hosts := make([]string, len(c.Hosts))
	for i, h := range c.Hosts {
		if hosts[i] = canonicalHost(h); hosts[i] == "" {
			return fmt.Errorf("cluster: %q is neither an IP address nor a host name, without a port and without a zone", h)
		}
	}
	if c.Authority == "" {
		c.Authority = c.Dir
	}
	for _, dir := range []string{c.Authority, c.Dir} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	authority, err := tls.LoadX509KeyPair(filepath.Join(c.Authority, "ca.pem"), filepath.Join(c.Authority, "ca-key.pem"))
	if errors.Is(err, os.ErrNotExist) {
		authority, err = newAuthority(c.Authority)
	}
	if err != nil {
		return fmt.Errorf("cluster: the authority in %s: %w", c.Authority, err)
	}
	if c.Authority != c.Dir {
		public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Certificate[0]})
		if err := replaceFile(filepath.Join(c.Dir, "ca.pem"), public, 0o644); err != nil {
			return err
		}
	}
	for _, h := range hosts {
		if _, err := issue(c.Dir, h, c.template(h), &authority); err != nil {
			return fmt.Errorf("cluster: a certificate for %s: %w", h, err)
		}
	}
	return nil
}

// template returns the template of a certificate for a host.
func (c Certificates) template(host string) *x509.Certificate {
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: host},
		NotAfter:    time.Now().AddDate(nodeYears, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if c.Client {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	return template
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$`)

// canonicalHost returns an address as it is usually written, or a host name as it is;
// empty if it is neither.
func canonicalHost(h string) string {
	ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(h, "["), "]"))
	switch {
	case err == nil && ip.Zone() == "":
		return ip.Unmap().String()
	case err != nil && hostName.MatchString(h) && h != "ca":
		return h
	default:
		return ""
	}
}

func newAuthority(dir string) (tls.Certificate, error) {
	for _, name := range []string{"ca.pem", "ca-key.pem"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return tls.Certificate{}, fmt.Errorf("%s exists, but the other file of the pair does not", name)
		}
	}
	return issue(dir, "ca", &x509.Certificate{
		Subject:               pkix.Name{CommonName: "Pokey"},
		NotAfter:              time.Now().AddDate(authorityYears, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
	}, nil)
}

// issue makes a certificate and its key from a template and writes them under
// name. The authority signs it; if that is nil, the certificate signs itself.
func issue(dir, name string, template *x509.Certificate, authority *tls.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template.NotBefore = time.Now().Add(-time.Hour) // some clocks are behind
	parent, signer := template, any(key)
	if authority != nil {
		parent, signer = authority.Leaf, authority.PrivateKey
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return tls.Certificate{}, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	if err := replaceFile(filepath.Join(dir, name+"-key.pem"), keyPEM, 0o600); err != nil {
		return tls.Certificate{}, err
	}
	if err := replaceFile(filepath.Join(dir, name+".pem"), certPEM, 0o644); err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(certPEM, keyPEM)
}

// replaceFile replaces a file in one step, because a running node may read it.
func replaceFile(name string, content []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it has been renamed if all went well
	_, err = f.Write(content)
	if err := errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
