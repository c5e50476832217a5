package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/pokey/certificate/pebbletest"
	"example.com/pokey/cluster"
	"example.com/pokey/store/etcdtest"
)

// The settings of https are complete and fit together, or say what is wrong.
func TestHTTPSConfig(t *testing.T) {
	for _, row := range []struct{ args, says string }{
		{"-domain https://poker.example.com", "without https://"},
		{"-domain poker.example.com:443", "without a port"},
		{"-domain *.example.com", "-tls-cert"},
		{"-domain 192.0.2.1", "is an address"},
		{"-domain ::1", "without a port"},
		{"-domain münchen.example", "xn--mnchen-3ya.example"},
		{"-domain ,", "is not a domain name"},
		{"-domain localhost", "-acme-ca"},
		{"-domain poker.local", "-acme-ca"},
		{"-domain " + strings.Repeat("a", 64) + ".example", "is not a domain name"},
		{"-domain a.example -data none", "-data none"},
		{"-domain a.example -tls-cert c.pem", "go together"},
		{"-domain a.example -public-origin http://a.example", "give an https URL"},
		{"-domain a.example -listen :8443 -http-listen :8443", "a port each"},
		{"-domain a.example -http-listen 80", "-http-listen"},
		{"-domain a.example -acme-ca http://ca.example/dir", "-acme-ca"},
		{"-domain a.example -acme-email nobody", "-acme-email"},
		{"-domain a.example -tls-cert c -tls-key k -acme-email a@b.example", "-tls-cert gives one"},
		{"-domain a.example -acme-eab-kid me", "POKEY_ACME_EAB_KEY"},
		{"-domain a.example -acme-eab-key-file key", "-acme-eab-kid"},
		{"-acme-eab-kid me -acme-eab-key-file key", "-domain"},
		{"-domain a.example -acme-dns ns.example", "POKEY_ACME_DNS_KEY"},
		{"-domain a.example -acme-dns-key-file key", "-acme-dns"},
		{"-acme-dns ns.example -acme-dns-key-file key", "-domain"},
		{"-http-listen :80", "-domain"},
		{"-acme-email a@b.example", "-domain"},
		{"-tls-cert c -tls-key k -listen :443", "-public-origin"},
	} {
		_, err := parseConfig(strings.Fields(row.args), func(string) string { return "" }, io.Discard)
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: got %v, want an error with %q", row.args, err, row.says)
		}
	}
	for _, row := range []struct{ args, listen, plain, origins string }{
		{"-domain Poker.Example.com.,b.example", ":443", ":80", "https://poker.example.com https://b.example"},
		{"-domain a.example -listen :8443 -http-listen=", ":8443", "", "https://a.example https://a.example:8443"},
		{"-domain a.example -public-origin https://a.example:8443", ":443", ":80", "https://a.example:8443"},
		{"-domain a.example -tls-cert c -tls-key k -data none", ":443", ":80", "https://a.example"},
		{"-tls-cert c -tls-key k", "127.0.0.1:8080", "", ""},
	} {
		c, err := parseConfig(strings.Fields(row.args), func(string) string { return "" }, io.Discard)
		if err != nil || c.listen != row.listen || c.https.httpListen != row.plain || strings.Join(c.publicOrigins, " ") != row.origins {
			t.Errorf("%s: got %v, -listen %s, -http-listen %s, origins %q; want %+v", row.args, err, c.listen, c.https.httpListen, c.publicOrigins, row)
		}
	}
}

// One command makes a public https server: it gets a certificate of a real ACME
// server, redirects http, and keeps the certificate.
func TestHTTPSByItself(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("building the program is slow")
	}
	const domain = "poker.example.com"
	https, plain := etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)
	authority := pebbletest.Start(t, portOf(t, plain), portOf(t, https))
	if _, err := binary(); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	start := func() *process {
		return spawn(t, nil, "-data", data, "-listen", https, "-http-listen", plain, "-domain", domain,
			"-acme-ca", authority.Directory, "-acme-ca-root", authority.Roots, "-acme-email", "me@example.com")
	}
	began := time.Now()
	p := start()
	p.certified(t)
	b := newSecureBrowser(t, domain, https, plain, authority.Pool())
	response := b.visit("http://" + domain + "/r/abc")
	if response.Request.URL.String() != b.base+"/r/abc" || response.StatusCode != http.StatusOK || response.ProtoMajor != 2 {
		t.Errorf("got %s %s at %s, want the page over HTTP/2 at the same path over https", response.Proto, response.Status, response.Request.URL)
	}
	b.play()
	t.Logf("from the start to a room over https: %v", time.Since(began).Round(time.Millisecond))
	_, metrics := p.get(t, "/metrics")
	m := regexp.MustCompile(`pokey_tls_certificate_expiry_seconds\{domain="poker.example.com"\} (\S+)`).FindStringSubmatch(metrics)
	failed := p.log.contains("cannot get a certificate") // the authority has given up waiting for a busy machine
	if m == nil || strings.Contains(metrics, "pokey_tls_certificate_failures_total 0") == failed {
		t.Errorf("got no expiry, or failures, in\n%s", metrics)
	}
	if info, err := os.Stat(filepath.Join(data, "pokey.db")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("what the certificate is kept in: got %v, %v, want mode 0600", info, err)
	}
	_, first := p.readyState(t)
	p.kill()
	p = start()
	p.certified(t)
	if _, again := p.readyState(t); !again.Equal(first) || strings.Contains(p.log.String(), "got a certificate") {
		t.Errorf("after a restart: got a certificate until %v, want the same until %v", again, first)
	}
	for _, secret := range []string{"PRIVATE KEY", "-----BEGIN"} {
		content, err := os.ReadFile(filepath.Join(data, "pokey.db"))
		if err != nil || strings.Contains(string(content), secret) || strings.Contains(p.log.String(), secret) {
			t.Errorf("%q is readable in the file or the log (%v)", secret, err)
		}
	}
}

// A certificate from files serves without any authority, and is replaced without a
// restart.
func TestHTTPSWithFiles(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("building the program is slow")
	}
	dir := t.TempDir()
	certs := cluster.Certificates{Dir: filepath.Join(dir, "certs"), Hosts: []string{"poker.lan"}}
	if err := certs.Make(); err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(filepath.Join(certs.Dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	https, plain := etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)
	p := spawn(t, nil, "-data", "none", "-listen", https, "-http-listen", plain, "-domain", "poker.lan",
		"-tls-cert", filepath.Join(certs.Dir, "poker.lan.pem"), "-tls-key", filepath.Join(certs.Dir, "poker.lan-key.pem"))
	b := newSecureBrowser(t, "poker.lan", https, plain, roots)
	before := b.visit("http://poker.lan/").TLS.PeerCertificates[0].SerialNumber
	b.play()
	doctorOfHTTPS(t, https, plain, roots)
	if err := os.WriteFile(filepath.Join(certs.Dir, "poker.lan.pem"), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a certificate that is rejected", func() bool {
		state, _ := p.readyState(t)
		_, metrics := p.get(t, "/metrics")
		return state == "rejected" && strings.Contains(metrics, "pokey_tls_certificate_rejected 1") && strings.Contains(p.log.String(), "the old one stays in use")
	})
	b.visit(b.base + "/")
	if err := certs.Make(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the new certificate", func() bool {
		state, _ := p.readyState(t)
		return state == "ok" && b.visit(b.base + "/").TLS.PeerCertificates[0].SerialNumber.Cmp(before) != 0
	})
	file, _ := binary()
	check := func(env ...string) error {
		return healthcheck(t.Context(), nil, func(name string) string {
			for _, e := range env {
				if v, ok := strings.CutPrefix(e, name+"="); ok {
					return v
				}
			}
			return ""
		}, io.Discard)
	}
	for _, env := range [][]string{{"POKEY_DOMAIN=poker.lan", "POKEY_HTTP_LISTEN=" + plain}, {"POKEY_TLS_CERT=x", "POKEY_LISTEN=" + https}} {
		eventually(t, fmt.Sprintf("healthcheck of %s with %v", file, env), func() bool { return check(env...) == nil })
	}
}

// doctorOfHTTPS has the doctor examine a server of poker.lan that is well, and in ways
// in which it is not.
func doctorOfHTTPS(t *testing.T, https, plain string, roots *x509.CertPool) {
	t.Helper()
	for name, row := range map[string]struct {
		host  string
		roots *x509.CertPool
		plain string
		want  string
	}{
		"well":      {"poker.lan", roots, strconv.Itoa(portOf(t, plain)), "ok    plain http leads to https"},
		"valid":     {"poker.lan", roots, strconv.Itoa(portOf(t, plain)), "ok    the certificate is valid for 36"},
		"no http":   {"poker.lan", roots, "1", "note  plain http does not answer"},
		"stranger":  {"poker.lan", x509.NewCertPool(), "", "No authority that this machine knows"},
		"elsewhere": {"other.lan", roots, "", "The certificate is for other names"},
	} {
		var b strings.Builder
		e := &examination{
			out: &b, base: &url.URL{Scheme: "https", Host: fmt.Sprintf("%s:%d", row.host, portOf(t, https)), Path: "/"}, roots: row.roots, plain: row.plain,
			lookup: func(context.Context, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
			},
		}
		e.run(t.Context())
		if !strings.Contains(b.String(), row.want) {
			t.Errorf("%s: got no %q:\n%s", name, row.want, &b)
		}
	}
}
