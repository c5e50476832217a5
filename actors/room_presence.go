package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
)

// A member is online while one of their connections is subscribed. Two things
// make a room lose connections that are still there: its own actor began anew,
// or the link to their node was lost. Then members keep their state for a while
// in which those who are there announce themselves, so that nobody flickers.

// absent comes when members who have not come back count as away.
type absent struct{}

// absenceGrace is longer than connections take to find out: see pulseInterval.
const absenceGrace = 15 * time.Second

// gone takes a connection out whose actor has stopped or cannot be heard.
func (a *roomActor) gone(m *actor.Terminated) {
	user, last := a.seats.remove(m.Who)
	switch {
	case m.Why == actor.TerminatedReason_AddressTerminated:
		a.send(m.Who, rejoin{a.id}) // in case it is only the link
		a.expectMembers()
	case last:
		a.apply(poker.Disconnect{By: user})
	}
}

// expectMembers gives members without a connection time to come back.
func (a *roomActor) expectMembers() {
	if a.absence == nil && a.room != nil && len(a.room.Present()) > 0 {
		a.absence = a.sys.sendAfter(absenceGrace, a.self, absent{})
	}
}

func (a *roomActor) markAbsent() {
	a.absence = nil
	if a.room == nil {
		return
	}
	for _, user := range a.room.Present() {
		if len(a.seats.of(user)) == 0 {
			a.apply(poker.Disconnect{By: user})
		}
	}
}

// probe answers a connection that wants to be sure of its place.
func (a *roomActor) probe(m probe) {
	switch {
	case !a.seats.has(m.conn):
		a.send(m.conn, rejoin{a.id})
	case a.room == nil:
	case m.version == 0: // it waits for the answer to its join
		a.after(func(bool) { a.send(m.conn, deliverStatus{status: a.current(), whole: true}) })
	case m.version < a.room.Version():
		a.after(func(bool) { a.showAgain() })
	}
}
