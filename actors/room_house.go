package actors

import (
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// This is how a room is handed over, and what is left of one that has ended.
//
// A room that its owner has closed leaves a record that says so, as long as the owner
// has not expired: its link does not revive it. One that was handed over leaves one that
// says that it is nobody's when it is revived. Else the user whom its id certifies
// would own it again.

// acceptRoom hands the room over to whom it is offered. Their user's actor has taken
// it in already, so that its limit of rooms holds, and is told if that was in vain.
func (a *roomActor) acceptRoom(m command) {
	first := a.sys.Keys.Owns(string(m.user), string(a.id))
	if a.ask(m, poker.Accept{By: m.user, First: first}) && a.room.Owner() != m.user {
		a.after(func(bool) { a.sys.tellUser(m.user, ownsNot{room: a.id}) })
	}
}

// closedByOwner has everybody go. What was remembered of requests goes with them, but
// for the owner's, who may ask again.
func (a *roomActor) closedByOwner(owner poker.UserID) {
	a.forgetRequests(owner)
	a.pages.drop()
	a.sendAllAway(protocol.ClosedClosed)
	a.after(func(bool) {
		a.sys.tellUser(owner, ownsNot{room: a.id, closed: true})
	})
}

// leaveTombstone ends a room that was handed over.
func (a *roomActor) leaveTombstone(reason protocol.ClosedReason, leaver poker.UserID) {
	owned := a.room.Owner() != ""
	a.room.LeaveTombstone()
	a.forgetRequests("")
	a.pages.drop()
	a.dirty = true
	a.changed()
	a.sendAllAway(reason)
	a.after(func(durable bool) {
		if leaver != "" && owned && (durable || !a.sys.Store.Durable()) {
			a.sys.tellUser(leaver, roomGone{a.id})
		}
	})
}

// forgetRequests forgets what everybody has asked for of late, but one user.
func (a *roomActor) forgetRequests(but poker.UserID) {
	for user := range a.recent {
		if user != but {
			a.recent.forget(user)
			a.kept.touch(user)
		}
	}
}

// sendAllAway is rid of the subscribers, now, and tells them that the room is gone
// once it is. One that joins again before that keeps its seat.
func (a *roomActor) sendAllAway(reason protocol.ClosedReason) {
	gone := a.seats
	a.seats = newSeats()
	a.after(func(bool) {
		closed := leftRoom{a.id, protocol.Encode(protocol.RoomClosed{RoomID: a.id, Reason: reason})}
		for conn, user := range gone.all() {
			a.send(conn, closed)
			if a.room == nil || a.closing || !a.room.Has(user) {
				a.sys.tellUser(user, notMember{room: a.id})
			}
		}
	})
}
