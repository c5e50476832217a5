package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// A7. The operator's port answers to addresses and to names that no foreign DNS
// can lead here.
func TestOperatorsHost(t *testing.T) {
	for _, row := range []struct {
		own, host string
		want      bool
	}{
		{"127.0.0.1", "localhost:9090", true},
		{"127.0.0.1", "127.0.0.1:9090", true},
		{"127.0.0.1", "[::1]:9090", true},
		{"127.0.0.1", "", true},
		{"127.0.0.1", "rebind.evil:9090", false},
		{"127.0.0.1", "evil", false},
		{"127.0.0.1", "localhost.evil", false},
		{"127.0.0.1", "127.0.0.1.evil", false},
		{"", "10.1.2.3:9090", true},
		{"", "[fd00::1]:9090", true},
		{"", "pokey-1:9090", true},
		{"", "rebind.evil", false},
		{"metrics.example.com", "Metrics.example.com:9090", true},
		{"metrics.example.com", "other.example.com:9090", false},
	} {
		if got := operatorsHost(row.host, row.own); got != row.want {
			t.Errorf("listening at %q, Host %q: got %t, want %t", row.own, row.host, got, row.want)
		}
	}
}

// A7. A foreign Host is refused on every path of the operator's port, and so is
// OPTIONS *, with security headers.
func TestAdminPortRefusesForeignHosts(t *testing.T) {
	t.Parallel()
	p := spawn(t, nil, "-data", "none")
	for _, row := range []struct {
		first, host string
		want        int
	}{
		{"GET /metrics", "rebind.evil", 421},
		{"GET /readyz", "rebind.evil:9090", 421},
		{"GET /cluster", "evil", 421},
		{"GET /", "rebind.evil", 421},
		{"GET /status", "rebind.evil", 421},
		{"GET /metrics", "localhost", 200},
		{"OPTIONS *", "localhost", 400},
		{"nonsense", "localhost", 400},
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.admin, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", row.first, row.host)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", row.first, err)
		}
		if got := response.StatusCode; got != row.want || response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s of %s: got %d, %v; want %d", row.first, row.host, got, response.Header, row.want)
		}
		_ = conn.Close()
	}
}

// A7. The operator's port hangs up on who says nothing, and those who hold
// connections open without a request keep nobody out.
func TestAdminPortHasNoIdlers(t *testing.T) {
	t.Parallel()
	p := spawn(t, nil, "-data", "none")
	begun := time.Now()
	var idlers []net.Conn
	for range 4 * adminSockets {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.admin, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		idlers = append(idlers, conn)
	}
	if status, _ := p.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("beside %d idle connections: got %d, want 200", len(idlers), status)
	}
	for _, conn := range idlers {
		_ = conn.SetReadDeadline(begun.Add(patience))
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("a silent connection is open after %v, want it closed after 5 s", time.Since(begun))
		}
	}
}
