// Package pebbletest runs pebble for tests, which is Let's Encrypt's ACME server for
// testing, and a DNS server that has every name point to this machine.
//
// It runs the pebble and pebble-challtestsrv in PATH. Without them the test is
// skipped, or fails if POKEY_PEBBLE=require is in the environment.
package pebbletest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"example.com/pokey/store/etcdtest"
)

// patience is how long a program may take to start and to answer, on a machine that has
// other work too: pebble begins with two RSA keys.
const patience = time.Minute

// Authority is a running certificate authority.
type Authority struct {
	Directory string // its URL
	Roots     string // a file with the certificate by which its own server is known

	t          testing.TB
	management string
	client     *http.Client
}

// Start runs an authority that checks domains at these ports of 127.0.0.1.
func Start(t testing.TB, httpPort, tlsPort int) *Authority {
	t.Helper()
	return start(t, "", map[string]any{"httpPort": httpPort, "tlsPort": tlsPort})
}

// StartWithDNS runs an authority that asks the name server at this address, and can
// reach no server in the domains.
func StartWithDNS(t testing.TB, server string) *Authority {
	t.Helper()
	return start(t, server, map[string]any{})
}

// StartForCustomers runs an authority as Start does that makes accounts only for those
// who know one of the keys, by their IDs.
func StartForCustomers(t testing.TB, httpPort, tlsPort int, keys map[string]string) *Authority {
	t.Helper()
	return start(t, "", map[string]any{
		"httpPort": httpPort, "tlsPort": tlsPort, "externalAccountBindingRequired": true, "externalAccountMACKeys": keys,
	})
}

func start(t testing.TB, dns string, settings map[string]any) *Authority {
	t.Helper()
	for _, program := range []string{"pebble", "pebble-challtestsrv"} {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		if os.Getenv("POKEY_PEBBLE") == "require" {
			t.Fatalf("%s is required here and not to be had", program)
		}
		t.Skipf("%s is not to be had here", program)
	}
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	pool := makeCertificate(t, file("cert.pem"), file("key.pem"))
	listen, management := etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)
	a := &Authority{
		Directory: "https://" + listen + "/dir", Roots: file("cert.pem"), t: t, management: "https://" + management,
		client: &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}},
	}
	maps.Copy(settings, map[string]any{
		"listenAddress": listen, "managementListenAddress": management, "certificate": file("cert.pem"), "privateKey": file("key.pem"),
	})
	config, err := json.Marshal(map[string]any{"pebble": settings})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file("pebble.json"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	if dns == "" {
		dns = etcdtest.FreeAddress(t)
		run(t, "pebble-challtestsrv", "-defaultIPv6", "", "-dns01", dns, "-http01", "", "-https01", "", "-tlsalpn01", "", "-management", etcdtest.FreeAddress(t))
	}
	run(t, "pebble", "-config", file("pebble.json"), "-dnsserver", dns)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(patience); a.get(a.Directory) == nil; <-look.C {
		if time.Now().After(deadline) {
			t.Fatal("pebble does not answer")
		}
	}
	return a
}

// Pool returns the roots of the certificates that the authority issues.
func (a *Authority) Pool() *x509.CertPool {
	a.t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(a.get(a.management + "/roots/0")) {
		a.t.Fatal("pebble has no root")
	}
	return pool
}

// get returns what is at a URL of the authority; nil if it does not answer.
func (a *Authority) get(url string) []byte {
	response, err := a.client.Get(url) //nolint:noctx // the client has a time-out
	if err != nil {
		return nil
	}
	defer func() { _ = response.Body.Close() }()
	body, _ := io.ReadAll(response.Body)
	return body
}

func run(t testing.TB, program string, args ...string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1")
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Logf("%s:\n%s", program, out.String())
		}
	})
}

// makeCertificate writes a certificate for 127.0.0.1 that signs itself, and its key.
func makeCertificate(t testing.TB, certFile, keyFile string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	for name, content := range map[string][]byte{certFile: certPEM, keyFile: keyPEM} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return pool
}
