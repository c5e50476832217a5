package actors

import (
	"slices"

	"example.com/pokey/poker"
)

// attachment is a room that the connection is in or has asked to join.
type attachment struct {
	room      poker.RoomID
	home      string // the incarnation of the room's node when it was asked
	in        bool
	requested bool // the client waits for a whole status
	rejoining bool // the connection waits for one, for itself
	epoch     string
	version   uint64 // of the status that was passed on last
}

// attached returns the room if the connection is in it or has asked to join it, else nil.
func (r *recovery) attached(room poker.RoomID) *attachment {
	for _, a := range r.rooms {
		if a.room == room {
			return a
		}
	}
	return nil
}

func (r *recovery) detach(a *attachment) {
	r.rooms = slices.DeleteFunc(r.rooms, func(b *attachment) bool { return a == b })
}

// attachTo notes where a room is that is about to be joined.
func (r *recovery) attachTo(room poker.RoomID) *attachment {
	a := r.attached(room)
	if a == nil {
		a = &attachment{room: room}
		r.rooms = append(r.rooms, a)
	}
	_, a.home = r.node.placement.View().Owner(roomKind, string(room))
	return a
}
