package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary builds the program as it is released, once for all tests.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "pokey-test-")
	if err != nil {
		return "", err
	}
	removeBinary = func() { _ = os.RemoveAll(dir) }
	file := filepath.Join(dir, "pokey")
	build := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", file, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return file, errors.Join(os.Chmod(dir, 0o755), os.Chmod(file, 0o755)) // whatever the umask: others run it too
})

var removeBinary = func() {}

// process is the program in a process of its own, which can be killed.
type process struct {
	*exec.Cmd
	url, admin string
	log        *lockedBuffer
	ended      chan struct{}
}

var serving = regexp.MustCompile(`msg=serving url=(https?://\S+) admin=(\S*)`)

// spawn starts the program on free ports, and waits until it serves or ends; change
// may change how.
func spawn(t *testing.T, change func(*exec.Cmd), args ...string) *process {
	t.Helper()
	p := launch(t, change, args...)
	p.await(t)
	return p
}

// launch starts the program on free ports.
func launch(t *testing.T, change func(*exec.Cmd), args ...string) *process {
	t.Helper()
	if testing.Short() {
		t.Skip("building the program is slow")
	}
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{log: &lockedBuffer{}, ended: make(chan struct{})}
	args = append([]string{"-listen", "127.0.0.1:0", "-admin-listen", "127.0.0.1:0"}, args...)
	p.Cmd = exec.CommandContext(context.Background(), file, args...)
	p.Stderr = p.log
	if change != nil {
		change(p.Cmd)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
}

// await waits until the program serves or ends.
func (p *process) await(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		if m := serving.FindStringSubmatch(p.log.String()); m != nil {
			p.url = strings.Replace(strings.TrimSuffix(m[1], "/"), "localhost", "127.0.0.1", 1)
			p.admin = "http://" + m[2]
			return
		}
		select {
		case <-p.ended:
			return
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not start:\n%s", p.log)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// saved waits until everything that was acknowledged is stored, which a slow disk is late
// with.
func (p *process) saved(t *testing.T) {
	t.Helper()
	eventually(t, "everything is saved", func() bool {
		_, r := p.readiness(t)
		return r.Durable
	})
}

// readiness is what the process says of itself.
func (p *process) readiness(t *testing.T) (int, readiness) {
	t.Helper()
	status, body := p.get(t, "/readyz")
	var r readiness
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		t.Fatal(err)
	}
	return status, r
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.Process.Kill()
	<-p.ended
}

// code waits for the process to end and returns its exit code.
func (p *process) code(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatalf("it does not end:\n%s", p.log)
	}
	return p.ProcessState.ExitCode()
}

// get fetches something of the operator's port.
func (p *process) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	client := http.Client{Timeout: patience}
	response, err := client.Get(p.admin + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(data)
}

// eventually waits for something that takes its time.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came: %s", what)
		}
	}
}

// SIGTERM tells everybody to come back and ends well; a second one
// ends at once.
func TestSignals(t *testing.T) {
	t.Parallel()
	p := spawn(t, nil, "-data", t.TempDir())
	a := callIn(t, p.url, peerCookie(t, p.url))
	a.create("Login")
	begun := time.Now()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if e := a.until("closing"); e["reason"] != "restart" {
		t.Errorf("closing: %v", e)
	}
	if got := a.closed(); got != 1012 {
		t.Errorf("closed with %d, want 1012", got)
	}
	if code := p.code(t); code != 0 {
		t.Errorf("exit %d:\n%s", code, p.log)
	}
	t.Logf("stopped within %v", time.Since(begun))

	p = spawn(t, nil, "-data", t.TempDir())
	silent, _, err := dial(t, p.url, peerCookie(t, p.url), "") // it answers nothing, no close frame either
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	for running := true; running; { // again and again, since two signals at once are one
		_ = p.Process.Signal(syscall.SIGTERM) // it may have ended
		select {
		case <-p.ended:
			running = false
		case <-time.After(100 * time.Millisecond):
		}
	}
	if code := p.code(t); code != -1 || p.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("got exit code %d, want an end by the signal:\n%s", code, p.log)
	}
}
