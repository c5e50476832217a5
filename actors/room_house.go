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

// tellUserLater tells a user's actor something once all changes so far are committed.
func (a *roomActor) tellUserLater(user poker.UserID, message any) {
	a.effects.after(func(bool) { a.node.tellUser(user, message) })
}

func (a *roomActor) ownerChanged(e poker.OwnerChanged) {
	a.effects.after(func(bool) {
		a.node.tellUser(e.New, owns{a.id})
		if e.Old == "" {
			a.node.root.Send(a.node.rooms, ownerless{a.id, false})
		} else {
			a.node.tellUser(e.Old, ownsNot{room: a.id})
		}
	})
}

// acceptRoom hands the room over to the user whom it is offered to. Their actor has
// noted the room already, so that its limit of rooms holds, and is told if that was in
// vain.
func (a *roomActor) acceptRoom(m command) {
	first := a.node.Keys.Owns(string(m.user), string(a.id))
	if a.ask(m, poker.Accept{By: m.user, First: first}) && a.room.Owner() != m.user {
		a.tellUserLater(m.user, ownsNot{room: a.id})
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

// tellGone tells an expired user's actor that nothing of the user is left here, once
// that is as durable as it can be.
func (a *roomActor) tellGone(user poker.UserID) {
	a.effects.after(func(durable bool) {
		if durable || !a.node.Store.Durable() {
			a.node.tellUser(user, roomGone{a.id})
		}
	})
}
