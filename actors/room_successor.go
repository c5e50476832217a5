package actors

import (
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// succeed lets a member go on in a room of their own while nobody who may reveal is
// online. The user's actor has made the new room's ID and noted the room, as for
// createRoom. This room decides, and hands over its list; the new room answers. If
// another member was first, the answer names the room of that member.
func (a *roomActor) succeed(m succeed) {
	if a.room == nil {
		a.replies.refuse(m.caller, protocol.NotMember)
		a.node.tellUser(m.user, notMember{room: a.id})
		a.node.tellUser(m.user, notCreated{m.room})
		return
	}
	events, err := a.decide(poker.Succeed{By: m.user, Room: m.room})
	if err != nil {
		a.replies.refuse(m.caller, codeOf(err))
		a.tellUserLater(m.user, notCreated{m.room})
		return
	}
	if successor := a.room.Successor().Room; successor != m.room {
		a.tellUserLater(m.user, notCreated{m.room})
		a.replies.created(m.caller, successor)
		return
	}
	settings := a.room.Settings()
	a.effects.after(func(bool) {
		a.node.tellRoom(m.room, create{caller: m.caller, owner: m.user, settings: &settings})
	})
	a.happened(events)
}
