package actors

import (
	"errors"
	"slices"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// Receive is the life of a user: loaded, in use, and gone some time after.
func (a *userActor) Receive(ctx actor.Context) {
	if a.commits.foreign(ctx.Message()) {
		return
	}
	switch m := ctx.Message().(type) {
	case *actor.Started:
		a.node.counts.users.Add(1)
		a.self = ctx.Self()
		a.commits.load()
	case *actor.Stopping:
		a.timer.stop()
		a.lifecycle.stop()
		a.commits.stop()
	case *actor.Stopped:
		a.node.counts.users.Add(-1)
	case loaded:
		a.loaded(m)
	case committed:
		a.committed(m)
	case removed:
		a.commits.removed(m)
		a.retire()
	case overdue:
		a.commits.overdue(m)
	case retryCommit:
		a.commits.askAgain()
	case handoff:
		a.lifecycle.moving = true
	case forget:
		a.forget()
	case passivate:
		if a.lifecycle.passivate(a.idle()) {
			a.retire()
		}
	default:
		a.lifecycle.receive(ctx, m)
	}
	a.commits.catchUp(ctx)
	if a.lifecycle.handOff() {
		a.redirect()
	}
	a.lifecycle.passivation.update(a.idle())
}

func (a *userActor) handle(ctx actor.Context, message any) {
	if a.lifecycle.retired {
		a.lifecycle.passOn(message)
		return
	}
	switch m := message.(type) {
	case attach:
		a.attach(ctx, m)
	case *actor.Terminated:
		a.detach(m)
	case fromClient:
		a.request(m)
	case signOut:
		a.signOut(m)
	case claim:
		if !a.gone() {
			a.node.tellRoom(m.room, recognise{a.id})
		}
	case owns:
		a.record.Owned = a.add(a.record.Owned, m.room)
	case ownsNot:
		a.ownsNot(m)
	case notCreated:
		a.record.Owned = a.drop(a.record.Owned, m.room)
		a.record.Created = slices.DeleteFunc(a.record.Created, func(c creation) bool { return c.Room == m.room })
	case notMember:
		a.notMember(m)
	case waits:
		a.waits(m)
	case roomGone:
		a.roomGone(m.room)
	case expire:
		if a.timer.current(m.generation) {
			a.expire()
		}
	case renew:
		if a.timer.current(m.generation) {
			a.renew()
		}
	case departAgain:
		a.depart()
	case wake: // starting the actor is enough: its record sets the timer
	}
	a.endIfBlank()
}

func (a *userActor) loaded(m loaded) {
	if !a.lifecycle.loaded(m, a.forget) {
		return
	}
	switch {
	case m.err == nil:
		if err := a.record.decode(m.record.Data); err != nil {
			a.node.Log.Error("a user's record cannot be decoded; the user starts afresh", "err", err)
		}
		a.resume(m.record.Expires)
		a.commits.fence()
	case errors.Is(m.err, store.ErrNotFound):
	case errors.Is(m.err, store.ErrCorrupt):
		a.node.Log.Error("a user's record is damaged; the user starts afresh", "err", m.err)
	default:
		// To go on without the record would be to overwrite it.
		a.node.Log.Error("a user's record cannot be loaded", "err", m.err)
		for _, w := range a.commits.release() {
			if w, ok := w.(attach); ok {
				a.node.send(w.conn, disconnect{protocol.CloseInternal, "unavailable"})
			}
		}
		a.retire()
	}
}

func (a *userActor) committed(m committed) {
	if a.commits.fenced {
		return // the actor has forgotten what this is about
	}
	if a.commits.done(m) == commitFenced {
		a.redirect()
		return
	}
	a.commits.commitIfDirty()
	if a.commits.saved() && !a.lifecycle.retired {
		a.endIfBlank() // in case only the commit kept the actor
	}
}
