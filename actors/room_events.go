package actors

import (
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// apply applies a command that nobody awaits. A refusal is ignored.
func (a *roomActor) apply(c poker.Command) {
	if a.room == nil {
		return
	}
	if events, err := a.decide(c); err == nil {
		a.happened(events)
	}
	a.schedule()
}

// happened draws the consequences of the events that the rules report. What others see
// of them waits for the commit.
func (a *roomActor) happened(events []poker.Event) {
	if len(events) == 0 {
		return
	}
	a.commits.markDirty()
	for _, e := range events {
		switch e := e.(type) {
		case poker.Estimated:
			a.tellOwnEstimate(e.User)
		case poker.Withdrawn:
			a.tellOwnEstimate(e.User)
		case poker.Restored:
			a.tellOwnEstimate(e.User)
		case poker.EstimatedAhead:
			a.tellOwnAhead(e.User, e.Topic)
		case poker.AheadChanged:
			a.tellOwnAhead(e.User, 0)
		case poker.Left:
			a.memberLeft(e.User)
		case poker.Removed:
			a.unsubscribe(e.User)
			a.memberLeft(e.User)
		case poker.OwnerChanged:
			a.ownerChanged(e)
		case poker.WaitOver:
			a.waitOver(e)
		case poker.Closed:
			a.closedByOwner(e.Owner)
		case poker.Cleared, poker.Undone:
			a.history.drop()
		case poker.Changed:
			if e.What == poker.AspectHistory {
				a.history.drop()
			}
		case poker.Joined, poker.Returned, poker.Waiting, poker.Disconnected, poker.Renamed, poker.Revealed, poker.Hidden, poker.Settled:
			// the status says it all
		}
	}
	a.changed()
	if a.room.Deserted() {
		a.close(protocol.ClosedClosed, "")
	}
}

// tellOwnEstimate tells a user's own connections what the user has estimated.
func (a *roomActor) tellOwnEstimate(user poker.UserID) {
	a.effects.after(func(bool) { a.tellOwn(user, a.ownEstimate(user)) })
}

// tellOwnAhead tells a user's own connections what the user has estimated of a topic to
// come, or of all of them.
func (a *roomActor) tellOwnAhead(user poker.UserID, topic poker.TopicID) {
	a.effects.after(func(bool) { a.tellOwn(user, a.ownAhead(user, topic)) })
}

func (a *roomActor) tellOwn(user poker.UserID, event []byte) {
	var message any = deliverEvent{event: event} // one for all
	for _, conn := range a.subscribers.of(user) {
		a.outgoing.add(conn, message)
	}
}

func (a *roomActor) memberLeft(user poker.UserID) {
	a.recent.forget(user)
	a.parts.touch(user)
	a.effects.after(func(bool) {
		if !a.room.Has(user) { // they may have joined again meanwhile
			a.node.tellUser(user, notMember{room: a.id, trace: true})
		}
	})
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

// unsubscribe unsubscribes the connections of a removed member at once. One that joins
// again before the removal is committed stays subscribed.
func (a *roomActor) unsubscribe(user poker.UserID) {
	conns := a.subscribers.removeUser(user)
	a.effects.after(func(bool) {
		left := leftBy(a.id, protocol.LeftByRemoval)
		for _, conn := range conns {
			a.outgoing.add(conn, left)
		}
	})
}

func leftBy(room poker.RoomID, reason protocol.LeftReason) leftRoom {
	return leftRoom{room, protocol.Encode(protocol.RoomLeft{RoomID: room, Reason: reason})}
}
