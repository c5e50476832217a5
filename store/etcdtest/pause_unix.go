//go:build unix

package etcdtest

import "syscall"

// Pause stops etcd's process: its connections stay open, and nothing answers.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Resume lets a paused etcd go on.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(signal syscall.Signal) {
	s.t.Helper()
	if s.etcd == nil {
		s.t.Error("etcd does not run")
		return
	}
	if err := s.etcd.cmd.Process.Signal(signal); err != nil {
		s.t.Errorf("etcd cannot be signalled: %v", err)
	}
}
