package actors

import (
	"errors"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// Receive is the life of a room.
func (a *roomActor) Receive(ctx actor.Context) {
	if a.commits.foreign(ctx.Message()) {
		return
	}
	switch m := ctx.Message().(type) {
	case *actor.Started:
		a.node.counts.rooms.Add(1)
		a.self, a.broadcast.room = ctx.Self(), ctx.Self()
		a.commits.load()
	case *actor.Stopping:
		a.stop()
	case *actor.Stopped:
		a.node.counts.rooms.Add(-1)
		a.node.counts.members.Add(int64(-a.members))
	case loaded:
		a.loaded(m)
	case committed:
		a.committed(m)
	case removed:
		a.removed(m)
	case overdue:
		a.commits.overdue(m)
	case retryCommit:
		a.commits.askAgain()
	case delivered:
		a.broadcast.delivered(m.broadcast)
	case throttleEnded:
		a.broadcast.throttleEnded()
		a.commits.commitIfDirty()
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
	a.outgoing.flush()
	a.broadcast.sent()
	a.lifecycle.passivation.update(a.idle())
}

func (a *roomActor) handle(ctx actor.Context, message any) {
	if a.lifecycle.retired {
		a.lifecycle.passOn(message)
		return
	}
	switch m := message.(type) {
	case create:
		a.create(m)
	case join:
		a.join(ctx, m)
	case command:
		a.command(m)
	case codeClaimed:
		a.codeClaimed(m)
	case succeed:
		a.succeed(m)
	case renamed:
		a.apply(poker.Rename{By: m.user, Name: m.name})
		a.apply(poker.SetMark{By: m.user, Mark: m.mark})
	case departed:
		a.departed(m.user)
	case recognise:
		a.recognise(m.user)
	case *actor.Terminated:
		a.disconnected(m)
	case probe:
		a.probe(m)
	case absent:
		a.markAbsent()
	case deadline:
		a.apply(poker.Tick{})
	case erase:
		if a.room != nil && a.parts.erase(a.room.State()) {
			a.commits.markDirty()
		}
	case wake:
		a.askOwner()
	case historyIdle:
		a.history.idle(m.generation)
	}
	if a.room == nil && !a.closing {
		a.retire()
	}
}

func (a *roomActor) loaded(m loaded) {
	if !a.lifecycle.loaded(m, a.forget) {
		return
	}
	switch {
	case m.err == nil:
		if err := a.decode(m.record.Data, m.parts); err != nil {
			a.unreadable = true
			a.node.Log.Error("a room's record cannot be decoded; the room's link revives it", "err", err)
			return
		}
		a.changed()
		a.expectMembers()
		if a.seeksOwner() {
			a.findOwner()
		}
		a.commits.fence()
	case errors.Is(m.err, store.ErrNotFound):
	case errors.Is(m.err, store.ErrCorrupt):
		a.unreadable = true
		a.node.Log.Error("a room's record is damaged; the room's link revives it", "err", m.err)
	default:
		a.node.Log.Error("a room's record cannot be loaded", "err", m.err)
		for _, w := range a.commits.release() {
			if w, ok := w.(request); ok {
				a.node.replies.refuse(w.from(), protocol.Unavailable)
			}
		}
		a.retire()
	}
}

func (a *roomActor) committed(m committed) {
	if a.commits.fenced {
		return // the actor has forgotten what this is about
	}
	outcome := a.commits.done(m)
	if outcome != commitUnknown {
		a.parts.written(m.err)
	}
	if outcome == commitFenced {
		a.redirect()
		return
	}
	a.publish()
	if outcome == commitRecovered && a.room != nil {
		a.room.Touch() // to be shown as saved again
		a.commits.markDirty()
	}
	a.commits.commitIfDirty()
}
