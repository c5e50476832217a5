package actors

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// restarterName is that of the process that watches the singletons of a node.
const restarterName = "restarter"

// A singleton that stops is restarted after firstRestartDelay, which doubles up to
// maxRestartDelay until one has run for stableAfter.
const (
	firstRestartDelay = 100 * time.Millisecond
	maxRestartDelay   = 5 * time.Second
	stableAfter       = time.Minute
)

// restarter starts the singletons of a node, which are its registries and its
// gateway, and restarts them if they stop before the node does. Their users and rooms
// then come back from the store. It is a process but no actor, so that nothing can
// stop it.
type restarter struct {
	node    *node
	missing atomic.Int32 // singletons that are not running

	mu         sync.Mutex
	stopping   bool
	singletons map[string]*singleton // by name
}

type singleton struct {
	produce func() actor.Actor
	started time.Time
	delay   time.Duration // before the next restart
	timer   *time.Timer   // until then
}

func newRestarter(n *node) *restarter {
	r := &restarter{node: n, singletons: map[string]*singleton{}}
	n.actors.ProcessRegistry.Add(r, restarterName)
	return r
}

// run starts a singleton and keeps it running until stop.
func (r *restarter) run(name string, produce func() actor.Actor) *actor.PID {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.singletons[name] = &singleton{produce: produce, started: time.Now(), delay: firstRestartDelay}
	return r.start(name, produce)
}

// start spawns and watches an actor; r.mu is held.
func (r *restarter) start(name string, produce func() actor.Actor) *actor.PID {
	pid := r.node.spawn(name, produce, actor.WithMailbox(newGatedMailbox))
	process, _ := r.node.actors.ProcessRegistry.GetLocal(pid.Id)
	process.SendSystemMessage(pid, &actor.Watch{Watcher: actor.NewPID(r.node.address, restarterName)})
	return pid
}

// allRunning reports whether every singleton is running.
func (r *restarter) allRunning() bool { return r.missing.Load() == 0 }

// stop ends the restarts.
func (r *restarter) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopping = true
	for _, s := range r.singletons {
		if s.timer != nil {
			s.timer.Stop()
		}
	}
}

// SendSystemMessage learns that a singleton has stopped entirely.
func (r *restarter) SendSystemMessage(_ *actor.PID, message any) {
	if m, ok := message.(*actor.Terminated); ok {
		r.terminated(m.Who.Id)
	}
}

// SendUserMessage does nothing: nobody sends a restarter a message.
func (r *restarter) SendUserMessage(*actor.PID, any) {}

// Stop does nothing.
func (r *restarter) Stop(*actor.PID) {}

func (r *restarter) terminated(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.singletons[name]
	if s == nil || r.stopping {
		return
	}
	if time.Since(s.started) >= stableAfter {
		s.delay = firstRestartDelay
	}
	r.missing.Add(1)
	r.node.Log.Error("an actor that the node cannot work without has stopped and will be restarted", "actor", name, "in", s.delay)
	s.timer = time.AfterFunc(ahead(s.delay), func() { r.restart(name, s) })
	s.delay = min(2*s.delay, maxRestartDelay)
}

func (r *restarter) restart(name string, s *singleton) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopping {
		return
	}
	s.started = time.Now()
	r.start(name, s.produce)
	r.missing.Add(-1)
	r.node.root.Send(r.node.gateway, singletonRestarted{})
}
