package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/pokey/store/etcdtest"
)

// proxy is a program that docs/operating.md says how to set up.
type proxy struct {
	name, program string
	// fence is what the snippet's block begins with in the document, own is what
	// the snippet calls itself: host or port, and site what a test puts there.
	fence, own, site string
	around           string   // what the file needs besides; SNIPPET the snippet, DIR a directory
	args             []string // FILE and DIR stand for where that is
	idle             []string // the snippet's idle times, each followed by one of thirty seconds
}

var proxies = []proxy{
	{
		name: "nginx", program: "nginx", fence: "nginx", own: "listen 80;", site: "listen %s;",
		around: "daemon off; pid DIR/pid; error_log stderr warn; worker_processes 1; user root;\nevents {}\nhttp {\naccess_log off;\n" +
			"client_body_temp_path DIR/a; proxy_temp_path DIR/b; fastcgi_temp_path DIR/c; uwsgi_temp_path DIR/d; scgi_temp_path DIR/e;\nSNIPPET\n}\n",
		args: []string{"-c", "FILE", "-p", "DIR", "-e", "stderr"},
		idle: []string{"proxy_read_timeout 75s", "proxy_read_timeout 30s"},
	},
	{
		name: "Caddy", program: "caddy", fence: "caddy", own: "poker.example.com {", site: "http://%s {",
		around: "{\nadmin off\n}\nSNIPPET", args: []string{"run", "--adapter", "caddyfile", "--config", "FILE"},
	},
	{
		name: "HAProxy", program: "haproxy", fence: "haproxy", own: "bind :80", site: "bind %s",
		around: "SNIPPET", args: []string{"-db", "-f", "FILE"},
		idle: []string{"timeout client 75s", "timeout client 30s", "timeout server 75s", "timeout server 30s", "timeout tunnel 75s", "timeout tunnel 30s"},
	},
}

// look finds the program or ends the test.
func (p proxy) look(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath(p.program)
	if err != nil {
		need(t, "POKEY_PEERS", p.program)
	}
	return program
}

// snippet is what the document tells people to write, for an address, a path
// and a server of this test's own.
func (p proxy) snippet(t *testing.T, address, path, upstream string) string {
	t.Helper()
	document, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```" + p.fence + "\n(.*?)```").FindSubmatch(document)
	if block == nil {
		t.Fatalf("docs/operating.md has no snippet for %s", p.name)
	}
	text := string(block[1])
	replace := func(old, put string) {
		if !strings.Contains(text, old) {
			t.Fatalf("the snippet for %s does not say %s", p.name, old)
		}
		text = strings.Replace(text, old, put, 1)
	}
	if path != "/" {
		row := regexp.MustCompile("(?m)^\\| " + p.name + " \\| `(.*?)` \\| `(.*?)` \\|$").FindSubmatch(document)
		if row == nil {
			t.Fatalf("docs/operating.md does not say how %s passes a path on", p.name)
		}
		replace(string(row[1]), strings.ReplaceAll(string(row[2]), "/poker/", path))
	}
	replace(p.own, fmt.Sprintf(p.site, address))
	replace("127.0.0.1:8080", strings.TrimPrefix(upstream, "http://"))
	return text
}

// start runs the proxy with a configuration until the test ends.
func (p proxy) start(t *testing.T, program, address, snippet string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "config")
	text := strings.NewReplacer("SNIPPET", snippet, "DIR", dir).Replace(p.around)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var args []string
	for _, arg := range p.args {
		args = append(args, strings.NewReplacer("FILE", file, "DIR", dir).Replace(arg))
	}
	ctx, cancel := context.WithCancel(t.Context())
	command := exec.CommandContext(ctx, program, args...)
	command.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) } // nginx's master ends its worker
	command.WaitDelay = 10 * time.Second
	said := &lockedBuffer{}
	command.Stdout, command.Stderr = said, said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = command.Wait() })
	for deadline := time.Now().Add(patience); ; {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not come up: %v\n%s", p.name, err, said)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// inFront starts a server and the documented proxy in front of it, and returns
// the page's address. Each pair of changes is text of the snippet and what the
// test wants instead of it.
func (p proxy) inFront(t *testing.T, path string, changes []string, args ...string) (page string, server *listening) {
	t.Helper()
	program, address := p.look(t), etcdtest.FreeAddress(t)
	server = listen(t, append([]string{"-public-origin", "http://" + address, "-base-path", path, "-trusted-proxies", "127.0.0.1"}, args...)...)
	snippet := p.snippet(t, address, path, server.url)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(snippet, changes[i]) {
			t.Fatalf("the snippet for %s does not say %s", p.name, changes[i])
		}
		snippet = strings.Replace(snippet, changes[i], changes[i+1], 1)
	}
	p.start(t, program, address, snippet)
	return "http://" + address + path, server
}

// pageCookie is a session, fetched through the proxy.
func pageCookie(t *testing.T, page string) string {
	t.Helper()
	return peerCookie(t, strings.TrimSuffix(page, "/"))
}
