package actors

import (
	"maps"
	"slices"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

func (a *userActor) request(m fromClient) {
	if _, ok := a.conns[m.conn.Id]; !ok {
		// One of this node has gone and has no use for an answer.
		a.sys.send(m.conn, reattach{})
		return
	}
	if _, again := m.in.Request.(protocol.ForgetMe); a.record.Forgotten && !again {
		return // its connection is about to be closed
	}
	switch r := m.in.Request.(type) {
	case protocol.ForgetMe:
		a.forgetMe(m.asker())
	case protocol.SetName:
		a.setName(m.asker(), r.Name)
	case protocol.CreateRoom:
		a.createRoom(m.asker(), r)
	case protocol.JoinRoom:
		a.joinRoom(m.asker(), r)
	case protocol.AcceptRoom:
		a.acceptRoom(m.asker(), r)
	case protocol.CloseRoom:
		a.closeRoom(m.asker(), r)
	default:
		if r, ok := r.(protocol.RoomRequest); ok {
			a.toRoom(m.asker(), r)
		}
	}
}

func (a *userActor) setName(by asked, text string) {
	name, err := poker.CleanName(text)
	if err != nil {
		a.refuse(by, protocol.InvalidName)
		return
	}
	changed := name != a.record.Name
	if changed {
		a.record.Name = name
		a.dirty = true
	}
	a.after(func(bool) {
		a.sys.accept(by, protocol.OK{})
		if !changed {
			return
		}
		for _, conn := range a.conns {
			a.sys.tell(conn, protocol.User{UserID: a.id, Name: name})
		}
		for _, room := range a.record.Rooms {
			a.sys.tellRoom(room, renamed{a.id, name})
		}
	})
}

func (a *userActor) createRoom(by asked, r protocol.CreateRoom) {
	if i := a.created(by); i >= 0 {
		room := a.record.Created[i].Room
		a.after(func(bool) { // a crash may have come before the room was made
			a.sys.tellRoom(room, create{asked: by, owner: a.id, request: r})
		})
		return
	}
	if limit := a.sys.Limits.RoomsPerUser; limit > 0 && len(a.record.Owned) >= limit {
		a.refuse(by, protocol.TooManyRooms)
		a.askAfterRooms()
		return
	}
	room := poker.RoomID(a.sys.Keys.NewRoomID(string(a.id), time.Now()))
	a.record.Owned = append(a.record.Owned, room)
	a.record.Created = append(a.record.Created, creation{by.digest, room})
	if n := len(a.record.Created) - rememberCreations; n > 0 {
		a.record.Created = slices.Delete(a.record.Created, 0, n)
	}
	a.dirty = true
	a.after(func(bool) {
		a.sys.tellRoom(room, create{asked: by, owner: a.id, request: r})
	})
}

// acceptRoom takes in a room before it is this user's, so that rooms that are
// accepted at the same time do not get past the limit. The room says ownsNot if it was
// not to be had.
func (a *userActor) acceptRoom(by asked, r protocol.AcceptRoom) {
	member := slices.Contains(a.record.Rooms, r.RoomID)
	if member && !slices.Contains(a.record.Owned, r.RoomID) {
		if limit := a.sys.Limits.RoomsPerUser; limit > 0 && len(a.record.Owned) >= limit {
			a.refuse(by, protocol.TooManyRooms)
			return
		}
		a.record.Owned = append(a.record.Owned, r.RoomID)
		a.dirty = true
	}
	a.toRoom(by, r)
}

// closeRoom keeps to how many closed rooms are remembered.
func (a *userActor) closeRoom(by asked, r protocol.CloseRoom) {
	if len(a.record.Closed) >= maxClosed && slices.Contains(a.record.Owned, r.RoomID) {
		a.refuse(by, protocol.TooManyRooms)
		return
	}
	a.toRoom(by, r)
}

// askAfterRooms has the rooms that the user owns say so if they do not: a crash may
// have come between what a room committed and the user's actor.
func (a *userActor) askAfterRooms() {
	for _, room := range a.record.Owned {
		a.sys.tellRoom(room, recognise{a.id})
	}
}

// created is where in the record a request is that has created a room before, or
// -1.
func (a *userActor) created(by asked) int {
	return slices.IndexFunc(a.record.Created, func(c creation) bool { return by.id != "" && c.Digest == by.digest })
}

// joinRoom makes the membership known before the room does: whatever happens,
// the user's expiry then ends it.
func (a *userActor) joinRoom(by asked, r protocol.JoinRoom) {
	if a.tooManyFailures() {
		a.refuse(by, protocol.RateLimited)
		return
	}
	if _, err := a.sys.Keys.Room(string(r.RoomID)); err != nil {
		a.failed = append(a.failed, time.Now())
		a.refuse(by, protocol.RoomNotFound)
		return
	}
	if !slices.Contains(a.record.Rooms, r.RoomID) {
		if len(a.record.Rooms) >= maxMemberships {
			a.refuse(by, protocol.TooManyRooms)
			return
		}
		a.record.Rooms = append(a.record.Rooms, r.RoomID)
		a.record.Left = a.drop(a.record.Left, r.RoomID)
		a.dirty = true
	}
	a.noteJoin(r.RoomID)
	a.after(func(bool) {
		a.sys.tellRoom(r.RoomID, join{asked: by, user: a.id, name: a.record.Name, role: r.Role})
	})
}

// joinSpan is how long a room may take to answer a join before the user's actor goes
// by what else the room says.
const joinSpan = 10 * time.Second

func (a *userActor) noteJoin(room poker.RoomID) {
	if a.joining == nil {
		a.joining = map[poker.RoomID]time.Time{}
	}
	maps.DeleteFunc(a.joining, func(_ poker.RoomID, at time.Time) bool { return time.Since(at) > joinSpan })
	a.joining[room] = time.Now()
}

// notMember drops a room that says that the user is no member. What it says of a
// membership that has ended may cross a join that began another one: then the room
// stays, and if the join fails the room says so.
func (a *userActor) notMember(m notMember) {
	if at, joins := a.joining[m.room]; m.trace && joins && time.Since(at) <= joinSpan {
		return
	}
	delete(a.joining, m.room)
	a.record.Rooms = a.drop(a.record.Rooms, m.room)
	if m.trace {
		a.leaveTrace(m.room)
	}
}

// Guessing ids is hopeless; this keeps the attempts from costing anything.
const (
	failureLimit = 10
	failureSpan  = time.Minute
)

func (a *userActor) tooManyFailures() bool {
	a.failed = slices.DeleteFunc(a.failed, func(t time.Time) bool { return time.Since(t) > failureSpan })
	return len(a.failed) >= failureLimit
}

// toRoom passes a request on. Rooms the user has nothing to do with are not
// even looked for.
func (a *userActor) toRoom(by asked, r protocol.RoomRequest) {
	known := func(list []poker.RoomID) bool { return slices.Contains(list, r.Room()) }
	if !known(a.record.Rooms) && !known(a.record.Owned) && !known(a.record.Closed) {
		a.refuse(by, protocol.NotMember)
		return
	}
	if _, ok := r.(protocol.LeaveRoom); ok {
		delete(a.joining, r.Room())
	}
	a.after(func(bool) {
		a.sys.tellRoom(r.Room(), command{asked: by, user: a.id, request: r})
	})
}

// refuse answers behind what was asked before.
func (a *userActor) refuse(by asked, code protocol.Code) {
	a.after(func(bool) { a.sys.refuse(by, code) })
}
