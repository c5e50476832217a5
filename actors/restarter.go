package actors

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// restarterName is that of the process that watches over the actors a node cannot
// be without.
const restarterName = "restarter"

// How long it takes to start one of them again: a moment, and longer each time
// if the one before did not last.
const (
	firstRestartDelay = 100 * time.Millisecond
	maxRestartDelay   = 5 * time.Second
	stableAfter       = time.Minute
)

// restarter starts the registries and the gateway, and again should one of them
// stop although the node does not: its rooms and users come back from the store,
// and until then the node says that it is not whole. It is no actor, so that
// nothing can stop it.
type restarter struct {
	sys     *node
	missing atomic.Int32 // kept actors that are not there

	mu         sync.Mutex
	stopping   bool
	singletons map[string]*singleton // by name
}

// kept is one actor that is started again.
type singleton struct {
	produce func() actor.Actor
	since   time.Time
	delay   time.Duration // of the next start
	timer   *time.Timer   // until that
}

func newRestarter(s *node) *restarter {
	k := &restarter{sys: s, singletons: map[string]*singleton{}}
	s.actors.ProcessRegistry.Add(k, restarterName)
	return k
}

// keep starts an actor that is there for as long as the node is.
func (k *restarter) run(name string, produce func() actor.Actor) *actor.PID {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.singletons[name] = &singleton{produce: produce, since: time.Now(), delay: firstRestartDelay}
	return k.start(name, produce)
}

// start spawns and watches an actor; k.mu is held.
func (k *restarter) start(name string, produce func() actor.Actor) *actor.PID {
	pid := k.sys.spawn(name, produce)
	process, _ := k.sys.actors.ProcessRegistry.GetLocal(pid.Id)
	process.SendSystemMessage(pid, &actor.Watch{Watcher: actor.NewPID(k.sys.address, restarterName)})
	return pid
}

// whole reports whether all kept actors are there.
func (k *restarter) complete() bool { return k.missing.Load() == 0 }

// end has the actors stop for good.
func (k *restarter) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stopping = true
	for _, one := range k.singletons {
		if one.timer != nil {
			one.timer.Stop()
		}
	}
}

// SendSystemMessage hears that an actor has stopped, when nothing of it is left.
func (k *restarter) SendSystemMessage(_ *actor.PID, message any) {
	if m, ok := message.(*actor.Terminated); ok {
		k.terminated(m.Who.Id)
	}
}

// SendUserMessage does nothing: nobody says anything to a restarter.
func (k *restarter) SendUserMessage(*actor.PID, any) {}

// Stop does nothing.
func (k *restarter) Stop(*actor.PID) {}

func (k *restarter) terminated(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	one := k.singletons[name]
	if one == nil || k.stopping {
		return
	}
	if time.Since(one.since) >= stableAfter {
		one.delay = firstRestartDelay
	}
	k.missing.Add(1)
	k.sys.Log.Error("what this node cannot be without has stopped, and is started again", "actor", name, "in", one.delay)
	one.timer = time.AfterFunc(one.delay, func() { k.restart(name, one) })
	one.delay = min(2*one.delay, maxRestartDelay)
}

func (k *restarter) restart(name string, one *singleton) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stopping {
		return
	}
	one.since = time.Now()
	k.start(name, one.produce)
	k.missing.Add(-1)
	k.sys.root.Send(k.sys.gateway, singletonRestarted{})
}
