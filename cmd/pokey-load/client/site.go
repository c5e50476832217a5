package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// Session identifies a user to the server: it is the value of the Cookie header, made
// of the cookies that the server set. It is a credential.
type Session string

// Site is a server at one address. It is safe for concurrent use.
type Site struct {
	origin  string // scheme://host
	base    string // with the path
	connect string
	http    *http.Client
	dialer  websocket.Dialer
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	host    string
	dials   *atomic.Int64
}

// SiteOptions are the options of a [Site] besides its address.
type SiteOptions struct {
	// AllowRemote lets the address be another machine's. Without it [NewSite]
	// refuses, because these tools attack the server, which needs its owner's
	// consent.
	AllowRemote bool
	// Sources is the number of loopback addresses that connections come from,
	// so that many short ones do not run out of ports; at most 250, zero for
	// whatever the system chooses.
	Sources int
	// From is the loopback address that all connections come from, in place of
	// Sources; nil for any.
	From net.IP
	// Roots are the authorities that an https server's certificate is checked
	// against; nil for those of the system.
	Roots *x509.CertPool
}

// ErrRemote is returned by [NewSite] for an address that is not this machine's.
var ErrRemote = errors.New("not a loopback address")

// HandshakeError is a server's refusal to open a WebSocket connection.
type HandshakeError struct {
	Status     int           // the HTTP status
	RetryAfter time.Duration // zero when the server did not say
}

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("handshake refused with status %d", e.Status)
}

// StatusError is a status that the page was refused with.
type StatusError int

func (e StatusError) Error() string { return "status " + strconv.Itoa(int(e)) }

// NewSites makes several sites of one cluster. Their connections are numbered
// together, so that no two have the same number.
func NewSites(addresses []string, o SiteOptions) ([]*Site, error) {
	var sites []*Site
	dials := new(atomic.Int64)
	for _, address := range addresses {
		s, err := NewSite(address, o)
		if err != nil {
			return nil, err
		}
		s.dials = dials
		sites = append(sites, s)
	}
	return sites, nil
}

// NewSite makes a [Site] of an address like http://127.0.0.1:8080 or, where the
// server has a base path, http://127.0.0.1:8080/poker.
func NewSite(address string, o SiteOptions) (*Site, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("address: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("address %q is not http://host:port", address)
	}
	if !o.AllowRemote && !isLoopback(u.Hostname()) {
		return nil, fmt.Errorf("address %q: %w", address, ErrRemote)
	}
	path := strings.TrimSuffix(u.Path, "/")
	s := &Site{
		dials:   new(atomic.Int64),
		origin:  u.Scheme + "://" + u.Host,
		host:    u.Host,
		base:    u.Scheme + "://" + u.Host + path,
		connect: "ws" + strings.TrimPrefix(u.Scheme, "http") + "://" + u.Host + path + "/connect",
	}
	dial := sourceDialer(u.Hostname(), min(o.Sources, 250))
	if o.From != nil {
		dial = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: o.From}}).DialContext
	}
	s.dial = dial
	s.http = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DialContext: dial, TLSClientConfig: encryption(o.Roots), DisableCompression: true, MaxIdleConnsPerHost: 64}}
	s.dialer = websocket.Dialer{
		NetDialContext:   dial,
		TLSClientConfig:  encryption(o.Roots),
		HandshakeTimeout: 30 * time.Second,
		ReadBufferSize:   1024,
		WriteBufferSize:  1024,
		WriteBufferPool:  &sync.Pool{},
	}
	return s, nil
}

func encryption(roots *x509.CertPool) *tls.Config {
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// sourceDialer takes turns in 127.0.0.1 … 127.0.0.n as the address to come
// from, when n is not zero and the host is an IPv4 loopback address.
func sourceDialer(host string, n int) func(ctx context.Context, network, addr string) (net.Conn, error) {
	ip := net.ParseIP(host).To4()
	if n == 0 || ip == nil || !ip.IsLoopback() {
		return (&net.Dialer{}).DialContext
	}
	dialers := make([]net.Dialer, n)
	for i := range dialers {
		dialers[i].LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+i))}
	}
	var turn atomic.Uint64
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		return dialers[turn.Add(1)%uint64(n)].DialContext(ctx, network, addr)
	}
}

// URL is the address of a path of the site, which begins with a slash.
func (s *Site) URL(path string) string { return s.base + path }

// Connections is how many connections have been opened, which is also the number
// of the newest.
func (s *Site) Connections() int { return int(s.dials.Load()) }

// NewSession fetches the page without a cookie and returns the session that
// the server starts for it.
func (s *Site) NewSession(ctx context.Context) (Session, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/", nil)
	if err != nil {
		return "", err
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return "", fmt.Errorf("session: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return "", fmt.Errorf("session: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("session: %w", StatusError(resp.StatusCode))
	}
	var pairs []string
	for _, c := range resp.Cookies() {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	if len(pairs) == 0 {
		return "", errors.New("session: the page set no cookie")
	}
	return Session(strings.Join(pairs, "; ")), nil
}

// CloseIdle closes the connections that are kept for more pages.
func (s *Site) CloseIdle() { s.http.CloseIdleConnections() }

// Raw opens a TCP connection to the server's port and sends nothing.
func (s *Site) Raw(ctx context.Context) (net.Conn, error) { return s.dial(ctx, "tcp", s.host) }

// Get asks for a path of the site for the session, and returns the status.
func (s *Site) Get(ctx context.Context, path string, session Session) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL(path), nil)
	if err != nil {
		return 0, err
	}
	if session != "" {
		req.Header.Set("Cookie", string(session))
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return 0, fmt.Errorf("get: %w", err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, resp.Body.Close()
}

// Dial opens a connection for the session; an empty session sends no cookie.
// When the server refuses, the error is a [*HandshakeError].
func (s *Site) Dial(ctx context.Context, session Session) (*Conn, error) {
	header := http.Header{"Origin": {s.origin}}
	if session != "" {
		header.Set("Cookie", string(session))
	}
	ws, resp, err := s.dialer.DialContext(ctx, s.connect, header) //nolint:bodyclose // it is closed already, says the library
	if err != nil {
		if errors.Is(err, websocket.ErrBadHandshake) && resp != nil {
			return nil, &HandshakeError{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header)}
		}
		return nil, fmt.Errorf("dial: %w", err)
	}
	return newConn(ws, int(s.dials.Add(1))), nil
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
