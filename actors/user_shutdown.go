package actors

import (
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
	return a.lifecycle.stored() && len(a.conns) == 0 && a.leaving == nil &&
		!a.record.Forgotten && !a.record.blank() && !a.joins.failedRecently()
}

// retire has the registry stop the actor. What still comes is passed on.
func (a *userActor) retire() {
	if !a.lifecycle.retire() {
		return
	}
	a.timer.stop()
	if a.leaving != nil {
		for _, m := range a.leaving.returning {
			a.lifecycle.passOn(m)
		}
	}
}

// forget ends the actor at once, with what is under way.
func (a *userActor) forget() {
	if !a.lifecycle.retired {
		a.commits.forget()
		a.redirect()
	}
}

// crash disconnects the user's clients. They come back to another actor.
func (a *userActor) crash() {
	a.disconnectAll(disconnect{protocol.CloseResync, "resynchronise"})
	a.lifecycle.crash()
}
