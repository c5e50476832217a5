package actors

import (
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// Whoever waits to be let in to a locked room is not subscribed to it. Their own actor is
// told how it stands, and tells their connections.

// waitStates are the states of the protocol in which a wait ends. Who leaves is told
// nothing more.
var waitStates = map[poker.WaitEnd]protocol.WaitState{
	poker.WaitAdmitted: protocol.WaitAdmitted,
	poker.WaitRefused:  protocol.WaitRefused,
	poker.WaitEnded:    protocol.WaitEnded,
}

// wait answers a join that has made its user wait, or go on waiting.
func (a *roomActor) wait(m join, events []poker.Event) {
	a.replies.accept(m.caller)
	a.tellUserLater(m.user, waits{a.id, protocol.WaitGoesOn})
	a.happened(events)
	a.schedule() // they wait for longer now
}

// waitOver tells a user that they no longer wait.
func (a *roomActor) waitOver(e poker.WaitOver) {
	a.effects.after(func(bool) {
		if state, told := waitStates[e.How]; told {
			a.node.tellUser(e.User, waits{a.id, state})
		} else if !a.room.Has(e.User) {
			a.node.tellUser(e.User, notMember{room: a.id})
		}
	})
}
