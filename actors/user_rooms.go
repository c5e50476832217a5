package actors

import (
	"slices"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// This file keeps the lists of rooms in a user's record. All of these rooms hear of the
// user's expiry.

// add adds a room to a list. If the user has expired, the room must forget the user too.
func (a *userActor) add(list []poker.RoomID, room poker.RoomID) []poker.RoomID {
	switch {
	case a.gone():
		a.node.tellRoom(room, departed{a.id})
	case !slices.Contains(list, room):
		a.commits.markDirty()
		return append(list, room)
	}
	return list
}

// drop removes a room from a list.
func (a *userActor) drop(list []poker.RoomID, room poker.RoomID) []poker.RoomID {
	i := slices.Index(list, room)
	if i < 0 {
		return list
	}
	a.commits.markDirty()
	return slices.Delete(list, i, i+1)
}

// leaveTrace remembers a room that may still know what the user estimated there, and that
// no other list leads to.
func (a *userActor) leaveTrace(room poker.RoomID) {
	for _, list := range [][]poker.RoomID{a.record.Owned, a.record.Rooms, a.record.Left} {
		if slices.Contains(list, room) {
			return
		}
	}
	a.record.Left = append(a.record.Left, room)
	for len(a.record.Left) > maxMemberships {
		a.node.tellRoom(a.record.Left[0], departed{a.id})
		a.record.Left = slices.Delete(a.record.Left, 0, 1)
	}
	a.commits.markDirty()
}

// ownsNot drops a room that the user does not own, or no longer.
func (a *userActor) ownsNot(m ownsNot) {
	a.record.Owned = a.drop(a.record.Owned, m.room)
	if m.closed {
		a.record.Closed = a.add(a.record.Closed, m.room)
	} else {
		a.leaveTrace(m.room)
	}
}

// waits passes on how it stands with the user's waiting. A room in which the user no
// longer waits, and of which they are no member, is dropped. As in notMember, that may
// cross a join.
func (a *userActor) waits(m waits) {
	switch m.state {
	case protocol.WaitGoesOn:
		a.joins.answered(m.room)
	case protocol.WaitRefused, protocol.WaitEnded:
		if !a.joins.underWay(m.room) {
			a.record.Rooms = a.drop(a.record.Rooms, m.room)
		}
	case protocol.WaitAdmitted:
	}
	event := protocol.Encode(protocol.RoomWaiting{RoomID: m.room, State: m.state})
	a.effects.after(func(bool) {
		for _, conn := range a.conns {
			a.replies.now.tell(conn, event)
		}
	})
}

// notMember drops a room that the user is not a member of. The end of a membership may
// cross a join that began another one. Then the room stays, and says so if that join fails.
func (a *userActor) notMember(m notMember) {
	if m.trace && a.joins.underWay(m.room) {
		return
	}
	a.joins.forget(m.room)
	a.record.Rooms = a.drop(a.record.Rooms, m.room)
	if m.trace {
		a.leaveTrace(m.room)
	}
}
