package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
)

// A member is online while one of their connections is subscribed. A room loses
// connections that still exist when its own actor starts again, and when the link to
// their node is lost. Members then keep their state for a while in which those who are
// still there announce themselves, so that nobody appears to leave and return.

// absenceGrace is longer than connections take to notice: see pulseInterval.
const absenceGrace = 15 * time.Second

// disconnected unsubscribes a connection whose actor has stopped or is out of reach.
func (a *roomActor) disconnected(m *actor.Terminated) {
	user, last := a.subscribers.remove(m.Who)
	switch {
	case m.Why == actor.TerminatedReason_AddressTerminated:
		a.outgoing.add(m.Who, rejoin{a.id}) // in case only the link was lost
		a.expectMembers()
	case last:
		a.apply(poker.Disconnect{By: user})
	}
}

// expectMembers gives members without a connection time to come back.
func (a *roomActor) expectMembers() {
	if a.absence == nil && a.room != nil && len(a.room.Present()) > 0 {
		a.absence = a.inbox.after(absenceGrace, absent{})
	}
}

// markAbsent disconnects the members who have not come back.
func (a *roomActor) markAbsent() {
	a.absence = nil
	if a.room == nil {
		return
	}
	for _, user := range a.room.Present() {
		if len(a.subscribers.of(user)) == 0 {
			a.apply(poker.Disconnect{By: user})
		}
	}
}

// probe answers a connection that checks whether it is still subscribed and up to date.
func (a *roomActor) probe(m probe) {
	switch {
	case !a.subscribers.has(m.conn):
		a.outgoing.add(m.conn, rejoin{a.id})
	case a.room == nil:
	case m.version == 0: // it waits for the answer to its join
		a.effects.after(func(bool) { a.outgoing.add(m.conn, deliverStatus{status: a.current(), whole: true}) })
	case m.version < a.room.Version():
		a.effects.after(func(bool) {
			if a.showable() {
				a.broadcast.republish(a.room, a.commits.unsaved, a.subscribers)
			}
		})
	}
}
