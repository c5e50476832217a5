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

// startTimeout is how long etcd may take to start. It is generous, because the tests
// of many packages may run at once on a small machine.
const startTimeout = 2 * time.Minute

// Server is the etcd of one test. Its methods may be called from any goroutine, one at
// a time. Failures fail the test.
type Server struct {
	Endpoint string // HOST:PORT for clients, without TLS; it survives restarts
	Dir      string // the data directory

	t      testing.TB
	path   string
	args   []string
	etcd   *process // nil while it is not running
	output bytes.Buffer
}

// process is one run of etcd.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// Start runs etcd with an empty data directory until the test ends, and returns when
// it serves. The flags are passed to etcd.
func Start(t testing.TB, flags ...string) *Server {
	t.Helper()
	path, err := exec.LookPath("etcd")
	if err != nil {
		if os.Getenv("POKEY_ETCDTEST") == "require" {
			t.Fatalf("etcd is required: %v", err)
		}
		t.Skipf("etcd is not installed: %v", err)
	}
	s := &Server{t: t, path: path, Endpoint: FreeAddress(t), Dir: t.TempDir()}
	client, peer := "http://"+s.Endpoint, "http://"+FreeAddress(t)
	s.args = append([]string{
		"--name=test", "--data-dir=" + s.Dir, "--logger=zap", "--log-level=error",
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=test=" + peer,
		"--heartbeat-interval=20", "--election-timeout=200", // there are no other members to wait for
	}, flags...)
	t.Cleanup(s.Kill)
	s.Restart()
	if t.Failed() {
		t.FailNow()
	}
	return s
}

// Restart starts etcd again after Stop or Kill, with its data and at the same endpoint,
// and returns when it serves.
func (s *Server) Restart() {
	s.t.Helper()
	if s.etcd != nil {
		s.t.Error("etcd is running already")
		return
	}
	cmd := exec.Command(s.path, s.args...) //nolint:noctx // it is killed when the test ends
	cmd.Stdout, cmd.Stderr = &s.output, &s.output
	// Variables that set etcd's flags are not meant for the test.
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "ETCD_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		// The kernel ends etcd with the thread that started it, so that it does not
		// outlive a test process that is killed.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ended)
		endWithParent(cmd)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // it always ends by a signal
		}
	}()
	if err := <-started; err != nil {
		s.t.Errorf("cannot start etcd: %v", err)
		return
	}
	s.etcd = &process{cmd: cmd, ended: ended}
	if err := s.await(); err != nil {
		s.Kill() // so that its output is complete
		s.t.Errorf("etcd does not serve: %v\n%s", err, &s.output)
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
			err = fmt.Errorf("health check: got %s", resp.Status)
		}
		select {
		case <-s.etcd.ended:
			return fmt.Errorf("etcd has ended: %v", s.etcd.cmd.ProcessState)
		default:
		}
		if time.Now().After(until) {
			return err
		}
	}
}

// Stop shuts etcd down cleanly, and returns when it has ended.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

// Kill ends etcd at once, as a crash does. It does nothing if etcd is not running.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

func (s *Server) end(signal os.Signal) {
	if s.etcd == nil {
		return
	}
	_ = s.etcd.cmd.Process.Signal(signal) // it may have ended
	<-s.etcd.ended
	s.etcd = nil
}
