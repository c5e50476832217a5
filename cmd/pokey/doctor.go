package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// doctor examines a running server from the outside, as a browser would, and
// explains in plain words what is wrong between the two.
func doctor(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 1 {
		return exit{exitUsage, errors.New("usage: pokey doctor URL, for instance pokey doctor https://poker.example.com/")}
	}
	base, err := url.Parse(args[0])
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return exit{exitUsage, fmt.Errorf("%q is not an http or https URL", args[0])}
	}
	if !strings.HasSuffix(base.Path, "/") {
		base.Path += "/"
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	e := &examination{out: out, base: base}
	e.run(ctx)
	if e.findings > 0 {
		return exit{exitFailure, fmt.Errorf("%d of %d checks failed", e.findings, e.checks)}
	}
	_, _ = fmt.Fprintf(out, "all %d checks passed\n", e.checks)
	return nil
}

// examination is the state of one run of the doctor.
type examination struct {
	out              io.Writer
	base             *url.URL
	cookie           *http.Cookie
	checks, findings int
}

func (e *examination) check(ok bool, what, otherwise string, args ...any) bool {
	e.checks++
	if ok {
		_, _ = fmt.Fprintf(e.out, "ok    %s\n", what)
		return true
	}
	e.findings++
	_, _ = fmt.Fprintf(e.out, "FAIL  %s\n      %s\n", what, fmt.Sprintf(otherwise, args...))
	return false
}

func (e *examination) run(ctx context.Context) {
	if !e.page(ctx) || !e.session() {
		return
	}
	e.refusals(ctx)
	e.webSocket(ctx)
}

// page fetches the page and keeps its cookie.
func (e *examination) page(ctx context.Context) bool {
	response, err := e.get(ctx)
	if !e.check(err == nil, "the server answers", "Nothing answers at %s: %v. Is the server running, and does the proxy point at it?", e.base, err) {
		return false
	}
	_ = response.Body.Close()
	if !e.check(response.StatusCode != http.StatusMisdirectedRequest, "the server accepts this host name",
		"The server answers 421: it does not know the name %q. Add %s to -public-origin; if there is a proxy in between, let it pass the Host header on unchanged.",
		e.base.Host, e.origin()) {
		return false
	}
	if !e.check(response.StatusCode == http.StatusOK, "the page is found",
		"The server answers %s. If the page is under a path, give that path here and in -base-path.", response.Status) {
		return false
	}
	e.check(strings.Contains(response.Header.Get("Content-Security-Policy"), "default-src 'none'"), "the security headers arrive",
		"The Content-Security-Policy is not the server's own: something in between removes or replaces it.")
	for _, c := range response.Cookies() {
		if strings.Contains(c.Name, "pokey") {
			e.cookie = c
		}
	}
	e.check(strings.Contains(response.Header.Get("Cache-Control"), "no-store"), "a page that carries a session is not cached",
		"Cache-Control is %q: a proxy that caches it gives several people the same session.", response.Header.Get("Cache-Control"))
	return true
}

// session checks the cookie as a browser would.
func (e *examination) session() bool {
	if !e.check(e.cookie != nil, "a session cookie is handed out", "The answer sets no session cookie: a proxy removes Set-Cookie, or answers from a cache.") {
		return false
	}
	secure := e.cookie.Secure
	switch e.base.Scheme {
	case "https":
		e.check(secure, "the cookie is for https", "The cookie is not marked Secure: the server believes it is reached over http. Set -public-origin %s.", e.origin())
	default:
		e.check(!secure || loopback(e.base.Hostname()), "the cookie is for http",
			"The cookie is marked Secure, and browsers drop it on plain http. Open the https address, or add %s to -public-origin.", e.origin())
	}
	return true
}

// refusals checks that the server refuses what it must.
func (e *examination) refusals(ctx context.Context) {
	status, err := e.handshake(ctx, e.origin(), false)
	e.check(err == nil && status == http.StatusUnauthorized, "a WebSocket without a session is refused",
		"Wanted 401, got %s.", outcome(status, err))
	status, err = e.handshake(ctx, "https://elsewhere.invalid", true)
	e.check(err == nil && status == http.StatusForbidden, "a WebSocket from another site is refused",
		"Wanted 403, got %s. If something in between rewrites the Origin header, stop it.", outcome(status, err))
}

// webSocket connects as the page does and waits for the first message.
func (e *examination) webSocket(ctx context.Context) {
	status, err := e.handshake(ctx, e.origin(), true)
	advice := "Let the proxy speak HTTP/1.1 to the server and pass Upgrade and Connection on."
	switch status {
	case http.StatusForbidden:
		advice = "The server does not accept pages from " + e.origin() + ": add it to -public-origin."
	case http.StatusUnauthorized:
		advice = "The server does not get the cookie as it was set: something in between removes or changes the Cookie header."
	case http.StatusTooManyRequests:
		advice = "Too many connections from this address. If there is a proxy in between, name it in -trusted-proxies."
	case http.StatusServiceUnavailable:
		advice = "The server is full or about to stop."
	}
	e.check(err == nil && status == http.StatusSwitchingProtocols, "the WebSocket opens and welcomes",
		"Wanted 101 and a welcome, got %s. %s", outcome(status, err), advice)
}

func outcome(status int, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", status, http.StatusText(status))
}

func (e *examination) origin() string { return e.base.Scheme + "://" + e.base.Host }

func (e *examination) get(ctx context.Context) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.base.String(), nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultTransport.RoundTrip(request)
}

// handshake asks for a WebSocket and, if it gets one, waits for the welcome. It
// returns the HTTP status.
func (e *examination) handshake(ctx context.Context, origin string, withCookie bool) (status int, err error) {
	conn, err := e.dial(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	var key [16]byte
	_, _ = rand.Read(key[:])
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.base.JoinPath("connect").String(), nil)
	if err != nil {
		return 0, err
	}
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Origin": origin,
		"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": base64.StdEncoding.EncodeToString(key[:]),
	} {
		request.Header.Set(name, value)
	}
	if withCookie {
		request.AddCookie(&http.Cookie{Name: e.cookie.Name, Value: e.cookie.Value})
	}
	if err := request.Write(conn); err != nil {
		return 0, err
	}
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, request)
	if err != nil {
		return 0, err
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusSwitchingProtocols {
		return response.StatusCode, nil
	}
	first := make([]byte, 64)
	if n, err := io.ReadAtLeast(in, first, 32); err != nil || !strings.Contains(string(first[:n]), `"welcome"`) {
		return response.StatusCode, errors.New("101 but no welcome: something in between does not pass WebSocket frames on")
	}
	return response.StatusCode, nil
}

func (e *examination) dial(ctx context.Context) (net.Conn, error) {
	port := e.base.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[e.base.Scheme]
	}
	address := net.JoinHostPort(e.base.Hostname(), port)
	if e.base.Scheme == "https" {
		d := tls.Dialer{Config: &tls.Config{NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}}
		return d.DialContext(ctx, "tcp", address)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", address)
}
