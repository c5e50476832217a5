package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// secureBrowser speaks to a server on this machine under a domain of its own.
type secureBrowser struct {
	*http.Client
	t    *testing.T
	base string // the origin
}

func newSecureBrowser(t *testing.T, domain, https, plain string, roots *x509.CertPool) *secureBrowser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		to := https
		if strings.HasSuffix(address, ":80") {
			to = plain
		}
		return new(net.Dialer).DialContext(ctx, network, to)
	}
	return &secureBrowser{t: t, base: "https://" + domain, Client: &http.Client{Jar: jar, Timeout: patience, Transport: &http.Transport{
		DialContext: dial, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true,
	}}}
}

// visit loads a page, from wherever it sends the browser.
func (b *secureBrowser) visit(url string) *http.Response {
	b.t.Helper()
	response, err := b.Get(url)
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return response
}

// play creates a room over the WebSocket.
func (b *secureBrowser) play() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	transport := b.Transport.(*http.Transport).Clone()
	transport.ForceAttemptHTTP2, transport.TLSNextProto = false, map[string]func(string, *tls.Conn) http.RoundTripper{}
	conn, _, err := websocket.Dial(ctx, "wss"+strings.TrimPrefix(b.base, "https")+"/connect", &websocket.DialOptions{
		HTTPClient: &http.Client{Jar: b.Jar, Transport: transport}, HTTPHeader: http.Header{"Origin": {b.base}},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	playAlone(b.t, func(text string) error { return conn.Write(ctx, websocket.MessageText, []byte(text)) }, func() (string, error) {
		_, data, err := conn.Read(ctx)
		return string(data), err
	})
}

func portOf(t *testing.T, address string) int {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// certified waits for the certificate. An order that failed, since the authority has given
// up waiting for a busy machine, is tried again after a minute.
func (p *process) certified(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(3 * patience); ; time.Sleep(20 * time.Millisecond) {
		if state, _ := p.readyState(t); state == "ok" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it gets no certificate:\n%s", p.log)
		}
	}
}

// readyState is what readiness says of the certificate.
func (p *process) readyState(t *testing.T) (certificate string, expires time.Time) {
	t.Helper()
	_, r := p.readiness(t)
	if r.Expires != nil {
		expires = *r.Expires
	}
	return r.Certificate, expires
}
