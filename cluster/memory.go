package cluster

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Memory is a membership within one process: for tests, and for several nodes
// in one program. Each node gets a source of its own from [Memory.Source].
type Memory struct {
	mu       sync.Mutex
	revision uint64
	members  map[string]Member // by address
	watchers map[*memorySource]struct{}
}

// NewMemory returns a membership without members.
func NewMemory() *Memory {
	return &Memory{members: map[string]Member{}, watchers: map[*memorySource]struct{}{}}
}

// Source returns a new source for one node.
func (m *Memory) Source() Source { return &memorySource{memory: m} }

// Remove ends the membership of the node at address, as if the others had given
// it up: they see it go, and it is told that it was lost.
func (m *Memory) Remove(address string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	gone, ok := m.members[address]
	if !ok {
		return
	}
	delete(m.members, address)
	m.publish()
	for s := range m.watchers {
		if s.self.ID == gone.ID {
			s.rejoining.Go(s.rejoin)
		}
	}
}

// publish is called with m.mu held.
func (m *Memory) publish() {
	m.revision++
	for s := range m.watchers {
		s.view(Snapshot{Version: m.revision, Members: slices.Collect(maps.Values(m.members))})
	}
}

// memorySource is one node's part of a Memory, whose mutex guards it.
type memorySource struct {
	deaf      atomic.Pointer[time.Time] // for tests: since when it says nothing; nil when it does
	memory    *Memory
	id        string // of the node, to which each registration adds its number
	self      Member
	joined    int
	view      func(Snapshot)
	lost      func()
	rejoining sync.WaitGroup
}

func (s *memorySource) Claim(_ context.Context, address string) error {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	if _, taken := s.memory.members[address]; taken {
		return ErrAddressTaken
	}
	return nil
}

func (s *memorySource) Start(_ context.Context, self Member, view func(Snapshot), lost func()) error {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	if _, taken := s.memory.members[self.Address]; taken {
		return ErrAddressTaken
	}
	s.id, s.self, s.view, s.lost = self.ID, self, view, lost
	s.memory.watchers[s] = struct{}{}
	s.join()
	return nil
}

// join is called with the mutex held.
func (s *memorySource) join() {
	s.joined++
	s.self.ID = s.id + "#" + strconv.Itoa(s.joined)
	s.memory.members[s.self.Address] = s.self
	s.memory.publish()
}

func (s *memorySource) rejoin() {
	s.lost()
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	_, running := s.memory.watchers[s]
	if _, taken := s.memory.members[s.self.Address]; running && !taken {
		s.join()
	}
}

func (s *memorySource) Suspect(string) {}

// Heard implements [Source]: memory is always there, unless a test says otherwise.
func (s *memorySource) Heard() time.Time {
	if since := s.deaf.Load(); since != nil {
		return *since
	}
	return time.Now()
}

func (s *memorySource) Miss(_ context.Context, ids []string, yields bool) error {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	s.self.missing(ids, yields, s.memory.revision)
	if s.memory.members[s.self.Address].ID == s.self.ID {
		s.memory.members[s.self.Address] = s.self
		s.memory.publish()
	}
	return nil
}

func (s *memorySource) Drain(context.Context) error {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	m, ok := s.memory.members[s.self.Address]
	if !ok || m.ID != s.self.ID {
		return errors.New("cluster: not a member")
	}
	s.self.Draining = true
	s.memory.members[s.self.Address] = s.self
	s.memory.publish()
	return nil
}

func (s *memorySource) Stop(context.Context) error {
	s.memory.mu.Lock()
	if _, running := s.memory.watchers[s]; running {
		delete(s.memory.watchers, s)
		if s.memory.members[s.self.Address].ID == s.self.ID {
			delete(s.memory.members, s.self.Address)
			s.memory.publish()
		}
	}
	s.memory.mu.Unlock()
	s.rejoining.Wait()
	return nil
}
