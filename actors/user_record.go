package actors

import (
	"slices"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
)

// userRecord is what the store keeps of a user.
type userRecord struct {
	Name    string
	Mark    poker.Mark
	Owned   []poker.RoomID
	Rooms   []poker.RoomID // the user is a member of these
	Left    []poker.RoomID // the histories of these may contain the user's estimates
	Closed  []poker.RoomID // the user has closed these, and they stay closed until the user expires
	Created []creation     // the recent ones, so that a repeated request creates nothing

	NotBefore int64 // sessions that were issued before are void; in seconds since 1970
	Forgotten bool  // the user has asked to be forgotten, and that is under way
}

// creation says which request created which room.
type creation struct {
	Digest uint64
	Room   poker.RoomID
}

// blank reports whether there is nothing to keep: the user has only looked at the page,
// or is gone.
func (r userRecord) blank() bool {
	return r.Name == "" && r.Mark == (poker.Mark{}) && !r.Forgotten && len(r.Owned)+len(r.Rooms)+len(r.Left)+len(r.Closed) == 0
}

// createdBy returns the index of the creation by the caller's request, or -1.
func (r userRecord) createdBy(c caller) int {
	return slices.IndexFunc(r.Created, func(old creation) bool { return c.id != "" && old.Digest == c.digest })
}

// Bounds of a user's record.
const (
	// maxMemberships is how many rooms a user can be a member of at a time.
	maxMemberships = 100
	// maxClosed is how many closed rooms of a user stay closed.
	maxClosed = 256
	// rememberCreations is how many creations are recognised when repeated.
	rememberCreations = 8
)

func (r userRecord) encode() []byte {
	u := &record.User{
		Name: r.Name, Colour: r.Mark.Colour, Emoji: r.Mark.Emoji, NotBefore: r.NotBefore, Forgotten: r.Forgotten,
		Owned: record.Texts(r.Owned), Rooms: record.Texts(r.Rooms), Left: record.Texts(r.Left),
		Closed: record.Texts(r.Closed),
	}
	for _, c := range r.Created {
		u.Created = append(u.Created, &record.Creation{Digest: c.Digest, Room: string(c.Room)})
	}
	return record.EncodeUser(u)
}

// decode leaves r empty if it fails.
func (r *userRecord) decode(data []byte) error {
	*r = userRecord{}
	u, err := record.DecodeUser(data)
	if err != nil {
		return err
	}
	r.Name, r.NotBefore, r.Forgotten = u.GetName(), u.GetNotBefore(), u.GetForgotten()
	r.Mark = poker.Mark{Colour: u.GetColour(), Emoji: u.GetEmoji()}
	r.Owned, r.Rooms = record.IDs[poker.RoomID](u.GetOwned()), record.IDs[poker.RoomID](u.GetRooms())
	r.Left, r.Closed = record.IDs[poker.RoomID](u.GetLeft()), record.IDs[poker.RoomID](u.GetClosed())
	for _, c := range u.GetCreated() {
		r.Created = append(r.Created, creation{c.GetDigest(), poker.RoomID(c.GetRoom())})
	}
	return nil
}
