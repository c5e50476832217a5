// Package certificate provides the certificates by which a server speaks https, and
// replaces them while the server runs.
//
// A [Source] is where they come from: [OpenFiles] reads files that the operator or
// another program replaces, and [OpenACME] orders certificates of an authority by
// the ACME protocol (RFC 8555) and renews them. Account, keys and certificates of
// the latter are kept in a store, sealed, so that the nodes of a cluster share them
// and only one of them orders at a time.
package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"sync"
	"time"
)

// Source provides certificates. Its methods are safe for concurrent use.
type Source interface {
	// Config returns the configuration of a TLS server. It follows the source:
	// a handshake gets the newest certificate.
	Config() *tls.Config
	// ServeChallenge answers a request by which an authority checks that a domain
	// belongs to this server, and reports whether the request was one.
	ServeChallenge(w http.ResponseWriter, r *http.Request) bool
	// State returns the state of the certificates.
	State() State
	// Start begins to replace certificates in the background, until Close. Call it
	// once the server listens: authorities connect to it.
	Start()
	// Close ends what Start began.
	Close()
}

// State is the state of the certificates of a source.
type State struct {
	Domains  []Domain
	Failures int64 // orders, renewals and replacements that have failed
	// Rejected is why the newest files are not used, for a person; empty if they are.
	Rejected string
}

// Domain is a name that the server has, or wants, a certificate for.
type Domain struct {
	Name    string
	Expires time.Time // of its certificate; zero if there is none
	Late    time.Time // from when on that should have been replaced
	Failure Failure   // of the last order; zero if that succeeded, or another node makes it
}

// Valid reports whether all domains have a certificate that is valid at that time.
func (s State) Valid(at time.Time) bool {
	for _, d := range s.Domains {
		if !at.Before(d.Expires) {
			return false
		}
	}
	return true
}

// Late reports whether a domain's certificate should have been replaced by then.
func (s State) Late(at time.Time) bool {
	for _, d := range s.Domains {
		if !at.Before(d.Late) {
			return true
		}
	}
	return false
}

// late returns from when on somebody should look why a certificate was not replaced: a
// week before its end, or later if it is valid for less than three months. Certificates
// are renewed long before that.
func late(leaf *x509.Certificate) time.Time {
	return leaf.NotAfter.Add(-min(7*24*time.Hour, leaf.NotAfter.Sub(leaf.NotBefore)/12))
}

// baseConfig returns what all sources have in common. Old versions of TLS are
// refused; Go's own choice of the rest is up to date.
func baseConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}

// background is what a source does until it is closed.
type background struct {
	stop    context.CancelFunc // nil before run
	running sync.WaitGroup
}

func (b *background) run(do func(context.Context)) {
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	b.running.Go(func() { do(ctx) })
}

// Close implements [Source].
func (b *background) Close() {
	if b.stop != nil {
		b.stop()
		b.running.Wait()
	}
}
