package transport

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/protocol"
)

// testTLS returns a configuration with a certificate that nobody has signed.
func testTLS(t testing.TB) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(100, 0, 0), DNSNames: []string{"pokey.test"}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		Certificates: []tls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: key}},
	}
}

// overTLS serves it on a real socket with TLS. Its clients speak HTTP/1.1, and TLS of
// the version.
func overTLS(t testing.TB, version uint16, change func(*Config)) *service {
	t.Helper()
	s := overTCP(t, func(c *Config) {
		c.TLS, c.PublicOrigins = testTLS(t), []string{"https://pokey.test", "https://localhost", "http://localhost"}
		if change != nil {
			change(c)
		}
	})
	plain := s.dial
	s.dial = func() (net.Conn, error) {
		c, err := plain()
		if err != nil {
			return nil, err
		}
		_ = c.(*net.TCPConn).SetReadBuffer(64 << 10)                                                                                                      // so that the server cannot write everything at once
		return tls.Client(c, &tls.Config{InsecureSkipVerify: true, ServerName: "pokey.test", MaxVersion: version, NextProtos: []string{"http/1.1"}}), nil //nolint:gosec // nobody has signed it
	}
	return s
}

// What is sent over TLS arrives whole and in order, also at a client that reads late,
// and the connection ends cleanly.
func TestWebSocketOverTLS(t *testing.T) {
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			s := overTLS(t, version, nil)
			c, e := s.connect()
			if reflect.ValueOf(e.direct).IsZero() || e.sealer == nil {
				t.Fatal("frames over TLS are not written directly")
			}
			var sent []string
			for i := range 60 { // more than the system's buffers take
				event := strings.Repeat(string(rune('a'+i%26)), 1+i*300)
				sent = append(sent, event)
				e.Send([]byte(event))
			}
			for _, want := range sent {
				c.wantFrame(text, want)
			}
			e.Conn.Close(protocol.CloseMoved, "")
			c.wantClose(protocol.CloseMoved)
			c.send(closeFrame(protocol.CloseMoved, ""))
			if _, err := io.ReadAll(c.br); err != nil {
				t.Errorf("the end: got %v, want a clean one", err)
			}
		})
	}
}

// The page comes over HTTP/2, with a session that is for https only.
func TestPageOverHTTP2(t *testing.T) {
	s := overTLS(t, tls.VersionTLS13, nil)
	browser := http.Client{Transport: &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true, ServerName: "pokey.test", MinVersion: tls.VersionTLS12}, //nolint:gosec // nobody has signed it
	}}
	defer browser.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+s.address()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "pokey.test"
	response, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	cookies := response.Cookies()
	if response.ProtoMajor != 2 || response.StatusCode != http.StatusOK || len(cookies) != 1 || !cookies[0].Secure || !strings.HasPrefix(cookies[0].Name, "__Host-") {
		t.Errorf("got %s %s with cookies %v, want the page over HTTP/2 with a secure cookie", response.Proto, response.Status, cookies)
	}
	if got := response.Header.Get("Strict-Transport-Security"); got == "" {
		t.Error("got no Strict-Transport-Security")
	}
	if open := s.Stats().Sockets.Open; open == 0 {
		t.Error("a socket with TLS is not counted")
	}
}

// A client that does not finish its handshake is cut, whatever it sends meanwhile,
// and the log says nothing of it.
func TestSlowTLSHandshakesAreCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := overPipes(t, func(c *Config) { c.TLS = testTLS(t) })
		for name, sent := range map[string]string{"silent": "", "slow": "\x16\x03\x01\xff\xff"} {
			c := s.dialRaw()
			began := time.Now()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for _, b := range []byte(sent + strings.Repeat("\x01", 100)) {
					if _, err := c.Write([]byte{b}); err != nil {
						return
					}
					time.Sleep(time.Second)
				}
			}()
			_, _ = io.ReadAll(c.br)
			if took := time.Since(began); took > 6*time.Second {
				t.Errorf("%s: cut after %v, want 5 s", name, took)
			}
			_ = c.Close()
			<-ended
		}
		synctest.Wait()
		if got := s.Stats().TLSFailures; got != 2 {
			t.Errorf("got %d failures, want 2", got)
		}
		if strings.Contains(s.log.String(), "TLS") {
			t.Errorf("got log %q, want nothing of handshakes", s.log)
		}
	})
}

// An address may begin only so many handshakes; others notice nothing.
func TestTLSHandshakesAreLimitedByAddress(t *testing.T) {
	s := overTLS(t, tls.VersionTLS13, func(c *Config) { c.HandshakeRate, c.HandshakeBurst = 0.001, 2 })
	shake := func() error {
		c, err := s.dial()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		return c.(*tls.Conn).HandshakeContext(t.Context())
	}
	for i := range 12 {
		if err := shake(); (err == nil) != (i < 8) {
			t.Errorf("handshake %d: got %v, want 8 that succeed", i, err)
		}
	}
	if got := s.Stats().Security[LimitedTLS]; got != 4 {
		t.Errorf("got %d events, want 4", got)
	}
}

// Somebody who speaks plain http to the https port is told so, with our headers.
func TestPlainHTTPOnTheTLSPort(t *testing.T) {
	s := overTCP(t, func(c *Config) { c.TLS = testTLS(t) })
	response, body := s.do("GET / HTTP/1.1\r\nHost: pokey.test\r\n\r\n")
	if response.StatusCode != http.StatusBadRequest || !strings.Contains(body, "HTTPS") || response.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("got %s, %q and headers %v", response.Status, body, response.Header)
	}
}

// What TLS wants to say by itself is bounded.
func TestTLSHasLittleToSayByItself(t *testing.T) {
	s := &sealer{}
	n := 0
	for ; n < 1000; n++ {
		if _, err := s.Write(make([]byte, 100)); err != nil {
			if !errors.Is(err, errUnasked) {
				t.Fatal(err)
			}
			break
		}
	}
	if n != maxUnasked/100 {
		t.Errorf("got %d messages, want %d", n, maxUnasked/100)
	}
}

// Port 80 sends browsers to https at a host of ours, and nobody anywhere else.
func TestRedirectToHTTPS(t *testing.T) {
	s := newService(t, func(c *Config) {
		c.TLS, c.PublicOrigins = testTLS(t), []string{"https://pokey.test", "https://pokey.test:8443", "https://other.test:444"}
	})
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	challenge := func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/.well-known/acme-challenge/token" {
			return false
		}
		_, _ = io.WriteString(w, "proof")
		return true
	}
	server, limited := s.Redirect(l, challenge)
	go func() { _ = server.Serve(limited) }()
	t.Cleanup(func() { _ = server.Close() })
	for _, c := range []struct {
		request  string
		status   int
		location string
	}{
		{"GET /r/abc?x=1 HTTP/1.1\r\nHost: pokey.test", 308, "https://pokey.test/r/abc?x=1"},
		{"HEAD / HTTP/1.1\r\nHost: POKEY.test:80", 308, "https://pokey.test/"},
		{"GET / HTTP/1.1\r\nHost: other.test:8080", 308, "https://other.test:444/"},
		{"GET //evil.example/ HTTP/1.1\r\nHost: pokey.test", 308, "https://pokey.test//evil.example/"},
		{"GET /\\evil.example HTTP/1.1\r\nHost: pokey.test", 308, "https://pokey.test/%5Cevil.example"},
		{"GET http://pokey.test/r/abc HTTP/1.1\r\nHost: evil.example", 308, "https://pokey.test/r/abc"},
		{"GET http://evil.example/ HTTP/1.1\r\nHost: pokey.test", 421, ""},
		{"GET / HTTP/1.1\r\nHost: evil.example", 421, ""},
		{"GET / HTTP/1.1\r\nHost: pokey.test.evil.example", 421, ""},
		{"GET / HTTP/1.1\r\nHost: pokey.test@evil.example", 400, ""},
		{"GET / HTTP/1.1\r\nHost: pokey.test\r\nX-Forwarded-Host: evil.example", 308, "https://pokey.test/"},
		{"GET / HTTP/1.1\r\nHost: 127.0.0.1", 421, ""},
		{"GET /healthz HTTP/1.1\r\nHost: localhost", 200, ""},
		{"GET /.well-known/acme-challenge/token HTTP/1.1\r\nHost: pokey.test", 200, ""},
		{"GET /.well-known/acme-challenge/other HTTP/1.1\r\nHost: pokey.test", 308, "https://pokey.test/.well-known/acme-challenge/other"},
		{"POST / HTTP/1.1\r\nHost: pokey.test\r\nContent-Length: 1000000000", 405, ""},
		{"GET / HTTP/1.1\r\nHost: pokey.test\r\nTransfer-Encoding: chunked", 308, "https://pokey.test/"},
		{"GET /connect HTTP/1.1\r\nHost: pokey.test\r\nConnection: Upgrade\r\nUpgrade: websocket", 308, "https://pokey.test/connect"},
	} {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		_, _ = io.WriteString(conn, c.request+"\r\n\r\n")
		method, _, _ := strings.Cut(c.request, " ")
		response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%q: %v", c.request, err)
		}
		if response.StatusCode != c.status || response.Header.Get("Location") != c.location {
			t.Errorf("%q: got %d and %q, want %d and %q", c.request, response.StatusCode, response.Header.Get("Location"), c.status, c.location)
		}
		if len(response.Cookies()) > 0 || response.Header.Get("Strict-Transport-Security") != "" || !response.Close && c.status != 400 {
			t.Errorf("%q: got headers %v, want no cookie, no HSTS, and the end", c.request, response.Header)
		}
		_ = conn.Close()
	}
}
