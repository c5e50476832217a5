package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"example.com/pokey/store/etcdtest"
)

// A server that gets no certificate goes on serving, and the operator's page, the doctor
// and the log all say why, and what to do.
func TestHTTPSWithoutACertificate(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("building the program is slow")
	}
	const domain = "poker.example.com"
	https, plain, nobody := etcdtest.FreeAddress(t), etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)
	p := spawn(t, nil, "-data", t.TempDir(), "-listen", https, "-http-listen", plain, "-domain", domain, "-acme-ca", "https://"+nobody+"/dir")
	eventually(t, "a reason", func() bool { return strings.Contains(p.log.String(), "cannot get a certificate") })
	const reason = "cannot reach the authority at https://"
	if _, page := p.get(t, "/"); !strings.Contains(page, reason) || !strings.Contains(page, "HTTPS_PROXY") {
		t.Errorf("the operator's page says nothing of it:\n%s", page)
	}
	var said strings.Builder
	if err := doctor(t.Context(), []string{"-admin", p.admin}, &said); err == nil || !strings.Contains(said.String(), reason) {
		t.Errorf("doctor -admin: got %v and\n%s\nwant the reason", err, &said)
	}
	if state, _ := p.readyState(t); state != "missing" {
		t.Errorf("readiness: got %q, want missing", state)
	}
	said.Reset()
	e := &examination{
		out: &said, base: &url.URL{Scheme: "https", Host: fmt.Sprintf("%s:%d", domain, portOf(t, https)), Path: "/"}, plain: strconv.Itoa(portOf(t, plain)),
		lookup: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		},
	}
	e.run(t.Context())
	for _, want := range []string{"has no certificate for " + domain, "ok    plain http leads to https"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("doctor from outside: got\n%s\nwant %q", &said, want)
		}
	}
	conn, err := tls.Dial("tcp", https, &tls.Config{ServerName: domain, MinVersion: tls.VersionTLS12})
	if err == nil {
		_ = conn.Close()
		t.Error("a certificate is served, want none")
	}
	if status, _ := p.get(t, "/healthz"); status != http.StatusOK {
		t.Errorf("health: got %d, want 200", status)
	}
}

// A port that cannot be opened is an error that says why and what to do.
func TestPortsThatCannotBeOpened(t *testing.T) {
	for cause, says := range map[error]string{
		os.ErrPermission:      "CAP_NET_BIND_SERVICE",
		syscall.EADDRINUSE:    "another program has this port",
		syscall.EADDRNOTAVAIL: "this machine has no such address",
	} {
		refuse := func(_, address string) (net.Listener, error) {
			return nil, &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", cause)}
		}
		err := run(t.Context(), []string{"-domain", "a.example", "-data", t.TempDir(), "-admin-listen", ""}, func(string) string { return "" }, io.Discard, refuse)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") || exitCode(err, io.Discard) != exitConfig {
			t.Errorf("%v: got %q, want one line with %q", cause, fmt.Sprint(err), says)
		}
	}
}
