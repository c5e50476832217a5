package actors

import (
	"maps"
	"slices"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// apply lets the room do what nobody waits for an answer to. What it refuses
// does not concern it.
func (a *roomActor) apply(c poker.Command) {
	if a.room == nil {
		return
	}
	if events, err := a.room.Apply(millis(time.Now()), c, a.limits()); err == nil {
		a.happened(events)
	}
	a.schedule()
}

// happened draws the conclusions from what the rules say has happened. What
// others get to see of it waits for the commit.
func (a *roomActor) happened(events []poker.Event) {
	if len(events) == 0 {
		return
	}
	a.dirty = true
	for _, e := range events {
		switch e := e.(type) {
		case poker.Estimated:
			a.ownChanged(e.User)
		case poker.Withdrawn:
			a.ownChanged(e.User)
		case poker.Restored:
			a.ownChanged(e.User)
		case poker.Left:
			a.quit(e.User)
		case poker.Removed:
			a.putOut(e.User)
			a.quit(e.User)
		case poker.OwnerChanged:
			a.ownerChanged(e)
		case poker.Closed:
			a.closedByOwner(e.Owner)
		case poker.Cleared, poker.Undone:
			a.pages.drop()
		case poker.Changed:
			if e.What == poker.AspectHistory {
				a.pages.drop()
			}
		case poker.Joined, poker.Returned, poker.Disconnected, poker.Renamed, poker.Revealed, poker.Hidden, poker.Settled:
			// the status says it all
		}
	}
	a.changed()
	if a.room.Deserted() {
		a.close(protocol.ClosedClosed, "")
	}
}

func (a *roomActor) ownChanged(user poker.UserID) {
	a.after(func(bool) { a.tellSeats(user, a.own(user)) })
}

func (a *roomActor) quit(user poker.UserID) {
	a.recent.forget(user)
	a.kept.touch(user)
	a.after(func(bool) {
		if !a.room.Has(user) { // they may have joined again meanwhile
			a.sys.tellUser(user, notMember{room: a.id, trace: true})
		}
	})
}

// putOut unsubscribes a removed member's connections, now: one that joins again
// before the removal is committed keeps its seat.
func (a *roomActor) putOut(user poker.UserID) {
	conns := slices.Collect(maps.Values(a.seats.of(user)))
	for _, conn := range conns {
		a.seats.remove(conn)
	}
	a.after(func(bool) {
		left := a.leftBy(protocol.LeftByRemoval)
		for _, conn := range conns {
			a.send(conn, left)
		}
	})
}

func (a *roomActor) ownerChanged(e poker.OwnerChanged) {
	a.after(func(bool) {
		a.sys.tellUser(e.New, owns{a.id})
		if e.Old == "" {
			a.sys.root.Send(a.sys.rooms, ownerless{a.id, false})
		} else {
			a.sys.tellUser(e.Old, ownsNot{room: a.id})
		}
	})
}

// recognise makes user the owner of a room without one, if its id says so. A user who
// takes the room for theirs and has closed it or handed it over is told.
func (a *roomActor) recognise(user poker.UserID) {
	switch {
	case a.room == nil:
	case a.room.Closed() && a.room.Owner() == user:
		a.after(func(bool) { a.sys.tellUser(user, ownsNot{room: a.id, closed: true}) })
	case a.room.Owner() != "" && a.room.Owner() != user:
		a.after(func(bool) { a.sys.tellUser(user, ownsNot{room: a.id}) })
	case a.room.Owner() == "" && a.sys.Keys.Owns(string(user), string(a.id)):
		a.apply(poker.Recognise{Owner: user})
	}
}

// departed ends what an expired user had here: the room, or their membership. Of
// a record that cannot be read all that is left goes: it may hold their name.
func (a *roomActor) departed(user poker.UserID) {
	switch {
	case a.room == nil && a.remains:
		a.closing, a.leaver = true, user
		a.remove()
	case a.room == nil:
		a.sys.tellUser(user, roomGone{a.id})
	case a.room.Owner() == user:
		a.close(protocol.ClosedExpired, user)
	default:
		a.apply(poker.Forget{User: user})
		a.after(func(durable bool) {
			if durable || !a.sys.Store.Durable() {
				a.sys.tellUser(user, roomGone{a.id})
			}
		})
	}
}

// askOwner is for a record that has not been touched for long: either the
// owner still has the room, and it stays, or they are no more. What is left of a
// record that could not be read goes.
func (a *roomActor) askOwner() {
	switch {
	case a.room == nil || a.room.IsTombstone():
		a.closing = true
		a.remove()
	case a.room.Owner() == "" && a.seats.empty():
		a.close(protocol.ClosedExpired, "")
	case a.room.Closed():
		a.dirty = true
		a.sys.tellUser(a.room.Owner(), ownsNot{a.id, true})
	default:
		a.dirty = true
		if owner := a.room.Owner(); owner != "" {
			a.sys.tellUser(owner, owns{a.id})
		}
	}
}

// close ends the room. Members are told when it is off the disk, or cannot be
// got off it: then the sweep comes back for it.
func (a *roomActor) close(reason protocol.ClosedReason, leaver poker.UserID) {
	if a.closing {
		return
	}
	if a.room.HandedOver() {
		a.leaveTombstone(reason, leaver)
		return
	}
	a.closing, a.leaver = true, leaver
	a.sendAllAway(reason)
	a.remove()
}

func (a *roomActor) closed(m removed) {
	a.ended(m)
	if a.room != nil && a.room.Owner() == "" {
		a.sys.root.Send(a.sys.rooms, ownerless{a.id, false})
	}
	if a.leaver != "" && m.err == nil {
		a.sys.tellUser(a.leaver, roomGone{a.id})
	}
	a.retire()
}

// schedule sets the room's timer by the rules' next deadline.
func (a *roomActor) schedule() {
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
	if at := a.room.Deadline(); at != 0 {
		a.timer = a.sys.sendAfter(time.Until(time.UnixMilli(int64(at))), a.self, due{})
	}
}

// changed keeps the room's timer and the count of members true.
func (a *roomActor) changed() {
	a.schedule()
	n := a.room.Members()
	a.sys.counts.members.Add(int64(n - a.members))
	a.members = n
}
