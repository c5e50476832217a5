package actors

import (
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// SecurityEvent is something in a room that whoever watches over the service may
// want to know of.
type SecurityEvent int

// The events of rooms.
const (
	MemberRemoved SecurityEvent = iota + 1
	RoomLocked
	RoomClosed
)

// observeSecurity tells of a request that the rules have let through, and what came
// of it: removeMember also admits somebody again, who was removed before.
func (s *node) observeSecurity(request protocol.Request, events []poker.Event) {
	if s.ObserveSecurity == nil || len(events) == 0 {
		return
	}
	for _, e := range events {
		if _, ok := e.(poker.Removed); ok {
			s.ObserveSecurity(MemberRemoved)
		}
	}
	switch r := request.(type) { //nolint:gochecksumtype // all others are of no concern
	case protocol.LockRoom:
		if r.Locked {
			s.ObserveSecurity(RoomLocked)
		}
	case protocol.CloseRoom:
		s.ObserveSecurity(RoomClosed)
	}
}
