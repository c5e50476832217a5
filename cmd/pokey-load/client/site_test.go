package client_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/fakeserver"
)

func TestSiteRefusesRemote(t *testing.T) {
	for address, local := range map[string]bool{
		"http://127.0.0.1:8080":  true,
		"http://localhost:8080":  true,
		"http://[::1]:8080/base": true,
		"http://10.0.0.1:8080":   false,
		"https://example.com":    false,
		"http://127.0.0.1.nip":   false,
	} {
		if _, err := client.NewSite(address, client.SiteOptions{}); errors.Is(err, client.ErrRemote) == local {
			t.Errorf("%s: %v", address, err)
		}
		if _, err := client.NewSite(address, client.SiteOptions{AllowRemote: true}); err != nil {
			t.Errorf("%s, allowed: %v", address, err)
		}
	}
	for _, bad := range []string{"", "127.0.0.1:8080", "ftp://127.0.0.1", "http://", "http://%zz"} {
		if _, err := client.NewSite(bad, client.SiteOptions{}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestHandshakeRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/base/" {
			http.Error(w, "busy", http.StatusTooManyRequests)
			return
		}
		if r.URL.Path != "/base/connect" || r.Header.Get("Origin") != "http://"+r.Host || r.Header.Get("Cookie") != "a=b; c=d" {
			t.Errorf("got %s from %s with %s", r.URL, r.Header.Get("Origin"), r.Header.Get("Cookie"))
		}
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	site, err := client.NewSite(server.URL+"/base/", client.SiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = site.Dial(t.Context(), "a=b; c=d")
	var refused *client.HandshakeError
	if !errors.As(err, &refused) || refused.Status != 429 || refused.RetryAfter != 3*time.Second {
		t.Errorf("got %v", err)
	}
	if _, err := site.NewSession(t.Context()); err == nil {
		t.Error("a session came of status 429")
	}
}

func TestBackoff(t *testing.T) {
	b := client.Backoff{Min: 500 * time.Millisecond, Max: 10 * time.Second}
	closed := func(code int) error { return &client.CloseError{Code: code} }
	for _, tc := range []struct {
		err      error
		attempt  int
		min, max time.Duration
		again    bool
	}{
		{errors.New("no route"), 0, 0, 500 * time.Millisecond, true},
		{closed(client.CodeAbnormal), 0, 0, 500 * time.Millisecond, true},
		{closed(client.CodeAbnormal), 2, 0, 2 * time.Second, true},
		{closed(client.CodeAbnormal), 60, 0, 10 * time.Second, true},
		{closed(1012), 1, 0, time.Second, true},
		{closed(4001), 0, 0, 0, false},
		{closed(4002), 0, 0, 0, false},
		{closed(4101), 0, 0, 500 * time.Millisecond, true},
		{closed(4103), 0, 15 * time.Second, 16 * time.Second, true},
		{closed(4104), 0, 15 * time.Second, 16 * time.Second, true},
		{fmt.Errorf("wrapped: %w", closed(4201)), 9, 0, 500 * time.Millisecond, true},
		{&client.HandshakeError{Status: 401}, 0, 0, time.Second, false},
		{&client.HandshakeError{Status: 503, RetryAfter: 4 * time.Second}, 0, 4 * time.Second, 4 * time.Second, true},
		{&client.HandshakeError{Status: 429}, 0, 0, 500 * time.Millisecond, true},
		{&client.HandshakeError{Status: 502}, 0, 0, 500 * time.Millisecond, true},
	} {
		for range 100 {
			wait, again := b.After(tc.err, tc.attempt)
			if again != tc.again || again && (wait < tc.min || wait > tc.max) {
				t.Fatalf("%v, attempt %d: wait %v, again %v", tc.err, tc.attempt, wait, again)
			}
		}
	}
}

func TestConnEnds(t *testing.T) {
	site := serve(t, fakeserver.Options{})
	session, err := site.NewSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dial := func() *client.Conn {
		conn, err := site.Dial(t.Context(), session)
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	if err := dial().CloseGracefully(time.Minute); err != nil {
		t.Errorf("no goodbye: %v", err)
	}
	big := dial()
	defer big.Close()
	if err := big.Write(make([]byte, 17<<10)); err != nil {
		t.Fatal(err)
	}
	if closed := end(big); closed.Code != 1009 {
		t.Errorf("got %v", closed)
	}
	reset := dial()
	reset.Reset()
	if closed := end(reset); closed.Code != client.CodeAbnormal {
		t.Errorf("got %v", closed)
	}
}

// end reads until the connection is gone.
func end(conn *client.Conn) *client.CloseError {
	var closed *client.CloseError
	for {
		if _, err := conn.Read(); errors.As(err, &closed) {
			return closed
		}
	}
}
