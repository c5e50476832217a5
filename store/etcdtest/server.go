package etcdtest

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startTimeout is how long an etcd may take to serve. It is generous, since
// tests of many packages may run on a small machine.
const startTimeout = 30 * time.Second

// Server is an etcd that belongs to one test. Its methods may be called from any
// goroutine, one at a time; what goes wrong fails the test.
type Server struct {
	Endpoint string // HOST:PORT for clients, without TLS; it stays the same
	Dir      string // where etcd keeps everything

	t     testing.TB
	path  string
	args  []string
	etcd  *process // nil while it does not run
	spoke bytes.Buffer
}

// process is an etcd from its start to its end.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// Start runs an etcd with an empty directory until the test ends, and returns
// when it serves. Further flags are passed on to it.
func Start(t testing.TB, flags ...string) *Server {
	t.Helper()
	path, err := exec.LookPath("etcd")
	if err != nil {
		if os.Getenv("POKEY_ETCDTEST") == "require" {
			t.Fatalf("an etcd is required: %v", err)
		}
		t.Skipf("there is no etcd here: %v", err)
	}
	s := &Server{t: t, path: path, Endpoint: FreeAddress(t), Dir: t.TempDir()}
	client, peer := "http://"+s.Endpoint, "http://"+FreeAddress(t)
	s.args = append([]string{
		"--name=test", "--data-dir=" + s.Dir, "--logger=zap", "--log-level=error",
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=test=" + peer,
		"--heartbeat-interval=20", "--election-timeout=200", // it is alone, and need not wait for others
	}, flags...)
	t.Cleanup(s.Kill)
	s.Restart()
	if t.Failed() {
		t.FailNow()
	}
	return s
}

// Restart starts an etcd that was stopped or killed, with what it has kept and
// at the same endpoint, and returns when it serves.
func (s *Server) Restart() {
	s.t.Helper()
	if s.etcd != nil {
		s.t.Error("etcd runs already")
		return
	}
	cmd := exec.Command(s.path, s.args...) //nolint:noctx // it is killed when the test ends
	cmd.Stdout, cmd.Stderr = &s.spoke, &s.spoke
	// What etcd's own flags may be set by is not the test's.
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "ETCD_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		// The kernel ends etcd with the thread that started it, so that a test
		// process that dies leaves nothing behind.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ended)
		endWithParent(cmd)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // it is always ended by a signal
		}
	}()
	if err := <-started; err != nil {
		s.t.Errorf("etcd does not start: %v", err)
		return
	}
	s.etcd = &process{cmd: cmd, ended: ended}
	if err := s.await(); err != nil {
		s.Kill() // whatever it says is in the buffer then
		s.t.Errorf("etcd does not serve: %v\n%s", err, &s.spoke)
	}
}

// await returns when etcd serves.
func (s *Server) await() error {
	client := http.Client{Timeout: time.Second}
	defer client.CloseIdleConnections()
	for until := time.Now().Add(startTimeout); ; time.Sleep(10 * time.Millisecond) { //nolint:forbidigo // it is polled
		resp, err := client.Get("http://" + s.Endpoint + "/health") //nolint:noctx // it has a time-out
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
			err = fmt.Errorf("its health is %s", resp.Status)
		}
		select {
		case <-s.etcd.ended:
			return fmt.Errorf("it has ended: %v", s.etcd.cmd.ProcessState)
		default:
		}
		if time.Now().After(until) {
			return err
		}
	}
}

// Stop has etcd shut down in good order, and returns when it has.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

// Kill ends etcd at once, as a crash does. It does nothing if etcd does not run.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

func (s *Server) end(signal os.Signal) {
	if s.etcd == nil {
		return
	}
	_ = s.etcd.cmd.Process.Signal(signal) // it may have ended
	<-s.etcd.ended
	s.etcd = nil
}
