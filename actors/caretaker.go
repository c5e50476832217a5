package actors

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// caretakerName is that of the process that watches over the actors a node cannot
// be without.
const caretakerName = "caretaker"

// How long it takes to start one of them again: a moment, and longer each time
// if the one before did not last.
const (
	restartSoon  = 100 * time.Millisecond
	restartLater = 5 * time.Second
	lasted       = time.Minute
)

// caretaker starts the registries and the gateway, and again should one of them
// stop although the node does not: its rooms and users come back from the store,
// and until then the node says that it is not whole. It is no actor, so that
// nothing can stop it.
type caretaker struct {
	sys  *node
	gone atomic.Int32 // kept actors that are not there

	mu     sync.Mutex
	ending bool
	kept   map[string]*kept // by name
}

// kept is one actor that is started again.
type kept struct {
	produce func() actor.Actor
	since   time.Time
	delay   time.Duration // of the next start
	timer   *time.Timer   // until that
}

func newCaretaker(s *node) *caretaker {
	k := &caretaker{sys: s, kept: map[string]*kept{}}
	s.actors.ProcessRegistry.Add(k, caretakerName)
	return k
}

// keep starts an actor that is there for as long as the node is.
func (k *caretaker) keep(name string, produce func() actor.Actor) *actor.PID {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept[name] = &kept{produce: produce, since: time.Now(), delay: restartSoon}
	return k.start(name, produce)
}

// start spawns and watches an actor; k.mu is held.
func (k *caretaker) start(name string, produce func() actor.Actor) *actor.PID {
	pid := k.sys.spawn(name, produce)
	process, _ := k.sys.actors.ProcessRegistry.GetLocal(pid.Id)
	process.SendSystemMessage(pid, &actor.Watch{Watcher: actor.NewPID(k.sys.address, caretakerName)})
	return pid
}

// whole reports whether all kept actors are there.
func (k *caretaker) whole() bool { return k.gone.Load() == 0 }

// end has the actors stop for good.
func (k *caretaker) end() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ending = true
	for _, one := range k.kept {
		if one.timer != nil {
			one.timer.Stop()
		}
	}
}

// SendSystemMessage hears that an actor has stopped, when nothing of it is left.
func (k *caretaker) SendSystemMessage(_ *actor.PID, message any) {
	if m, ok := message.(*actor.Terminated); ok {
		k.lost(m.Who.Id)
	}
}

// SendUserMessage does nothing: nobody says anything to a caretaker.
func (k *caretaker) SendUserMessage(*actor.PID, any) {}

// Stop does nothing.
func (k *caretaker) Stop(*actor.PID) {}

func (k *caretaker) lost(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	one := k.kept[name]
	if one == nil || k.ending {
		return
	}
	if time.Since(one.since) >= lasted {
		one.delay = restartSoon
	}
	k.gone.Add(1)
	k.sys.Log.Error("what this node cannot be without has stopped, and is started again", "actor", name, "in", one.delay)
	one.timer = time.AfterFunc(one.delay, func() { k.again(name, one) })
	one.delay = min(2*one.delay, restartLater)
}

func (k *caretaker) again(name string, one *kept) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ending {
		return
	}
	one.since = time.Now()
	k.start(name, one.produce)
	k.gone.Add(-1)
	k.sys.root.Send(k.sys.gateway, restarted{})
}

// restarted tells the gateway that one of the kept actors is a new one, which
// does not know what the connections have on this node.
type restarted struct{}
