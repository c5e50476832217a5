package actors

import (
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// This file is how a room ends, and how its actor does.
//
// A room that its owner has closed leaves a record that says so for as long as the owner
// has not expired: the room's link does not revive it. A room that was handed over leaves
// a tombstone.

// close ends the room. Members are told when the store has removed it, or cannot: then
// the sweep comes back for it.
func (a *roomActor) close(reason protocol.ClosedReason, leaver poker.UserID) {
	if a.closing {
		return
	}
	if a.room.HandedOver() {
		a.leaveTombstone(reason, leaver)
		return
	}
	a.closing, a.leaver = true, leaver
	a.dismissAll(reason)
	a.commits.remove()
}

// removed ends the actor after the store has removed its record.
func (a *roomActor) removed(m removed) {
	a.commits.removed(m)
	if a.room != nil && a.room.Owner() == "" {
		a.node.root.Send(a.node.rooms, ownerless{a.id, false})
	}
	if a.leaver != "" && m.err == nil {
		a.node.tellUser(a.leaver, roomGone{a.id})
	}
	a.retire()
}

// closedByOwner dismisses everybody, and forgets their recent requests except the
// owner's, who may repeat one.
func (a *roomActor) closedByOwner(owner poker.UserID) {
	a.forgetRequests(owner)
	a.history.drop()
	a.dismissAll(protocol.ClosedClosed)
	a.tellUserLater(owner, ownsNot{room: a.id, closed: true})
}

// leaveTombstone ends a room that was handed over.
func (a *roomActor) leaveTombstone(reason protocol.ClosedReason, leaver poker.UserID) {
	owned := a.room.Owner() != ""
	a.room.LeaveTombstone()
	a.forgetRequests("")
	a.history.drop()
	a.commits.markDirty()
	a.changed()
	a.dismissAll(reason)
	if leaver != "" && owned {
		a.tellGone(leaver)
	}
}

// forgetRequests forgets the recent requests of all users but one.
func (a *roomActor) forgetRequests(except poker.UserID) {
	for user := range a.recent {
		if user != except {
			a.recent.forget(user)
			a.parts.touch(user)
		}
	}
}

// dismissAll unsubscribes all connections at once, and tells them that the room is gone
// when it is. One that joins again before that stays subscribed.
func (a *roomActor) dismissAll(reason protocol.ClosedReason) {
	dismissed := *a.subscribers
	*a.subscribers = *newSubscribers()
	a.effects.after(func(bool) {
		closed := leftRoom{a.id, protocol.Encode(protocol.RoomClosed{RoomID: a.id, Reason: reason})}
		for conn, user := range dismissed.all() {
			a.outgoing.add(conn, closed)
			if a.room == nil || a.closing || !a.room.Has(user) {
				a.node.tellUser(user, notMember{room: a.id})
			}
		}
	})
}

// idle reports whether the actor can leave memory.
func (a *roomActor) idle() bool {
	return a.room != nil && a.lifecycle.stored() && a.subscribers.empty() && !a.closing &&
		a.room.Deadline() == 0 && a.absence == nil && !a.parts.erasing() && !a.broadcast.throttled() && a.history.empty()
}

// redirect ends the actor, and sends the subscribers to the node that has the room now,
// including those that have tried already: a node that did not know yet may have sent them
// back here. If this node still believes to own the room although another one has it, then
// its view is behind, and its clients are better off elsewhere.
func (a *roomActor) redirect() {
	for conn := range a.subscribers.all() {
		if a.commits.fenced && conn.Address == a.node.address && a.node.owns(roomKind, string(a.id)) {
			a.outgoing.add(conn, disconnect{protocol.CloseMoved, "room moved"})
		} else {
			a.outgoing.add(conn, rejoin{a.id})
		}
	}
	a.retire()
}

// forget ends the actor at once, with what is under way.
func (a *roomActor) forget() {
	if !a.lifecycle.retired {
		a.commits.forget()
		a.redirect()
	}
}

// retire has the registry stop the actor. What still comes is passed on.
func (a *roomActor) retire() {
	if a.lifecycle.retire() {
		a.stopTimers()
	}
}

// crash disconnects the subscribers. They come back to another actor.
func (a *roomActor) crash() {
	a.outgoing.drop()
	for conn := range a.subscribers.all() {
		a.outgoing.add(conn, disconnect{protocol.CloseResync, "resynchronise"})
	}
	a.outgoing.flush()
	a.lifecycle.crash()
}

// stop ends what the actor has under way.
func (a *roomActor) stop() {
	a.stopTimers()
	a.lifecycle.stop()
	a.commits.stop()
}

func (a *roomActor) stopTimers() {
	if a.timer != nil {
		a.timer.Stop()
	}
	if a.absence != nil {
		a.absence.Stop()
	}
	a.broadcast.stop()
	a.history.drop()
	a.parts.stop()
}
