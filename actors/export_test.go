package actors

import "example.com/pokey/poker"

// TellRoom has a room's member renamed, as their user's actor would.
func (s *System) TellRoom(room poker.RoomID, name string) {
	s.tellRoom(room, renamed{user: "", name: name})
}
