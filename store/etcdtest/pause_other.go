//go:build !unix

package etcdtest

// Pause skips the test, since a process cannot be paused here.
func (s *Server) Pause() { s.t.Skip("processes cannot be paused on this system") }

// Resume does nothing.
func (*Server) Resume() {}
