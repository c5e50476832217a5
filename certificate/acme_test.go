package certificate

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/pokey/certificate/pebbletest"
	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
)

// server serves https with a source, and plain http for challenges.
type server struct {
	Source
	https, http string // addresses
	log         *lockedBuffer
}

// patience is how long to wait for what certainly comes, on a machine with other work
// too. An order that failed is tried again after a minute.
const patience = 3 * time.Minute

var domains atomic.Int64

// newDomain returns a domain that no other test has: certmagic keeps the challenges of
// all its orders in one process by domain, so that two orders for one would answer with
// each other's.
func newDomain() string {
	return fmt.Sprintf("poker-%d.example.com", domains.Add(1))
}

func port(t *testing.T, address string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// serve orders certificates for the domains, with all challenges or those at one
// port only, after the changes.
func serve(t *testing.T, c ACME, https, plain string, with ...func(*ordered)) *server {
	t.Helper()
	s := &server{https: https, http: plain, log: new(lockedBuffer)}
	c.Host, c.TLSPort = "127.0.0.1", port(t, https)
	if plain != "" {
		c.HTTPPort = port(t, plain)
	}
	if c.Seal == nil {
		c.Seal = testSeal(t, 1)
	}
	c.Log = slog.New(slog.NewTextHandler(s.log, nil))
	var err error
	if s.Source, err = OpenACME(c); err != nil {
		t.Fatal(err)
	}
	for _, change := range with {
		change(s.Source.(*ordered))
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log:\n%s", s.log)
		}
	})
	l, err := tls.Listen("tcp", https, s.Config())
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_ = conn.(*tls.Conn).HandshakeContext(context.Background())
				_ = conn.Close()
			}()
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	if plain != "" {
		h := &http.Server{Addr: plain, ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !s.ServeChallenge(w, r) {
				http.Error(w, "no challenge", http.StatusTeapot)
			}
		})}
		l, err := net.Listen("tcp", plain)
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = h.Serve(l) }()
		t.Cleanup(func() { _ = h.Close() })
	}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// certified waits until all domains have a certificate.
func (s *server) certified(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(patience); !s.State().Valid(time.Now()); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no certificate after %v: %+v", patience, s.State())
		}
	}
}

// failed waits until an order has failed.
func (s *server) failed(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(patience); s.State().Failures == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no failure after %v", patience)
		}
	}
}

// handshake connects as a browser does that wants the name.
func (s *server) handshake(a *pebbletest.Authority, name string) (*tls.ConnectionState, error) {
	conn, err := tls.Dial("tcp", s.https, &tls.Config{ServerName: name, RootCAs: a.Pool(), MinVersion: tls.VersionTLS12})
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	state := conn.ConnectionState()
	return &state, nil
}

// A certificate is got by either challenge alone, is good for its domain, and is kept.
func TestACMEGetsAndKeepsCertificates(t *testing.T) {
	t.Parallel()
	for _, challenge := range []string{"http-01", "tls-alpn-01"} {
		t.Run(challenge, func(t *testing.T) {
			t.Parallel()
			https, plain := etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)
			httpPort, tlsPort := port(t, plain), port(t, https)
			if challenge == "http-01" {
				tlsPort = port(t, etcdtest.FreeAddress(t)) // where nobody listens
			} else {
				plain = ""
			}
			authority := pebbletest.Start(t, httpPort, tlsPort)
			records := store.NewMemory()
			c := ACME{Domains: []string{newDomain(), newDomain()}, Authority: authority.Directory, Roots: authority.Roots, Email: "me@example.com", Store: records}
			s := serve(t, c, https, plain)
			s.certified(t)
			first := map[string]string{}
			for _, name := range append(c.Domains, "") {
				state, err := s.handshake(authority, strings.TrimSuffix(name, "."))
				if name == "" { // a client without SNI wants an address, which the certificate is not for
					if err == nil {
						t.Error("an address is certified")
					}
					continue
				}
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				first[name] = state.PeerCertificates[0].SerialNumber.String()
			}
			if _, err := s.handshake(authority, "evil.example.com"); err == nil || !strings.Contains(err.Error(), "unrecognized name") {
				t.Errorf("a foreign name: got %v, want unrecognized name", err)
			}
			s.Close()

			again := serve(t, c, etcdtest.FreeAddress(t), "") // where the authority does not look
			again.certified(t)
			state, err := again.handshake(authority, c.Domains[0])
			if err != nil {
				t.Fatal(err)
			}
			if got := state.PeerCertificates[0].SerialNumber.String(); got != first[c.Domains[0]] {
				t.Errorf("after a restart: got certificate %s, want %s", got, first[c.Domains[0]])
			}
		})
	}
}

// Two nodes that share a store have one certificate, which one of them has ordered,
// although the authority may ask either.
func TestACMENodesOrderOnce(t *testing.T) {
	t.Parallel()
	https, plain := etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)
	authority := pebbletest.Start(t, port(t, plain), port(t, https))
	c := ACME{Domains: []string{newDomain()}, Authority: authority.Directory, Roots: authority.Roots, Store: shared{store.NewMemory()}}
	one := serve(t, c, https, plain)
	two := serve(t, c, etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)) // the authority never asks it
	one.certified(t)
	two.certified(t)
	var serials []string
	for _, s := range []*server{one, two} {
		state, err := s.handshake(authority, c.Domains[0])
		if err != nil {
			t.Fatal(err)
		}
		serials = append(serials, state.PeerCertificates[0].SerialNumber.String())
	}
	if serials[0] != serials[1] {
		t.Errorf("got certificates %v, want one", serials)
	}
	if got := strings.Count(one.log.String()+two.log.String(), "got a certificate"); got != 1 {
		t.Errorf("got %d orders, want 1", got)
	}
}

// A stranger who asks for challenges of foreign hosts gets nothing, and the store is
// not asked for him.
func TestACMEChallengesOfStrangers(t *testing.T) {
	records := &counting{Store: store.NewMemory()}
	source, err := OpenACME(ACME{Domains: []string{"poker.example.com"}, HTTPPort: 80, TLSPort: 443, Store: records, Seal: testSeal(t, 1), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(host string) int {
		answer := &recorder{header: http.Header{}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+"/.well-known/acme-challenge/token", nil)
		if err != nil {
			t.Fatal(err)
		}
		if !source.ServeChallenge(answer, r) {
			t.Fatalf("%s: a challenge is not seen as one", host)
		}
		return answer.status
	}
	for range 1000 {
		if got := ask("evil.example.com"); got != http.StatusNotFound {
			t.Fatalf("a foreign host: got %d, want 404", got)
		}
	}
	if got := records.loads.Load(); got != 0 {
		t.Errorf("foreign hosts: the store was asked %d times, want 0", got)
	}
	for range 1000 {
		if got := ask("poker.example.com"); got != http.StatusNotFound {
			t.Fatalf("no challenge: got %d, want 404", got)
		}
	}
	if got := records.loads.Load(); got > 3*acmeLookups {
		t.Errorf("the store was asked %d times, want %d at most", got, 3*acmeLookups)
	}
	for name, alpn := range map[string]string{"evil.example.com": acmeALPN, strings.Repeat("a.", 30_000): "h2"} {
		if cert, err := source.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: name, SupportedProtos: []string{alpn}}); cert != nil || err != nil {
			t.Errorf("%.20s: got %v, %v, want no certificate and no search", name, cert, err)
		}
	}
}

func TestACMERoots(t *testing.T) {
	for _, roots := range []string{"missing.pem", "acme_test.go"} {
		if _, err := OpenACME(ACME{Domains: []string{"a.example.com"}, Roots: roots}); err == nil || !strings.Contains(err.Error(), roots) {
			t.Errorf("%s: got %v, want an error that names it", roots, err)
		}
	}
}

// recorder keeps the status of an answer.
type recorder struct {
	header http.Header
	status int
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return len(b), nil }
