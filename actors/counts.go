package actors

import (
	"maps"
	"sync"
	"sync/atomic"
)

// counts is what a node counts, for [Stats].
type counts struct {
	connections, users, rooms, members, unsaved atomic.Int64

	crashes, handoffs, fencings, activations, passivations atomic.Int64

	requests counterVec
	refusals counterVec
}

// Stats are counts for metrics. Gauges come first, counters since the start after them.
type Stats struct {
	Connections int64 // connection actors
	Users       int64 // user actors: users who are connected, or were a moment ago
	Rooms       int64 // room actors
	Members     int64 // members of those rooms
	Unsaved     int64 // users and rooms that could not be saved

	Crashes      int64            // panics contained
	Activations  int64            // users and rooms started
	Passivations int64            // users and rooms stopped because they had nothing to do
	Handoffs     int64            // users and rooms handed off to other nodes
	Fencings     int64            // users and rooms that another node had taken over
	Dropped      int64            // messages dropped because too much was under way to a node
	Requests     map[string]int64 // by the name of the request
	Refusals     map[string]int64 // by error code
}

// counterVec counts by name. The names are the program's own, so there are few.
type counterVec struct {
	mu sync.Mutex
	n  map[string]int64
}

func (c *counterVec) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int64{}
	}
	c.n[name]++
}

func (c *counterVec) snapshot() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}
