package actors

import (
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// routes lead from senders of this node straight to the actors that a registry has
// started, so that a message need not pass through the registry's mailbox, which would
// cost a goroutine and a switch to it. A message whose actor is not running, or about to
// stop, goes to the registry.
//
// The messages of one sender to one identity stay in order: nobody takes the short way
// while a message is in the registry, and the registry closes a route before it tells the
// actor to stop. A registry that is restarted has routes of its own.
type routes struct {
	detours atomic.Int64 // messages that are in the registry, or on their way there

	mu   sync.RWMutex
	open map[string]*actor.PID // by ID
}

// send sends a message to the actor of an identity, and reports false if it has to go to
// the registry.
func (r *routes) send(root *actor.RootContext, id string, message any) bool {
	r.mu.RLock()
	defer r.mu.RUnlock() // after sending, or the actor might be told to stop before that
	pid := r.open[id]
	if pid == nil || r.detours.Load() != 0 {
		return false
	}
	root.Send(pid, message)
	return true
}

// add opens a route.
func (r *routes) add(id string, pid *actor.PID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[string]*actor.PID{}
	}
	r.open[id] = pid
}

// remove closes a route. When it returns, nobody is sending by it.
func (r *routes) remove(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, id)
}

// removeAll closes all routes.
func (r *routes) removeAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.open)
}

// arrived says that the message has reached its actor, or is dropped.
func (m addressed) arrived() {
	if m.detour != nil {
		m.detour.detours.Add(-1)
	}
}
