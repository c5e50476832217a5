package chaos

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"example.com/pokey/cmd/pokey-load/lab"
)

// process is a program on a host, in all its lives.
type process struct {
	host *lab.Host
	log  string // the file that all its lives write to
	path string
	args []string
	dir  string

	mu      sync.Mutex
	running *exec.Cmd
	gone    chan struct{} // closed when the present life has ended
}

const stopPatience = 40 * time.Second

func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	defer func() { _ = log.Close() }()         // the process has its own
	command := exec.Command(p.path, p.args...) //nolint:gosec,noctx // running the given binary is the purpose, and only kill ends it
	command.Stdout, command.Stderr, command.Dir = log, log, p.dir
	if err := p.host.Start(command); err != nil {
		return fmt.Errorf("%s on %s: %w", filepath.Base(p.path), p.host.Name, err)
	}
	gone := make(chan struct{})
	p.running, p.gone = command, gone
	go func() {
		_ = command.Wait()
		close(gone)
	}()
	return nil
}

// alive reports whether there is a life, and if not how the last one ended.
func (p *process) alive() (is bool, ended string) {
	running, gone := p.life()
	select {
	case <-gone:
		return false, running.ProcessState.String()
	default:
		return true, ""
	}
}

func (p *process) life() (*exec.Cmd, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running, p.gone
}

func (p *process) signal(s syscall.Signal) error {
	running, _ := p.life()
	if err := running.Process.Signal(s); err != nil {
		return fmt.Errorf("%v for %s: %w", s, p.host.Name, err)
	}
	return nil
}

// kill ends the life without warning.
func (p *process) kill() {
	running, gone := p.life()
	_ = running.Process.Kill()
	<-gone
}

// stop asks the process to end and says how long that took and how it went.
func (p *process) stop(ctx context.Context) (took time.Duration, err error) {
	began := time.Now()
	running, gone := p.life()
	if err := p.signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	select {
	case <-gone:
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(stopPatience):
		return 0, fmt.Errorf("%s did not stop within %v", p.host.Name, stopPatience)
	}
	if running.ProcessState.ExitCode() != 0 {
		return 0, fmt.Errorf("%s stopped with %s", p.host.Name, running.ProcessState)
	}
	return time.Since(began), nil
}
