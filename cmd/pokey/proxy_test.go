package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
)

// nginxConf is what docs/operating.md tells people to write, on a free port.
const nginxConf = `
daemon off; pid %[1]s/pid; error_log stderr warn; worker_processes 1;
events {}
http {
    access_log off;
    client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
    map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
    server {
        listen %[2]s;
        location %[3]s {
            proxy_pass %[4]s;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_read_timeout 75s;
            proxy_buffering off;
        }
    }
}
`

// The documented nginx, at the root and under a path: the page, the session and
// the WebSocket come through, and the doctor finds nothing.
func TestBehindNginx(t *testing.T) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		need(t, "POKEY_PEERS", "nginx")
	}
	for _, path := range []string{"/", "/team/poker/"} {
		t.Run(path, func(t *testing.T) {
			proxy := freeAddress(t)
			server := listen(t, "-public-origin", "http://"+proxy, "-base-path", path, "-trusted-proxies", "127.0.0.1")
			startNginx(t, nginx, proxy, path, server.url)
			page := "http://" + proxy + path

			var said bytes.Buffer
			if err := doctor(t.Context(), []string{page}, &said); err != nil {
				t.Fatalf("%v\n%s", err, &said)
			}
			conn, _, err := gorilla.DefaultDialer.DialContext(t.Context(), "ws://"+proxy+path+"connect",
				http.Header{"Cookie": {peerCookie(t, strings.TrimSuffix(page, "/"))}, "Origin": {"http://" + proxy}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			playAlone(t,
				func(m string) error { return conn.WriteMessage(gorilla.TextMessage, []byte(m)) },
				func() (string, error) { _, m, err := conn.ReadMessage(); return string(m), err })
		})
	}
}

// A proxy that does what it should not: the doctor says which setting to change.
func TestDoctorFindsWhatIsWrong(t *testing.T) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		need(t, "POKEY_PEERS", "nginx")
	}
	proxy := freeAddress(t)
	server := listen(t, "-public-origin", "https://poker.example.com")
	startNginx(t, nginx, proxy, "/", server.url)
	var said bytes.Buffer
	err = doctor(t.Context(), []string{"http://" + proxy + "/"}, &said)
	if err == nil || !strings.Contains(said.String(), "-public-origin") {
		t.Errorf("%v\n%s", err, &said)
	}
	said.Reset()
	if err := doctor(t.Context(), []string{"http://" + freeAddress(t) + "/"}, &said); err == nil || !strings.Contains(said.String(), "Is it running") {
		t.Errorf("%v\n%s", err, &said)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func startNginx(t *testing.T, nginx, address, path, upstream string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, nginxConf, dir, address, path, upstream), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	command := exec.CommandContext(ctx, nginx, "-c", file, "-p", dir, "-e", "stderr")
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) } // the master ends its worker
	var said bytes.Buffer
	command.Stderr = &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = command.Wait() })
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("nginx does not come up: %v\n%s", err, &said)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
