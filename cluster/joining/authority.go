package joining

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	authorityYears = 10
	// certificateLife is how long a node's certificate lasts, and renewBefore is how
	// long before its end a node makes another one.
	certificateLife = 90 * 24 * time.Hour
	renewBefore     = certificateLife / 3
)

// Authority issues certificates for nodes.
type Authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// NewAuthority makes an authority.
func NewAuthority() (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Pokey"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(authorityYears, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &Authority{cert, key}, err
}

// ParseAuthority reads the certificate and the key of an authority, in PEM.
func ParseAuthority(text []byte) (*Authority, error) {
	a := &Authority{}
	var certs []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var err error
		switch block.Type {
		case "CERTIFICATE":
			var cert *x509.Certificate
			cert, err = x509.ParseCertificate(block.Bytes)
			certs = append(certs, cert)
		case "PRIVATE KEY":
			var key any
			if key, err = x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
				a.key, _ = key.(crypto.Signer)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("joining: the authority: %w", err)
		}
	}
	if len(certs) == 0 || a.key == nil {
		return nil, errors.New("joining: the authority needs a certificate and its key")
	}
	public, ok := a.key.Public().(interface{ Equal(crypto.PublicKey) bool })
	for _, cert := range certs { // while one authority replaces another, nodes trust both
		if ok && cert.IsCA && public.Equal(cert.PublicKey) {
			a.cert = cert
			return a, nil
		}
	}
	return nil, errors.New("joining: the key of the authority is not that of its certificate")
}

// Certificate returns the certificate of the authority in PEM.
func (a *Authority) Certificate() []byte { return certificatePEM(a.cert.Raw) }

// PEM returns its certificate and its key.
func (a *Authority) PEM() ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, err
	}
	return append(a.Certificate(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...), nil
}

// hash is what a token knows the authority by.
func (a *Authority) hash() [32]byte { return sha256.Sum256(a.cert.Raw) }

// issue returns a certificate for a host and the key of a request, in PEM. The request
// says nothing else that counts.
func (a *Authority) issue(host string, request []byte) ([]byte, error) {
	r, err := x509.ParseCertificateRequest(request)
	if err == nil {
		err = r.CheckSignature()
	}
	if err != nil {
		return nil, fmt.Errorf("joining: the request for a certificate: %w", err)
	}
	if key, ok := r.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("joining: the request for a certificate is not for a key on P-256")
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: host}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, r.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	return certificatePEM(der), nil
}

// IssueOwn makes a key, and a certificate for it, for this node's host.
func (a *Authority) IssueOwn(host string) (cert, key []byte, err error) {
	request, key, err := newRequest()
	if err != nil {
		return nil, nil, err
	}
	cert, err = a.issue(host, request)
	return cert, key, err
}

// Renews reports whether a certificate is one of this authority's that should be
// replaced by now.
func (a *Authority) Renews(cert *x509.Certificate, now time.Time) bool {
	return cert.CheckSignatureFrom(a.cert) == nil && now.After(cert.NotAfter.Add(-renewBefore))
}

// newRequest makes a key, and the request for a certificate for it.
func newRequest() (request, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	request, err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	return request, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), err
}

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
