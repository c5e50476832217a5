package membership

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Memory is a membership within one process: for tests, and for several nodes
// in one program. Each node takes part through a [MemoryNode] of its own.
type Memory struct {
	mu       sync.Mutex
	revision uint64
	members  map[string]Member // by address
	nodes    map[*MemoryNode]struct{}
}

// NewMemory returns a membership without members.
func NewMemory() *Memory {
	return &Memory{members: map[string]Member{}, nodes: map[*MemoryNode]struct{}{}}
}

// Node returns the part of one more node, which is not a member yet.
func (m *Memory) Node() *MemoryNode { return &MemoryNode{memory: m} }

// Remove ends the membership of the node at address, as if the other nodes had
// declared it dead: they see it go, and the node is told that it was lost.
func (m *Memory) Remove(address string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	gone, ok := m.members[address]
	if !ok {
		return
	}
	delete(m.members, address)
	m.publish()
	for n := range m.nodes {
		if n.self.ID == gone.ID {
			n.rejoining.Go(n.rejoin)
		}
	}
}

// publish is called with m.mu held.
func (m *Memory) publish() {
	m.revision++
	for n := range m.nodes {
		n.view(Snapshot{Version: m.revision, Members: slices.Collect(maps.Values(m.members))})
	}
}

// A MemoryNode is one node's part of a Memory, whose mutex guards it. It
// implements the Membership of package cluster.
type MemoryNode struct {
	memory        *Memory
	id            string // of the node; each registration appends its number
	self          Member
	registrations int
	view          func(Snapshot)
	lost          func()
	rejoining     sync.WaitGroup
}

// Claim returns [ErrAddressTaken] if there is a member at address.
func (n *MemoryNode) Claim(_ context.Context, address string) error {
	n.memory.mu.Lock()
	defer n.memory.mu.Unlock()
	if _, taken := n.memory.members[address]; taken {
		return ErrAddressTaken
	}
	return nil
}

// Join makes self a member.
func (n *MemoryNode) Join(_ context.Context, self Member, view func(Snapshot), lost func()) error {
	n.memory.mu.Lock()
	defer n.memory.mu.Unlock()
	if _, taken := n.memory.members[self.Address]; taken {
		return ErrAddressTaken
	}
	n.id, n.self, n.view, n.lost = self.ID, self, view, lost
	n.memory.nodes[n] = struct{}{}
	n.register()
	return nil
}

// register is called with the mutex held.
func (n *MemoryNode) register() {
	n.registrations++
	n.self.ID = n.id + "#" + strconv.Itoa(n.registrations)
	n.memory.members[n.self.Address] = n.self
	n.memory.publish()
}

func (n *MemoryNode) rejoin() {
	n.lost()
	n.memory.mu.Lock()
	defer n.memory.mu.Unlock()
	_, running := n.memory.nodes[n]
	if _, taken := n.memory.members[n.self.Address]; running && !taken {
		n.register()
	}
}

// Suspect does nothing: nodes of one process die together.
func (n *MemoryNode) Suspect(string) {}

// LastContact is now: memory is always there.
func (n *MemoryNode) LastContact() time.Time { return time.Now() }

// ReportUnreachable publishes which members this node cannot reach.
func (n *MemoryNode) ReportUnreachable(_ context.Context, ids []string, yieldsOwnership bool) error {
	n.memory.mu.Lock()
	defer n.memory.mu.Unlock()
	n.self.report(ids, yieldsOwnership, n.memory.revision)
	if n.memory.members[n.self.Address].ID == n.self.ID {
		n.memory.members[n.self.Address] = n.self
		n.memory.publish()
	}
	return nil
}

// Drain marks this node's member, or fails if there is none.
func (n *MemoryNode) Drain(context.Context) error {
	n.memory.mu.Lock()
	defer n.memory.mu.Unlock()
	m, ok := n.memory.members[n.self.Address]
	if !ok || m.ID != n.self.ID {
		return errors.New("cluster: not a member")
	}
	n.self.Draining = true
	n.memory.members[n.self.Address] = n.self
	n.memory.publish()
	return nil
}

// Leave ends the membership of this node.
func (n *MemoryNode) Leave(context.Context) error {
	n.memory.mu.Lock()
	if _, running := n.memory.nodes[n]; running {
		delete(n.memory.nodes, n)
		if n.memory.members[n.self.Address].ID == n.self.ID {
			delete(n.memory.members, n.self.Address)
			n.memory.publish()
		}
	}
	n.memory.mu.Unlock()
	n.rejoining.Wait()
	return nil
}
