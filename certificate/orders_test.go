package certificate

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mholt/acmez/v3/acme"

	"example.com/pokey/certificate/pebbletest"
	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
)

// unreachable returns what to order of an authority that does not reach the server.
func unreachable(t *testing.T) ACME {
	t.Helper()
	nowhere := port(t, etcdtest.FreeAddress(t))
	authority := pebbletest.Start(t, nowhere, nowhere)
	return ACME{Domains: []string{newDomain()}, Authority: authority.Directory, Roots: authority.Roots, Store: store.NewMemory()}
}

// A failure is one line in the log and says what the authority has found at both ports,
// and what to do. An end in between leaves no lock and no complaint.
func TestACMEFailureIsTold(t *testing.T) {
	t.Parallel()
	c := unreachable(t)
	s := serve(t, c, etcdtest.FreeAddress(t), etcdtest.FreeAddress(t))
	s.failed(t)
	f := s.State().Domains[0].Failure
	for _, text := range []string{f.Said, s.log.String()} {
		if !strings.Contains(text, "(http-01)") || !strings.Contains(text, "(tls-alpn-01)") {
			t.Errorf("got\n%s\nwant what was found by both challenges", text)
		}
	}
	if !strings.Contains(f.Why, c.Domains[0]) || !strings.Contains(f.Do, "port 80 or 443") || s.State().Valid(time.Now()) {
		t.Errorf("got %+v, want no certificate, and a reason", f)
	}
	s.Close()
	if got := strings.Count(s.log.String(), "level=WARN") + strings.Count(s.log.String(), "level=ERROR"); got != 1 {
		t.Errorf("got %d lines, want one:\n%s", got, s.log)
	}
	if _, err := c.Store.Load(t.Context(), lockKey("issue_cert_"+c.Domains[0])); err == nil {
		t.Error("the lock of the order is still held")
	}
}

// Who restarts the server to try settings has them checked by the staging server first,
// and an order that the library gives up is begun again.
func TestACMESparesTheAuthority(t *testing.T) {
	t.Parallel()
	c := unreachable(t)
	first := serve(t, c, etcdtest.FreeAddress(t), etcdtest.FreeAddress(t))
	first.failed(t)
	first.Close()
	https, plain := etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)
	staging := pebbletest.Start(t, port(t, plain), port(t, https))
	c.Roots = bothRoots(t, c.Roots, staging.Roots)
	second := serve(t, c, https, plain, func(a *ordered) { a.issuer.TestCA, a.again = staging.Directory, 10*time.Millisecond })
	second.failed(t)
	asked, err := second.Source.(*ordered).storage.List(t.Context(), "acme", false)
	if err != nil || len(asked) != 2 {
		t.Errorf("accounts at %q, %v; want some at the staging server too: it was not asked first", asked, err)
	}
	// It finds the server, and the authority does not: the library gives up then.
	for deadline := time.Now().Add(patience); second.State().Failures < 2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("got %d failures after %v, want two: the order was given up", second.State().Failures, patience)
		}
	}
}

// A node that cannot order certificates does not keep another one from it for ever.
func TestACMENodesTakeTurns(t *testing.T) {
	t.Parallel()
	https, plain := etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)
	authority := pebbletest.Start(t, port(t, plain), port(t, https))
	c := ACME{Domains: []string{newDomain()}, Authority: authority.Directory, Store: shared{store.NewMemory()}}
	one := serve(t, c, etcdtest.FreeAddress(t), etcdtest.FreeAddress(t), func(a *ordered) { a.turn = time.Second }) // it does not trust the authority
	one.failed(t)
	c.Roots = authority.Roots
	two := serve(t, c, https, plain)
	two.certified(t)
	one.certified(t)
}

// bothRoots returns a file with what is in two.
func bothRoots(t *testing.T, files ...string) string {
	t.Helper()
	var all []byte
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, content...)
	}
	name := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(name, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Whatever keeps an order from succeeding is told in words that fit it.
func TestExplain(t *testing.T) {
	t.Parallel()
	problem := func(kind string) error {
		return fmt.Errorf("[a.example] %w (ca=x)", acme.Problem{Type: acme.ProblemTypeNamespace + kind, Status: 403, Detail: "as it is"})
	}
	for name, row := range map[string]struct {
		err      error
		checks   []check
		inDNS    bool
		why, do  string
		repeated string
	}{
		"no firewall rule":  {problem("connection"), []check{{"http-01", acme.ProblemTypeConnection, "192.0.2.1: Timeout"}}, false, "does not find this server", "port 80 or 443", "192.0.2.1: Timeout (http-01)"},
		"another server":    {problem("unauthorized"), []check{{"http-01", acme.ProblemTypeUnauthorized, "404"}}, false, "does not find this server", "no other web server", "404 (http-01)"},
		"no name":           {problem("dns"), []check{{"http-01", acme.ProblemTypeDNS, "NXDOMAIN"}}, false, "no address of a.example", "-domain is spelt", "NXDOMAIN"},
		"DNS-01":            {problem("unauthorized"), []check{{"dns-01", acme.ProblemTypeUnauthorized, "no TXT"}}, true, "in DNS", "-acme-dns", "no TXT"},
		"too often":         {problem("rateLimited"), nil, false, "no more attempts", "without a restart", "as it is"},
		"forbidden":         {problem("rejectedIdentifier"), nil, false, "no certificate for a.example", "-domain", "as it is"},
		"CAA":               {problem("caa"), []check{{"http-01", acme.ProblemTypeCAA, "CAA forbids"}}, false, "CAA record", "-acme-ca", "CAA forbids"},
		"mail":              {problem("invalidContact"), nil, false, "address of mail", "-acme-email", "as it is"},
		"customers only":    {problem("externalAccountRequired"), nil, false, "whose account", "-acme-eab-kid", "as it is"},
		"anything else":     {problem("badCSR"), nil, false, "refuses", "-acme-ca", "as it is"},
		"a fault":           {acme.Problem{Status: 503, Detail: "down"}, nil, false, "fault of its own", "repeated", "down"},
		"a wrong clock":     {x509.CertificateInvalidError{Reason: x509.Expired}, nil, false, "clock", "NTP", "expired"},
		"a foreign server":  {fmt.Errorf("x: %w", x509.UnknownAuthorityError{}), nil, false, "does not prove", "-acme-ca-root", "unknown authority"},
		"no DNS here":       {fmt.Errorf("x: %w", &net.DNSError{Err: "no such host", Name: "ca"}), nil, false, "cannot reach the authority at https://ca/dir", "HTTPS_PROXY", "no such host"},
		"an endless answer": {problem("dns"), []check{{"http-01", acme.ProblemTypeDNS, strings.Repeat("ä", 9999)}}, false, "no address", "-domain", "ää…"},
	} {
		f := explain("a.example", "https://ca/dir", row.err, row.checks, row.inDNS)
		if !strings.Contains(f.Why, row.why) || !strings.Contains(f.Do, row.do) || !strings.Contains(f.Said, row.repeated) || len(f.Said) > longestSaid+len("…") {
			t.Errorf("%s: got %+v, want %q, %q and %q", name, f, row.why, row.do, row.repeated)
		}
	}
}

// An authority that cannot be asked is told as such, whatever the library makes of it.
func TestACMEAuthorityOutOfReach(t *testing.T) {
	t.Parallel()
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	for want, url := range map[string]string{
		"cannot reach the authority": "https://" + etcdtest.FreeAddress(t) + "/dir",
		"does not prove":             stranger.URL + "/dir",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := serve(t, ACME{Domains: []string{newDomain()}, Authority: url, Store: store.NewMemory()}, etcdtest.FreeAddress(t), "")
			s.failed(t)
			if f := s.State().Domains[0].Failure; !strings.Contains(f.Why, want) {
				t.Errorf("got %+v, want %q", f, want)
			}
		})
	}
}
