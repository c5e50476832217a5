package actors

import (
	"slices"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
)

// userRecord is what is kept of a user.
type userRecord struct {
	Name    string
	Owned   []poker.RoomID
	Rooms   []poker.RoomID // of which the user is a member
	Left    []poker.RoomID // where their estimates may still be in the history
	Closed  []poker.RoomID // which the user has closed, and which stay closed until they expire
	Created []creation     // of late, so that a repeated request creates nothing

	NotBefore int64 // sessions issued before it are worthless; in seconds since 1970
	Forgotten bool  // the user has asked to be, and is on the way
}

// creation remembers which request created which room.
type creation struct {
	Digest uint64
	Room   poker.RoomID
}

// blank says that there is nothing to keep of the user: somebody who has looked at
// the page, or who is gone.
func (r userRecord) blank() bool {
	return r.Name == "" && !r.Forgotten && len(r.Owned)+len(r.Rooms)+len(r.Left)+len(r.Closed) == 0
}

// Bounds of a user's record.
const (
	// maxMemberships is how many rooms a user is in at a time.
	maxMemberships = 100
	// maxClosed is how many rooms of a user stay closed.
	maxClosed = 256
	// rememberCreations is how many creations are known when repeated.
	rememberCreations = 8
)

// keep takes a room into one of the record's lists of rooms that end with this user. A
// user who is not there at all has expired, and so has the room.
func (a *userActor) keep(list []poker.RoomID, room poker.RoomID) []poker.RoomID {
	switch {
	case a.gone():
		a.sys.tellRoom(room, departed{a.id})
	case !slices.Contains(list, room):
		a.dirty = true
		return append(list, room)
	}
	return list
}

func (a *userActor) drop(list []poker.RoomID, room poker.RoomID) []poker.RoomID {
	i := slices.Index(list, room)
	if i < 0 {
		return list
	}
	a.dirty = true
	return slices.Delete(list, i, i+1)
}

// leaveTrace remembers a room that may still know what the user estimated there
// and that nothing else of the record would lead to.
func (a *userActor) leaveTrace(room poker.RoomID) {
	for _, list := range [][]poker.RoomID{a.record.Owned, a.record.Rooms, a.record.Left} {
		if slices.Contains(list, room) {
			return
		}
	}
	a.record.Left = append(a.record.Left, room)
	for len(a.record.Left) > maxMemberships {
		a.sys.tellRoom(a.record.Left[0], departed{a.id})
		a.record.Left = slices.Delete(a.record.Left, 0, 1)
	}
	a.dirty = true
}

func (a *userActor) encode() image {
	return image{data: a.record.encode(), expires: a.expires()}
}

func (r userRecord) encode() []byte {
	u := &record.User{
		Name: r.Name, NotBefore: r.NotBefore, Forgotten: r.Forgotten,
		Owned: record.Texts(r.Owned), Rooms: record.Texts(r.Rooms), Left: record.Texts(r.Left),
		Closed: record.Texts(r.Closed),
	}
	for _, c := range r.Created {
		u.Created = append(u.Created, &record.Creation{Digest: c.Digest, Room: string(c.Room)})
	}
	return record.EncodeUser(u)
}

// decode leaves nothing in r if there is an error.
func (r *userRecord) decode(data []byte) error {
	*r = userRecord{}
	u, err := record.DecodeUser(data)
	if err != nil {
		return err
	}
	r.Name, r.NotBefore, r.Forgotten = u.GetName(), u.GetNotBefore(), u.GetForgotten()
	r.Owned, r.Rooms = record.IDs[poker.RoomID](u.GetOwned()), record.IDs[poker.RoomID](u.GetRooms())
	r.Left, r.Closed = record.IDs[poker.RoomID](u.GetLeft()), record.IDs[poker.RoomID](u.GetClosed())
	for _, c := range u.GetCreated() {
		r.Created = append(r.Created, creation{c.GetDigest(), poker.RoomID(c.GetRoom())})
	}
	return nil
}
