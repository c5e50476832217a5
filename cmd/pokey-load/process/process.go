// Package process runs the programs under test, kills them and starts them again.
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Process is a program that may be started several times. Its methods are safe for concurrent
// use; all but [Process.Start] are for one that was started.
type Process struct {
	Name string // in errors
	Path string // of the binary; may be changed between two lives
	Args []string
	Dir  string   // that it runs in; empty for this program's
	Env  []string // added to this program's, as NAME=VALUE
	Log  string   // the file that all its lives write to
	// Launch starts the command somewhere; nil for right here.
	Launch func(*exec.Cmd) error

	mu      sync.Mutex
	running *exec.Cmd
	gone    chan struct{} // closed when the present life has ended
}

// ErrNotReady is returned when a process lives and does not get ready in time.
var ErrNotReady = errors.New("not ready in time")

const (
	readyPatience = 2 * time.Minute
	stopPatience  = 40 * time.Second
)

// Start begins a life.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("log of %s: %w", p.Name, err)
	}
	defer func() { _ = log.Close() }()         // the process has its own
	command := exec.Command(p.Path, p.Args...) //nolint:gosec,noctx // running the given binary is the purpose, and only Kill ends it
	command.Stdout, command.Stderr, command.Dir = log, log, p.Dir
	if len(p.Env) > 0 {
		command.Env = append(os.Environ(), p.Env...)
	}
	launch := p.Launch
	if launch == nil {
		launch = (*exec.Cmd).Start
	}
	if err := launch(command); err != nil {
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	gone := make(chan struct{})
	p.running, p.gone = command, gone
	go func() {
		_ = command.Wait()
		close(gone)
	}()
	return nil
}

// Await asks every few milliseconds whether the process is ready, until it is. It
// fails if the process ends before or does not get ready within half a minute.
func (p *Process) Await(ctx context.Context, ready func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	running, gone := p.life()
	for !ready(ctx) {
		select {
		case <-poll.C:
		case <-gone:
			return fmt.Errorf("%s ended with %s: see %s", p.Name, running.ProcessState, p.Log)
		case <-ctx.Done():
			return fmt.Errorf("%s: %w: see %s", p.Name, ErrNotReady, p.Log)
		}
	}
	return nil
}

func (p *Process) life() (*exec.Cmd, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running, p.gone
}

// PID is the process's number.
func (p *Process) PID() int {
	running, _ := p.life()
	return running.Process.Pid
}

// Alive reports whether it lives, and if not how the last life ended.
func (p *Process) Alive() (is bool, ended string) {
	running, gone := p.life()
	select {
	case <-gone:
		return false, running.ProcessState.String()
	default:
		return true, ""
	}
}

// Signal sends it a signal.
func (p *Process) Signal(s syscall.Signal) error {
	running, _ := p.life()
	if err := running.Process.Signal(s); err != nil {
		return fmt.Errorf("%v for %s: %w", s, p.Name, err)
	}
	return nil
}

// Kill ends the life without warning. It reports false if it had ended before.
func (p *Process) Kill() bool {
	running, gone := p.life()
	select {
	case <-gone:
		return false
	default:
	}
	_ = running.Process.Kill()
	<-gone
	return true
}

// Stop asks the process to end. It returns how long that took and the exit status,
// -1 if a signal ended the process. A process that takes too long is killed, which
// is an error.
func (p *Process) Stop(ctx context.Context) (took time.Duration, status int, err error) {
	began := time.Now()
	running, gone := p.life()
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return 0, 0, err
	}
	timer := time.NewTimer(stopPatience)
	defer timer.Stop()
	select {
	case <-gone:
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	case <-timer.C:
		p.Kill()
		return 0, 0, fmt.Errorf("%s did not stop within %v", p.Name, stopPatience)
	}
	return time.Since(began), running.ProcessState.ExitCode(), nil
}
