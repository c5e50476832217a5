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
// The result is valid until another room is attached or detached.
func (r *recovery) attached(room poker.RoomID) *attachment {
	for i := range r.rooms {
		if r.rooms[i].room == room {
			return &r.rooms[i]
		}
	}
	return nil
}

func (r *recovery) detach(room poker.RoomID) {
	r.rooms = slices.DeleteFunc(r.rooms, func(a attachment) bool { return a.room == room })
}

// attachTo notes where a room is that is about to be joined.
func (r *recovery) attachTo(room poker.RoomID) *attachment {
	a := r.attached(room)
	if a == nil {
		r.rooms = append(r.rooms, attachment{room: room})
		a = &r.rooms[len(r.rooms)-1]
	}
	_, a.home = r.node.placement.View().Owner(roomKind, string(room))
	return a
}
