package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const here = "127.0.0.1"

// certificates makes an authority and a certificate for this machine.
func certificates(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := NewCertificates(dir, []string{here}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func loadCredentials(t *testing.T, dir string) *Credentials {
	t.Helper()
	c, err := LoadCredentials(filepath.Join(dir, "ca.pem"), filepath.Join(dir, here+".pem"), filepath.Join(dir, here+"-key.pem"), quiet)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// certificate issues one of dir's authority from a template.
func certificate(t *testing.T, dir string, template x509.Certificate) tls.Certificate {
	t.Helper()
	authority, err := tls.LoadX509KeyPair(filepath.Join(dir, "ca.pem"), filepath.Join(dir, "ca-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, template.Subject, template.IPAddresses = big.NewInt(1), pkix.Name{CommonName: "test"}, []net.IP{net.ParseIP(here)}
	der, err := x509.CreateCertificate(rand.Reader, &template, authority.Leaf, &key.PublicKey, authority.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

var forBoth = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}

// install writes a pair where NewCertificates does.
func install(t *testing.T, dir, name string, pair tls.Certificate) {
	t.Helper()
	secret, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{name + ".pem": {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, name + "-key.pem": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := replaceFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNewCertificates(t *testing.T) {
	dir := t.TempDir()
	if err := NewCertificates(dir, []string{"10.0.0.1", "pokey-1.pokey"}); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	authority, first := read("ca.pem"), read("10.0.0.1.pem")
	if err := NewCertificates(dir, []string{"pokey-1.pokey", "::1", "[FD00:0::2]"}); err != nil {
		t.Fatal(err)
	}
	if read("ca.pem") != authority || read("10.0.0.1.pem") != first {
		t.Error("another run replaced the authority or the certificate of another host")
	}
	for _, name := range []string{"ca-key.pem", "::1-key.pem"} {
		if f, err := os.Stat(filepath.Join(dir, name)); err != nil || f.Mode().Perm() != 0o600 {
			t.Errorf("%s: got mode %v and error %v, want mode 0600", name, f.Mode(), err)
		}
	}
	for _, host := range []string{"10.0.0.1", "pokey-1.pokey", "::1", "fd00::2"} {
		checkCertificate(t, host, read(host+".pem"), authority)
	}
	for _, bad := range []string{"", "..", "../x", "a/b", "ca", "a b", "-x", "fe80::1%eth0", "[::1]:7000"} {
		if err := NewCertificates(dir, []string{bad}); err == nil {
			t.Errorf("host %q: got a certificate, want an error", bad)
		}
	}
	if err := os.Remove(filepath.Join(dir, "ca-key.pem")); err != nil {
		t.Fatal(err)
	}
	if err := NewCertificates(dir, nil); err == nil || read("ca.pem") != authority {
		t.Errorf("authority without its key: got %v, want an error and the same authority", err)
	}
}

// checkCertificate checks that a node at host can use a certificate for a year.
func checkCertificate(t *testing.T, host, certificate, authority string) {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(authority))
	block, _ := pem.Decode([]byte(certificate))
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cert.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		t.Errorf("%s: verification: got %v, want no error", host, err)
	}
	if err := forNodes(cert); err != nil {
		t.Errorf("%s: use by a node: got %v, want no error", host, err)
	}
	if d := time.Until(cert.NotAfter); d < 300*24*time.Hour || d > 400*24*time.Hour {
		t.Errorf("%s: got a lifetime of %v, want about a year", host, d)
	}
}
