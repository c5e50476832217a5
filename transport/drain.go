package transport

import (
	"context"
	"math/rand/v2"
	"time"

	"example.com/pokey/protocol"
)

// Drain ends all connections for a restart. New ones are refused from now on;
// those there are close one after the other over spread, each told when to
// come back. Drain returns when all have ended, at the latest soon after ctx
// is done, which breaks them off.
func (s *Server) Drain(ctx context.Context, spread time.Duration) {
	s.admission.mu.Lock()
	s.admission.draining = true
	s.admission.mu.Unlock()

	conns := s.admission.all()
	for i, c := range conns {
		time.AfterFunc(spread*time.Duration(i)/time.Duration(len(conns)), func() {
			back := 500*time.Millisecond + rand.N(2*time.Second)
			c.Send(protocol.Encode(protocol.Closing{Reason: "restart", RetryAfterMS: back.Milliseconds()}))
			c.Close(protocol.CloseRestart, "restart")
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
			c.breakOff()
			c.mu.Unlock()
		}
		<-ended
	}
}

// Ready says whether new connections are welcome.
func (s *Server) Ready() bool {
	s.admission.mu.Lock()
	defer s.admission.mu.Unlock()
	return !s.admission.draining
}
