package actors

import (
	"time"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// A cookie cannot be taken back, but its session can be made void: the user's record
// says before which moment sessions do not count. When the user is gone, that remains as
// a tombstone with nothing else in it, until no such session can be alive.

// signOut ends the sessions that were issued before the one that asks.
func (a *userActor) signOut(m signOut) {
	switch {
	case a.record.Forgotten || m.issued < a.record.NotBefore:
		a.effects.after(func(bool) { a.node.send(m.conn, sessionEnded) })
		return
	case m.issued > a.record.NotBefore: // else it is a repetition
		a.record.NotBefore = m.issued
		a.commits.markDirty()
		a.effects.after(func(bool) { a.endSessions() })
	}
	a.effects.after(func(durable bool) {
		if !durable && a.node.Store.Durable() { // a restart would bring the sessions back
			a.replies.now.refuse(m.from(), protocol.Unavailable)
			return
		}
		a.replies.now.accept(m.from(), protocol.OK{})
	})
}

// forgetMe ends the user. One commit ends the sessions and says that the user is to be
// forgotten, so that a crash does not stop it. Then the user expires.
func (a *userActor) forgetMe(by caller) {
	// No session of this user is renewed any more. The margin is for one that another
	// node with a fast clock has issued.
	a.record.NotBefore = max(a.record.NotBefore, time.Now().Add(2*identity.SessionMaxSkew).Unix())
	a.record.Name, a.record.Mark, a.record.Created, a.record.Forgotten = "", poker.Mark{}, nil, true
	a.commits.markDirty()
	a.replies.accept(by)
	a.effects.after(func(bool) {
		a.endSessions()
		a.expire()
	})
}

// endSessions closes all connections of the user. One that does not hear of it attaches
// again sooner or later, and is told then.
func (a *userActor) endSessions() {
	if len(a.conns) == 0 {
		return
	}
	a.disconnectAll(sessionEnded)
	clear(a.conns)
	a.wentOffline()
}
