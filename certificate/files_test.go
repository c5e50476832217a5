package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pairOfFiles are the files of one certificate.
type pairOfFiles struct {
	t         *testing.T
	cert, key string
}

// pem returns a certificate with the serial number that expires at that time.
func (p pairOfFiles) pem(serial int64, expires time.Time, names ...string) (cert, key []byte) {
	p.t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: expires, DNSNames: names}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &secret.PublicKey, secret)
	if err != nil {
		p.t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		p.t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
}

func (p pairOfFiles) write(name string, content []byte) {
	p.t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// The files are followed. Whatever cannot be used changes nothing and is told once.
func TestFilesAreFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		p := pairOfFiles{t, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
		month := time.Now().AddDate(0, 1, 0)
		firstCert, firstKey := p.pem(1, month, "poker.example.com")
		p.write(p.cert, firstCert)
		p.write(p.key, firstKey)
		log := new(lockedBuffer)
		f, err := OpenFiles(p.cert, p.key, slog.New(slog.NewTextHandler(log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		f.Start()
		defer f.Close()
		serial := func() int64 {
			c, err := f.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: "anything"})
			if err != nil {
				t.Fatal(err)
			}
			return c.Leaf.SerialNumber.Int64()
		}
		want := func(what string, number int64, failures int64, rejected string) {
			t.Helper()
			time.Sleep(3 * pollFiles)
			synctest.Wait()
			s := f.State()
			if got := serial(); got != number || s.Failures != failures || !strings.Contains(s.Rejected, rejected) || (s.Rejected == "") != (rejected == "") {
				t.Errorf("%s: got certificate %d, %d failures and %q, want %d, %d and %q", what, got, s.Failures, s.Rejected, number, failures, rejected)
			}
		}
		want("unchanged", 1, 0, "")
		cert, key := p.pem(2, month, "poker.example.com")
		p.write(p.cert, cert)
		want("half replaced", 1, 1, "private key does not match")
		p.write(p.key, key)
		want("replaced", 2, 1, "")
		p.write(p.cert, cert[:100])
		want("cut short", 2, 2, "failed to find any PEM data")
		if err := os.Remove(p.cert); err != nil {
			t.Fatal(err)
		}
		want("gone", 2, 3, "no such file")
		p.write(p.cert, cert)
		want("back", 2, 3, "")
		old, oldKey := p.pem(3, time.Now().Add(-time.Hour), "poker.example.com")
		p.write(p.cert, old)
		p.write(p.key, oldKey)
		want("expired", 2, 4, "expired on")
		if got := strings.Count(log.String(), "level=ERROR"); got != 4 {
			t.Errorf("got %d errors in the log, want 4:\n%s", got, log)
		}
		if s := f.State(); len(s.Domains) != 1 || s.Domains[0].Name != "poker.example.com" || !s.Valid(time.Now()) || s.Valid(month) {
			t.Errorf("got state %+v", s)
		}
	})
}

func TestFilesThatCannotBeUsed(t *testing.T) {
	dir := t.TempDir()
	p := pairOfFiles{t, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	cert, key := p.pem(1, time.Now().Add(time.Hour), "a.example.com")
	nameless, namelessKey := p.pem(1, time.Now().Add(time.Hour))
	for name, c := range map[string]struct {
		cert, key []byte
		want      string
	}{
		"no name":    {nameless, namelessKey, "for no host name"},
		"no pair":    {cert, namelessKey, "does not match"},
		"swapped":    {key, cert, "cert.pem and"},
		"endless":    {make([]byte, maxFile+1), key, "longer than"},
		"empty key":  {cert, nil, "key.pem"},
		"empty cert": {nil, key, "cert.pem"},
	} {
		p.write(p.cert, c.cert)
		p.write(p.key, c.key)
		if _, err := OpenFiles(p.cert, p.key, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
	p.write(p.cert, cert)
	p.write(p.key, key)
	if err := os.Chmod(p.key, 0o644); err != nil {
		t.Fatal(err)
	}
	log := new(lockedBuffer)
	if _, err := OpenFiles(p.cert, p.key, slog.New(slog.NewTextHandler(log, nil))); err != nil || !strings.Contains(log.String(), "every user of this machine") {
		t.Errorf("a key for everybody: got %v and log %q, want a warning", err, log)
	}
}

// A directory or a pipe instead of a file is an error at once, also later.
func TestCertificateIsNoFile(t *testing.T) {
	if _, err := OpenFiles(t.TempDir(), t.TempDir(), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("got %v, want that it is not a file", err)
	}
}
