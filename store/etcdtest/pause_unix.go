//go:build unix

package etcdtest

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"time"
)

// Pause stops etcd's process: its connections stay open, and nothing answers. Where
// the system says so (Linux), it returns once the process has stopped.
func (s *Server) Pause() {
	s.t.Helper()
	s.signal(syscall.SIGSTOP)
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline) && s.running(); {
		<-time.After(time.Millisecond)
	}
}

// running reports whether the system says that etcd's process is neither stopped nor
// gone.
func (s *Server) running() bool {
	if s.etcd == nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.etcd.cmd.Process.Pid))
	if err != nil {
		return false
	}
	_, after, _ := bytes.Cut(stat, []byte(") ")) // the state follows the name
	return len(after) > 0 && after[0] != 'T'
}

// Resume continues a paused etcd.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(signal syscall.Signal) {
	s.t.Helper()
	if s.etcd == nil {
		s.t.Error("etcd is not running")
		return
	}
	if err := s.etcd.cmd.Process.Signal(signal); err != nil {
		s.t.Errorf("cannot signal etcd: %v", err)
	}
}
