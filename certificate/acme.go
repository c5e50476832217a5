package certificate

import (
	"cmp"
	"context"
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
	dns      bool // the authority looks there
	failures atomic.Int64
	background
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
	a := &ordered{domains: c.Domains, log: c.Log, storage: newStorage(c.Store, c.Seal, c.Log), lookups: rate.NewLimiter(acmeLookups, acmeLookups)}
	quiet := newLog(c.Log)
	a.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return a.magic, nil },
		Logger:           quiet,
	})
	a.magic = certmagic.New(a.cache, certmagic.Config{
		Storage: a.storage, Logger: quiet,
		DefaultServerName: c.Domains[0],
		OCSP:              certmagic.OCSPConfig{DisableStapling: true}, // authorities no longer offer it
		OnEvent:           a.event,
		ShouldEmitFunc:    func(event string) bool { return event == "cert_obtained" || event == "cert_failed" },
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

// Start implements [Source].
func (a *ordered) Start() {
	a.log.Info("certificates are ordered when they are needed, which accepts the authority's terms of service", "domains", a.domains, "authority", a.issuer.CA)
	a.run(func(ctx context.Context) {
		for {
			_, _, err := a.storage.all(ctx)
			if err == nil {
				break
			}
			a.log.Warn("the certificates cannot be read yet", "err", err)
			select {
			case <-ctx.Done():
				return
			case <-time.After(storageRetry):
			}
		}
		if err := a.magic.ManageAsync(ctx, a.domains); err != nil {
			a.log.Error("cannot order certificates", "err", err)
		}
		<-ctx.Done()
		a.cache.Stop()
	})
}

// storageRetry is how long to wait for a store that does not answer.
const storageRetry = 5 * time.Second

// event counts and logs what has become of an order.
func (a *ordered) event(_ context.Context, event string, data map[string]any) error {
	domain, _ := data["identifier"].(string)
	switch event {
	case "cert_obtained":
		a.log.Info("got a certificate", "domain", domain)
	case "cert_failed":
		err, _ := data["error"].(error)
		a.log.Error("cannot get a certificate, and will try again", "domain", domain, "advice", advice(err, a.dns), "err", err)
		a.failures.Add(1) // now, so that whoever sees the number finds the reason
	}
	return nil
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
		d := Domain{Name: name}
		for _, c := range a.cache.AllMatchingCertificates(name) {
			if c.Leaf != nil && c.Leaf.NotAfter.After(d.Expires) {
				d.Expires = c.Leaf.NotAfter
			}
		}
		s.Domains = append(s.Domains, d)
	}
	return s
}
