package certificate

import (
	"cmp"
	"crypto/cipher"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/certmagic"
	_ "golang.org/x/crypto/x509roots/fallback" // for containers and machines that have no authorities of their own
	"golang.org/x/time/rate"

	"example.com/pokey/store"
)

// LetsEncrypt is the default of ACME.Authority.
const LetsEncrypt = certmagic.LetsEncryptProductionCA

// ACME says what to order and where.
type ACME struct {
	Domains   []string // in lower case, as they are in a URL
	Authority string   // the URL of its directory; LetsEncrypt if empty
	// Roots is a file with the certificates by which the authority's own server is
	// known; empty for those of the system.
	Roots   string
	Email   string // for the authority to write to; may be empty
	Binding Binding
	DNS     DNS

	// Host is what the ports below listen on. HTTPPort is where ServeChallenge is
	// asked, zero for nowhere. TLSPort is where Config is used.
	Host              string
	HTTPPort, TLSPort int

	Store store.Store
	Seal  cipher.AEAD // encrypts what is in Store
	Log   *slog.Logger
}

// Public reports whether a name is one that public authorities issue certificates for.
func Public(name string) bool {
	return strings.Contains(name, ".") && certmagic.SubjectQualifiesForPublicCert(name)
}

// acmeLookups limits how often a second strangers can have the store searched for a
// challenge. An authority asks from a handful of places.
const acmeLookups = 50

// ordered is a [Source] of certificates that are ordered and renewed.
type ordered struct {
	domains  []string
	cache    *certmagic.Cache
	magic    *certmagic.Config
	issuer   *certmagic.ACMEIssuer
	storage  *storage
	lookups  *rate.Limiter // of challenges
	log      *slog.Logger
	dns      bool          // the authority looks there
	again    time.Duration // orderAgain, shorter in tests; likewise firstTurn
	turn     time.Duration
	failures atomic.Int64
	closed   atomic.Bool
	orders   sync.WaitGroup
	background

	mu     sync.Mutex
	failed map[string]Failure // why the last order of a domain failed
	checks map[string][]check // what the authority has found for the order in progress
}

// acmeALPN is the protocol of the TLS-ALPN challenge.
const acmeALPN = "acme-tls/1"

// OpenACME returns a source that gets its certificates from the store, or orders
// them in the background, and renews them when two thirds of their time are over.
// Ordering accepts the authority's terms of service.
func OpenACME(c ACME) (Source, error) {
	var roots *x509.CertPool
	if c.Roots != "" {
		pem, err := readFile(c.Roots)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		if roots = x509.NewCertPool(); !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("certificate: %s holds no certificate", c.Roots)
		}
	}
	account, err := c.Binding.account()
	if err != nil {
		return nil, err
	}
	inDNS, err := c.DNS.solver()
	if err != nil {
		return nil, err
	}
	a := &ordered{
		domains: c.Domains, log: c.Log, storage: newStorage(c.Store, c.Seal, c.Log), lookups: rate.NewLimiter(acmeLookups, acmeLookups),
		again: orderAgain, turn: firstTurn, failed: map[string]Failure{}, checks: map[string][]check{},
	}
	quiet := a.newLog()
	a.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return a.magic, nil },
		Logger:           quiet,
	})
	a.magic = certmagic.New(a.cache, certmagic.Config{
		Storage: a.storage, Logger: quiet,
		DefaultServerName: c.Domains[0],
		OCSP:              certmagic.OCSPConfig{DisableStapling: true}, // authorities no longer offer it
		OnEvent:           a.event,
		ShouldEmitFunc:    func(event string) bool { return strings.HasPrefix(event, "cert_obtain") || event == "cert_failed" },
	})
	a.issuer = certmagic.NewACMEIssuer(a.magic, certmagic.ACMEIssuer{
		CA: cmp.Or(c.Authority, LetsEncrypt), Email: c.Email, Agreed: true, TrustedRoots: roots, Logger: quiet,
		ExternalAccount: account,
		ListenHost:      c.Host, AltHTTPPort: c.HTTPPort, AltTLSALPNPort: c.TLSPort, DisableHTTPChallenge: c.HTTPPort == 0,
	})
	if inDNS != nil { // the only way then
		a.issuer.DNS01Solver, a.dns = inDNS, true
	}
	a.magic.Issuers = []certmagic.Issuer{a.issuer}
	return a, nil
}

// Config implements [Source].
func (a *ordered) Config() *tls.Config {
	c := baseConfig()
	c.NextProtos = append(c.NextProtos, acmeALPN)
	c.GetCertificate = a.certificate
	return c
}

// certificate returns the certificate for a handshake, nil if the client wants a
// host that is not ours. Nothing is ordered or searched for because of a client.
func (a *ordered) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if hello.ServerName != "" && !a.serves(hello.ServerName) {
		return nil, nil
	}
	if slices.Contains(hello.SupportedProtos, acmeALPN) && !a.lookups.Allow() {
		return nil, errors.New("certificate: too many challenges at once")
	}
	return a.magic.GetCertificate(hello)
}

func (a *ordered) serves(host string) bool {
	return len(host) <= maxDomain && slices.Contains(a.domains, strings.ToLower(strings.TrimSuffix(host, ".")))
}

// maxDomain is the longest name there is, in bytes.
const maxDomain = 254

// ServeChallenge implements [Source].
func (a *ordered) ServeChallenge(w http.ResponseWriter, r *http.Request) bool {
	if !certmagic.LooksLikeHTTPChallenge(r) {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if !a.serves(host) || !a.lookups.Allow() || !a.issuer.HandleHTTPChallenge(w, r) {
		http.NotFound(w, r)
	}
	return true
}

// State implements [Source].
func (a *ordered) State() State {
	s := State{Failures: a.failures.Load()}
	for _, name := range a.domains {
		d := Domain{Name: name, Failure: a.failure(name)}
		for _, c := range a.cache.AllMatchingCertificates(name) {
			if c.Leaf != nil && c.Leaf.NotAfter.After(d.Expires) {
				d.Expires, d.Late = c.Leaf.NotAfter, late(c.Leaf)
			}
		}
		s.Domains = append(s.Domains, d)
	}
	return s
}
