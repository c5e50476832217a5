package actors

import (
	"time"

	"example.com/pokey/identity"
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
	a.record.Name, a.record.Created, a.record.Forgotten = "", nil, true
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

// gone reports whether there is no such user any more.
func (a *userActor) gone() bool {
	return a.record.Forgotten || a.record.blank() && len(a.conns) == 0
}

// tombstone reports whether the record only says which sessions are void, and some of
// these may be alive.
func (a *userActor) tombstone() bool {
	return a.record.blank() && a.record.NotBefore != 0 && time.Now().Before(a.tombstoneEnd())
}

// tombstoneEnd is when every session that the record calls void has ended by itself.
func (a *userActor) tombstoneEnd() time.Time {
	return time.Unix(a.record.NotBefore, 0).Add(a.node.SessionLife)
}

// leaveTombstone ends a departure: the record is removed, or becomes a tombstone.
func (a *userActor) leaveTombstone() {
	a.record = userRecord{NotBefore: a.record.NotBefore}
	if !a.tombstone() {
		a.commits.remove()
		return
	}
	a.leaving.over = true
	a.commits.markDirty()
}
