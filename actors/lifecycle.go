package actors

import (
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// lifecycle is how long an actor stands for its identity. It ends when the actor has nothing
// to do (passivation), when the identity belongs on another node (handoff), and when the
// actor gives up, for example because another node has its record. From then on the actor
// passes what it receives on to its successor.
type lifecycle struct {
	// given
	id           string
	commits      *committer
	tellRegistry func(message any)
	passivations *atomic.Int64
	passivation  passivationTimer

	// state
	moving  bool // the identity belongs on another node
	retired bool // what still comes is for a successor
}

// receive handles a message of others, or passes it on.
func (l *lifecycle) receive(ctx actor.Context, message any) {
	if l.retired {
		l.passOn(message)
		return
	}
	l.commits.receive(ctx, message)
}

// loaded ends the loading of the record, and reports false if the actor still does without:
// it has forgotten what this is about, or the store is asked again. An actor that belongs
// on another node forgets then, for that node may be luckier.
func (l *lifecycle) loaded(m loaded, forget func()) bool {
	switch {
	case l.commits.fenced:
	case l.commits.loadAgain(m):
		if l.moving {
			forget()
		}
	default:
		l.commits.loaded(m)
		return true
	}
	return false
}

// passOn gives a message to the successor, unless it concerns this actor alone.
func (l *lifecycle) passOn(message any) {
	if m, ok := message.(codeClaimed); ok {
		message = m.command // the successor claims a code itself
	}
	switch message.(type) {
	case *actor.Terminated, deadline, absent, erase, historyIdle, expire, renew, departAgain:
	default:
		l.tellRegistry(returned{l.id, message})
	}
}

// stored reports whether the store has everything and the actor is to stay.
func (l *lifecycle) stored() bool { return l.commits.stored() && !l.moving && !l.retired }

// passivate reports whether the actor must retire, now that its timer has run out.
func (l *lifecycle) passivate(idle bool) bool {
	l.passivation.stop()
	if idle {
		l.passivations.Add(1)
	}
	return idle
}

// handOff reports whether the actor must retire because it belongs on another node and
// nothing is under way. Until then it commits what it has.
func (l *lifecycle) handOff() bool {
	if !l.moving || l.retired {
		return false
	}
	l.commits.commitIfDirty()
	l.commits.record.hasten() // the other node waits for it
	return l.commits.idle()
}

// retire has the registry stop the actor. It reports false if it has done so before.
func (l *lifecycle) retire() bool {
	if l.retired {
		return false
	}
	l.retired = true
	l.tellRegistry(retire{l.id, l.commits.fenced})
	return true
}

// crash ends the actor after a panic.
func (l *lifecycle) crash() {
	l.commits.giveUp()
	l.tellRegistry(crashed{l.id})
}

// stop stops the timer.
func (l *lifecycle) stop() { l.passivation.stop() }
