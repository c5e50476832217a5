package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// server is the process under test, in one of its lives.
type server struct {
	binary string
	args   []string
	url    string
	log    string // the file that all its lives write to

	process *exec.Cmd
	gone    chan struct{} // closed when the process has ended
}

var errNotReady = errors.New("the server did not answer in time")

const (
	startPatience = 30 * time.Second
	stopPatience  = 40 * time.Second
)

// newServer prepares a server on a free port that no outgoing connection can
// happen to take while it is down.
func newServer(ctx context.Context, o Options) (*server, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	args := []string{
		"-listen", address, "-data", o.Dir, "-admin-listen", "", "-message-rate", "0", "-message-burst", "0",
		"-max-connections", "0", "-max-connections-per-ip", "0", "-max-connections-per-session", "0",
		"-max-rooms-per-user", "0", "-max-members-per-room", "0", "-log-format", "json", "-log-level", "debug",
	}
	return &server{binary: o.Binary, args: append(args, o.Args...), url: "http://" + address, log: o.Log}, nil
}

// freePort finds a port below those that systems give to outgoing connections.
func freePort(ctx context.Context) (int, error) {
	for range 100 {
		port := 20000 + rand.IntN(10000)
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.New("no free port")
}

// start begins a life and returns when the page is served.
func (s *server) start(ctx context.Context) error {
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("server log: %w", err)
	}
	defer func() { _ = log.Close() }()            // the process has its own
	s.process = exec.Command(s.binary, s.args...) //nolint:gosec,noctx // running the given binary is the purpose, and only kill ends it
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	s.gone = make(chan struct{})
	go func(process *exec.Cmd, gone chan struct{}) {
		_ = process.Wait()
		close(gone)
	}(s.process, s.gone)
	return s.ready(ctx)
}

func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for {
		if s.answers(ctx) {
			return nil
		}
		select {
		case <-poll.C:
		case <-s.gone:
			return fmt.Errorf("server ended with %s: see %s", s.process.ProcessState, s.log)
		case <-ctx.Done():
			return errNotReady
		}
	}
}

func (s *server) answers(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// kill ends the life without warning. It reports false if it had ended before.
func (s *server) kill() bool {
	select {
	case <-s.gone:
		return false
	default:
	}
	_ = s.process.Process.Kill()
	<-s.gone
	return true
}

// stop asks the server to end, and kills it if it takes too long.
func (s *server) stop() error {
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	timer := time.NewTimer(stopPatience)
	defer timer.Stop()
	select {
	case <-s.gone:
		return nil
	case <-timer.C:
		s.kill()
		return fmt.Errorf("the server did not stop within %v", stopPatience)
	}
}
