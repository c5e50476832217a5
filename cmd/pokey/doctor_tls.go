package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// soon is the time before the end of a certificate at which it should have been
// renewed: authorities issue for three months at most, and a third of that is left then.
const soon = 14 * 24 * time.Hour

// unreachable says why nothing answers, and what to do.
func (e *examination) unreachable(err error) string {
	host := e.base.Hostname()
	var invalid x509.CertificateInvalidError
	var foreign x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var alert *net.OpError // as crypto/tls has it
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("The certificate is not valid now: %v. Renew it, and see in the log why that did not happen by itself; or set the clock.", err)
	case errors.As(err, &foreign):
		return fmt.Sprintf("The certificate is for other names: %v. Get one for %s, or name it in -domain.", err, host)
	case errors.As(err, &unknown):
		return "No authority that this machine knows has signed the certificate. If it is one of your own, browsers must know it too; if not, the chain of intermediates is missing in the file."
	case errors.As(err, &alert) && alert.Op == "remote error":
		return fmt.Sprintf("The server has no certificate for %s (%v). Name it in -domain; if it is there, the operator's page, pokey doctor -admin and the log say why there is no certificate yet.", host, err)
	default:
		return fmt.Sprintf("Nothing answers at %s: %v. Is the server running, and does the proxy point at it?", e.base, err)
	}
}

// encryption checks what makes https safe, and that people who type the name get there.
func (e *examination) encryption(ctx context.Context, response *http.Response) {
	if response.TLS == nil {
		return
	}
	expires := response.TLS.PeerCertificates[0].NotAfter
	left := time.Until(expires)
	e.check(left > soon, fmt.Sprintf("the certificate is valid for %d days more", int(left.Hours()/24)),
		"It expires on %s, and should have been renewed by now. The log of whoever renews it says why it was not.", expires.UTC().Format(time.DateOnly))
	e.check(response.Header.Get("Strict-Transport-Security") != "", "browsers are told to stay on https",
		"There is no Strict-Transport-Security: something in between removes it, or the server believes it is reached over http.")
	if e.plain = e.plainPort(); e.plain != "" {
		e.redirect(ctx)
	}
}

// plainPort is where http is expected beside https; empty if there is no saying.
func (e *examination) plainPort() string {
	if e.plain == "" && e.port() == "443" {
		return "80"
	}
	return e.plain
}

// redirect checks that plain http leads to https, if it is served at all.
func (e *examination) redirect(ctx context.Context) {
	target := "http://" + e.base.Hostname() + e.base.Path
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return
	}
	t := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return e.connect(ctx, network, net.JoinHostPort(e.base.Hostname(), e.plain))
	}}
	response, err := t.RoundTrip(request)
	if err != nil {
		e.note("plain http does not answer", "Nothing answers at "+target+": people who leave out https:// may not get here, and an authority can check the domain at port 443 only. With -domain, -http-listen :80 serves both.")
		return
	}
	_ = response.Body.Close()
	location := response.Header.Get("Location")
	e.check(response.StatusCode >= 300 && response.StatusCode < 400 && strings.HasPrefix(location, "https://"+e.base.Hostname()),
		"plain http leads to https", "%s answers %s and leads to %q. Have it redirect to %s: otherwise people play unencrypted, or somewhere else.",
		target, response.Status, location, e.base)
}
