//go:build unix

package etcdtest

import "syscall"

// Pause stops etcd's process: its connections stay open, and nothing answers.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

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
