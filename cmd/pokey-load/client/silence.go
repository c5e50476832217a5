package client

import (
	"sync"
	"time"
)

// silence minds how long a connection has been quiet, for nothing else tells a
// page that the other side is gone.
type silence struct {
	longest, patience time.Duration
	ask, giveUp       func()

	mu    sync.Mutex
	asked bool // and waiting for anything at all
	ended bool
	timer *time.Timer
}

// newSilence begins with waiting for the first message.
func newSilence(longest, patience time.Duration, ask, giveUp func()) *silence {
	s := &silence{longest: longest, patience: patience, ask: ask, giveUp: giveUp, asked: true}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer = time.AfterFunc(patience, s.over)
	return s
}

func (s *silence) over() {
	s.mu.Lock()
	asked, ended := s.asked, s.ended
	if !ended {
		s.asked = true
		s.timer.Reset(s.patience)
	}
	s.mu.Unlock()
	switch {
	case ended:
	case asked:
		s.giveUp()
	default:
		s.ask()
	}
}

// broken tells that there was a message.
func (s *silence) broken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.asked = false
		s.timer.Reset(s.longest)
	}
}

// end stops minding.
func (s *silence) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.timer.Stop()
}
