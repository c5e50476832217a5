package actors

// SecurityEvent is something in a room that an operator may want to know of.
type SecurityEvent int

// The events of rooms.
const (
	MemberRemoved SecurityEvent = iota + 1
	RoomLocked
	RoomClosed
)
