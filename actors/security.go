package actors

import "example.com/pokey/protocol"

// SecurityEvent is something in a room that whoever watches over the service may
// want to know of.
type SecurityEvent int

// The events of rooms.
const (
	MemberRemoved SecurityEvent = iota + 1
	RoomLocked
	RoomClosed
)

// observeSecurity tells of a request that the rules have let through.
func (s *System) observeSecurity(request protocol.Request) {
	if s.ObserveSecurity == nil {
		return
	}
	switch r := request.(type) { //nolint:gochecksumtype // all others are of no concern
	case protocol.RemoveMember, protocol.RemoveAway:
		s.ObserveSecurity(MemberRemoved)
	case protocol.LockRoom:
		if r.Locked {
			s.ObserveSecurity(RoomLocked)
		}
	case protocol.CloseRoom:
		s.ObserveSecurity(RoomClosed)
	}
}
