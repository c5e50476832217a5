package actors

import (
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// This file is about who owns a room.
//
// A room that was revived from its ID has no owner until the user whom its ID certifies
// is online. A room that was handed over remembers that, so that it has no owner when it
// is revived; otherwise that user would own it again.

// seeksOwner reports whether the room has no owner and may still get one.
func (a *roomActor) seeksOwner() bool { return a.room.Owner() == "" && !a.room.HandedOver() }

// findOwner looks for the user whom the room's ID certifies, now and when they come.
func (a *roomActor) findOwner() {
	a.node.root.Send(a.node.rooms, ownerless{a.id, true})
	a.node.tellRegistries(usersName, findOwner{a.id})
}

// recognise makes a user the owner of a room without one, if its ID says so. A user who
// believes to own the room, but has closed it or handed it over, is told.
func (a *roomActor) recognise(user poker.UserID) {
	switch {
	case a.room == nil:
	case a.room.Closed() && a.room.Owner() == user:
		a.tellUserLater(user, ownsNot{room: a.id, closed: true})
	case a.room.Owner() != "" && a.room.Owner() != user:
		a.tellUserLater(user, ownsNot{room: a.id})
	case a.room.Owner() == "" && a.node.Keys.Owns(string(user), string(a.id)):
		a.apply(poker.Recognise{Owner: user})
	}
}

// askOwner asks whether the owner still has the room, whose record was not touched for
// long. If so, the room stays. A record that cannot be read is removed.
func (a *roomActor) askOwner() {
	switch {
	case a.room == nil || a.room.IsTombstone():
		a.closing = true
		a.commits.remove()
	case a.room.Owner() == "" && a.subscribers.empty():
		a.close(protocol.ClosedExpired, "")
	case a.room.Closed():
		a.commits.markDirty()
		a.node.tellUser(a.room.Owner(), ownsNot{a.id, true})
	default:
		a.commits.markDirty()
		if owner := a.room.Owner(); owner != "" {
			a.node.tellUser(owner, owns{a.id})
		}
	}
}

// departed ends what an expired user had here: the room, or the membership. A record
// that cannot be read is removed: it may contain the user's name.
func (a *roomActor) departed(user poker.UserID) {
	switch {
	case a.room == nil && a.unreadable:
		a.closing, a.leaver = true, user
		a.commits.remove()
	case a.room == nil:
		a.node.tellUser(user, roomGone{a.id})
	case a.room.Owner() == user:
		a.close(protocol.ClosedExpired, user)
	default:
		a.apply(poker.Forget{User: user})
		a.tellGone(user)
	}
}
