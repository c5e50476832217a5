package actors

import (
	"slices"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// request handles a request of a client.
func (a *userActor) request(m fromClient) {
	if _, ok := a.conns[m.conn.Id]; !ok {
		a.node.send(m.conn, reattach{}) // one of this node has closed and will not notice
		return
	}
	if _, again := m.in.Request.(protocol.ForgetMe); a.record.Forgotten && !again {
		return // its connection is about to be closed
	}
	switch r := m.in.Request.(type) {
	case protocol.ForgetMe:
		a.forgetMe(m.from())
	case protocol.SetName:
		a.setName(m.from(), r.Name)
	case protocol.SetMark:
		a.setMark(m.from(), r)
	case protocol.CreateRoom:
		a.createRoom(m.from(), r)
	case protocol.JoinRoom:
		a.joinRoom(m.from(), r)
	case protocol.SucceedRoom:
		a.succeedRoom(m.from(), r)
	case protocol.AcceptRoom:
		a.acceptRoom(m.from(), r)
	case protocol.CloseRoom:
		a.closeRoom(m.from(), r)
	default:
		if r, ok := r.(protocol.RoomRequest); ok {
			a.toRoom(m.from(), r)
		}
	}
}

func (a *userActor) setName(by caller, text string) {
	name, err := poker.CleanName(text)
	if err != nil {
		a.replies.refuse(by, protocol.InvalidName)
		return
	}
	a.replies.confirm(by)
	if name == a.record.Name {
		return
	}
	a.record.Name = name
	a.introduce()
}

func (a *userActor) setMark(by caller, r protocol.SetMark) {
	mark := a.record.Mark
	if r.Colour != nil {
		mark.Colour = *r.Colour
	}
	if r.Emoji != nil {
		mark.Emoji = *r.Emoji
	}
	mark, err := mark.Clean()
	if err != nil {
		a.replies.refuse(by, protocol.InvalidMark)
		return
	}
	a.replies.confirm(by)
	if mark == a.record.Mark {
		return
	}
	a.record.Mark = mark
	a.introduce()
}

// introduce tells everybody who knows the user how they are called now, and shown.
func (a *userActor) introduce() {
	a.commits.markDirty()
	name, mark := a.record.Name, a.record.Mark
	a.effects.after(func(bool) {
		self := protocol.Encode(protocol.User{UserID: a.id, Name: a.name(), Named: a.named(), Colour: mark.Colour, Emoji: mark.Emoji})
		for _, conn := range a.conns {
			a.replies.now.tell(conn, self)
		}
		for _, room := range a.record.Rooms {
			a.node.tellRoom(room, renamed{a.id, name, mark})
		}
	})
}

func (a *userActor) createRoom(by caller, r protocol.CreateRoom) {
	if room, ok := a.newRoom(by); ok {
		a.tellRoomLater(room, create{caller: by, owner: a.id, request: r})
	}
}

// succeedRoom lets the old room decide whether the user may go on in a new one.
func (a *userActor) succeedRoom(by caller, r protocol.SucceedRoom) {
	if !slices.Contains(a.record.Rooms, r.RoomID) {
		a.replies.refuse(by, protocol.NotMember)
		return
	}
	if room, ok := a.newRoom(by); ok {
		a.tellRoomLater(r.RoomID, succeed{caller: by, user: a.id, room: room})
	}
}

// newRoom notes a room before it is made. A repeated request gets the same room, which
// a crash may have kept from being made. A user who has reached the limit is refused.
func (a *userActor) newRoom(by caller) (poker.RoomID, bool) {
	if i := a.record.createdBy(by); i >= 0 {
		return a.record.Created[i].Room, true
	}
	if a.ownsTooMany() {
		a.replies.refuse(by, protocol.TooManyRooms)
		a.verifyOwned()
		return "", false
	}
	room := poker.RoomID(a.node.Keys.NewRoomID(string(a.id), time.Now()))
	a.record.Owned = append(a.record.Owned, room)
	a.record.Created = append(a.record.Created, creation{by.digest, room})
	if n := len(a.record.Created) - rememberCreations; n > 0 {
		a.record.Created = slices.Delete(a.record.Created, 0, n)
	}
	a.commits.markDirty()
	return room, true
}

// tellRoomLater tells a room something once all changes so far are committed.
func (a *userActor) tellRoomLater(room poker.RoomID, message any) {
	a.effects.after(func(bool) { a.node.tellRoom(room, message) })
}

func (a *userActor) ownsTooMany() bool {
	limit := a.node.Limits.RoomsPerUser
	return limit > 0 && len(a.record.Owned) >= limit
}

// verifyOwned asks the rooms that the user owns whether that is so: a crash may have come
// between the commit of a room and that of the user.
func (a *userActor) verifyOwned() {
	for _, room := range a.record.Owned {
		a.node.tellRoom(room, recognise{a.id})
	}
}

// acceptRoom notes a room before it belongs to the user, so that rooms that are accepted
// at the same time cannot exceed the limit. The room answers ownsNot if it was not on
// offer.
func (a *userActor) acceptRoom(by caller, r protocol.AcceptRoom) {
	member := slices.Contains(a.record.Rooms, r.RoomID)
	if member && !slices.Contains(a.record.Owned, r.RoomID) {
		if a.ownsTooMany() {
			a.replies.refuse(by, protocol.TooManyRooms)
			return
		}
		a.record.Owned = append(a.record.Owned, r.RoomID)
		a.commits.markDirty()
	}
	a.toRoom(by, r)
}

// closeRoom limits how many closed rooms are remembered.
func (a *userActor) closeRoom(by caller, r protocol.CloseRoom) {
	if len(a.record.Closed) >= maxClosed && slices.Contains(a.record.Owned, r.RoomID) {
		a.replies.refuse(by, protocol.TooManyRooms)
		return
	}
	a.toRoom(by, r)
}

// joinRoom notes the membership before the room does, so that the user's expiry ends it
// whatever happens.
func (a *userActor) joinRoom(by caller, r protocol.JoinRoom) {
	if _, err := a.node.Keys.Room(string(r.RoomID)); err != nil {
		code := protocol.RateLimited
		if !a.joins.exceeded() { // a genuine ID can always be joined
			a.joins.fail()
			code = protocol.RoomNotFound
		}
		a.replies.refuse(by, code)
		return
	}
	if !slices.Contains(a.record.Rooms, r.RoomID) {
		if len(a.record.Rooms) >= maxMemberships {
			a.replies.refuse(by, protocol.TooManyRooms)
			return
		}
		a.record.Rooms = append(a.record.Rooms, r.RoomID)
		a.record.Left = a.drop(a.record.Left, r.RoomID)
		a.commits.markDirty()
	}
	a.joins.sending(r.RoomID)
	a.effects.after(func(bool) { // with the name that the user has by then
		a.node.tellRoom(r.RoomID, join{caller: by, user: a.id, name: a.record.Name, mark: a.record.Mark, role: r.Role, wait: r.Wait})
	})
}

// toRoom passes a request on. Rooms that the user has nothing to do with are not even
// looked for.
func (a *userActor) toRoom(by caller, r protocol.RoomRequest) {
	known := func(list []poker.RoomID) bool { return slices.Contains(list, r.Room()) }
	if !known(a.record.Rooms) && !known(a.record.Owned) && !known(a.record.Closed) {
		a.replies.refuse(by, protocol.NotMember)
		return
	}
	if _, ok := r.(protocol.LeaveRoom); ok {
		a.joins.forget(r.Room())
	}
	a.tellRoomLater(r.Room(), command{caller: by, user: a.id, request: r})
}
