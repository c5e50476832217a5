package actors

import "example.com/pokey/poker"

// acceptRoom hands the room over to whom it is offered. Their user's actor has taken
// it in already, so that its limit of rooms holds, and is told if that was in vain.
func (a *roomActor) acceptRoom(m command) {
	first := a.sys.Keys.Owns(string(m.user), string(a.id))
	if a.ask(m, poker.Accept{By: m.user, First: first}) && a.room.Owner() != m.user {
		a.after(func(bool) { a.sys.tellUser(m.user, ownsNot{a.id}) })
	}
}
