package transport

import (
	"context"
	"math/rand/v2"
	"time"

	"example.com/pokey/protocol"
)

// overlap is the time that a client keeps its connection while it connects to
// another server.
const overlap = 3 * time.Second

// Drain ends all connections for a restart. It refuses new ones, and closes the
// others one after the other over the time spread, after telling each when to
// reconnect. If there are other servers, clients may reconnect at once, and have
// the time overlap for it. Drain returns when all connections have ended; it breaks
// off what is left when ctx is done.
func (s *Server) Drain(ctx context.Context, spread time.Duration) {
	s.admission.mu.Lock()
	s.admission.draining = true
	s.admission.mu.Unlock()

	conns := s.admission.all()
	for i, c := range conns {
		after(spread*time.Duration(i)/time.Duration(len(conns)), func() {
			back, stay := 500*time.Millisecond+rand.N(2*time.Second), time.Duration(0)
			if s.cfg.OtherServers {
				back, stay = 0, overlap
			}
			c.Send(protocol.Encode(protocol.Closing{Reason: "restart", RetryAfterMS: back.Milliseconds()}))
			after(stay, func() { c.Close(protocol.CloseRestart, "restart") })
		})
	}
	ended := make(chan struct{})
	go func() {
		s.open.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		for _, c := range s.admission.all() {
			c.mu.Lock()
			c.abortLocked()
			c.mu.Unlock()
		}
		<-ended
	}
}

// after calls f after d, or at once: in a synctest bubble, timers that are due when they
// are set can crash the race detector (go.dev/issue/78156).
func after(d time.Duration, f func()) {
	if d <= 0 {
		f()
		return
	}
	time.AfterFunc(d, f)
}

// TurnAway with true sends all clients to other servers and refuses new ones, until
// it is called with false.
func (s *Server) TurnAway(away bool) {
	s.admission.mu.Lock()
	was := s.admission.turnedAway
	s.admission.turnedAway = away
	s.admission.mu.Unlock()
	if away && !was {
		for _, c := range s.admission.all() {
			c.Close(protocol.CloseMoved, "this node is cut off")
		}
	}
}

// Ready reports whether the server lets new connections in.
func (s *Server) Ready() bool {
	s.admission.mu.Lock()
	defer s.admission.mu.Unlock()
	return !s.admission.draining && !s.admission.turnedAway
}
