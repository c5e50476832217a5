package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/protocol"
)

// This file is how the actor of a user ends.

// endIfBlank ends an actor that has nothing to keep.
func (a *userActor) endIfBlank() {
	switch {
	case len(a.conns) > 0 || !a.record.blank():
	case a.tombstone():
		if a.commits.saved() && (a.leaving == nil || a.leaving.over) {
			a.retire()
		}
	case a.leaving != nil:
	case a.commits.rev != 0:
		a.expire()
	default:
		a.commits.markClean()
		a.retire()
	}
}

// idle reports whether the actor can leave memory.
func (a *userActor) idle() bool {
	return a.commits.stored() && !a.moving && !a.retired && len(a.conns) == 0 && a.leaving == nil &&
		!a.record.Forgotten && !a.record.blank() && !a.joins.failedRecently()
}

// passivate ends an actor that has had nothing to do, unless something has come up.
func (a *userActor) passivate() {
	a.passivation.stop()
	if a.idle() {
		a.node.counts.passivations.Add(1)
		a.retire()
	}
}

// handOff ends an actor that belongs on another node as soon as nothing is under way.
func (a *userActor) handOff() {
	if !a.moving || a.retired {
		return
	}
	a.commits.commitIfDirty()
	if a.commits.idle() {
		a.redirect()
		a.retire()
	}
}

// retire has the registry stop the actor. What still comes is passed on.
func (a *userActor) retire() {
	a.retired = true
	a.timer.stop()
	a.node.root.Send(a.node.users, retire{string(a.id), a.commits.fenced})
	if a.leaving != nil {
		for _, m := range a.leaving.returning {
			a.passOn(m)
		}
	}
}

// passOn gives a message to the successor.
func (a *userActor) passOn(message any) {
	switch message.(type) {
	case *actor.Terminated, expire, renew, departAgain: // concern this actor alone
	default:
		a.node.root.Send(a.node.users, returned{string(a.id), message})
	}
}

// crash disconnects the user's clients. They come back to another actor.
func (a *userActor) crash() {
	a.disconnectAll(disconnect{protocol.CloseResync, "resynchronise"})
	a.commits.giveUp()
	a.node.root.Send(a.node.users, crashed{string(a.id)})
}
