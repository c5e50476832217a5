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
	"strings"
	"time"
)

// page fetches the page and keeps its cookie.
func (e *examination) page(ctx context.Context) bool {
	asked := time.Now()
	response, err := e.get(ctx)
	answered := time.Now()
	if !e.check(err == nil, "the server answers", "%s", e.unreachable(err)) {
		if e.plain = e.plainPort(); e.base.Scheme == "https" && e.plain != "" {
			e.redirect(ctx) // an authority may look there
		}
		return false
	}
	_ = response.Body.Close()
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		// It is cut to seconds, and may be half a second old.
		e.clock("the server", date.Add(500*time.Millisecond).Sub(asked.Add(answered.Sub(asked)/2)))
	}
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
	e.encryption(ctx, response)
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
func (e *examination) webSocket(ctx context.Context) bool {
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
	return e.check(err == nil && status == http.StatusSwitchingProtocols, "the WebSocket opens and welcomes",
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
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext, t.Proxy = e.connect, nil // as for WebSockets: what is examined is the server, and no way out of this network
	t.TLSClientConfig = &tls.Config{RootCAs: e.roots, MinVersion: tls.VersionTLS12}
	t.DisableKeepAlives = true
	return t.RoundTrip(request)
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
	conn, err := e.connect(ctx, "tcp", net.JoinHostPort(e.base.Hostname(), e.port()))
	if err != nil || e.base.Scheme != "https" {
		return conn, err
	}
	encrypted := tls.Client(conn, &tls.Config{RootCAs: e.roots, ServerName: e.base.Hostname(), NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12})
	if err := encrypted.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return encrypted, nil
}

// port returns the port of the URL.
func (e *examination) port() string {
	if port := e.base.Port(); port != "" {
		return port
	}
	return map[string]string{"http": "80", "https": "443"}[e.base.Scheme]
}
