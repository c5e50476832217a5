package transport

import (
	"context"
	"math/rand/v2"
	"time"

	"example.com/pokey/protocol"
)

// overlap is how long a client that is told to connect elsewhere has for it.
const overlap = 3 * time.Second

// Drain ends all connections for a restart. New ones are refused from now on;
// those there are close one after the other over spread, each told when to
// come back; at once if other servers are ready for them, and then it may stay
// until it has. Drain returns when all have ended, at the latest soon after ctx
// is done, which breaks them off.
func (s *Server) Drain(ctx context.Context, spread time.Duration) {
	s.admission.mu.Lock()
	s.admission.draining = true
	s.admission.mu.Unlock()

	conns := s.admission.all()
	for i, c := range conns {
		time.AfterFunc(spread*time.Duration(i)/time.Duration(len(conns)), func() {
			back, stay := 500*time.Millisecond+rand.N(2*time.Second), time.Duration(0)
			if s.cfg.OtherServers {
				back, stay = 0, overlap
			}
			c.Send(protocol.Encode(protocol.Closing{Reason: "restart", RetryAfterMS: back.Milliseconds()}))
			time.AfterFunc(stay, func() { c.Close(protocol.CloseRestart, "restart") })
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

// TurnAway sends all clients to other servers and lets nobody in until it is
// called with false.
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

// Ready says whether new connections are welcome.
func (s *Server) Ready() bool {
	s.admission.mu.Lock()
	defer s.admission.mu.Unlock()
	return !s.admission.draining && !s.admission.turnedAway
}
