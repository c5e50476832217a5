package actors

import (
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// SecurityEvent is something in a room that an operator may want to know of.
type SecurityEvent int

// The events of rooms.
const (
	MemberRemoved SecurityEvent = iota + 1
	RoomLocked
	RoomClosed
)

// securityEvents are those of a request that the rules have let through. A removeMember
// may also admit a member who was removed before, which is none.
func securityEvents(request protocol.Request, events []poker.Event) (seen []SecurityEvent) {
	if len(events) == 0 {
		return nil
	}
	for _, e := range events {
		if _, ok := e.(poker.Removed); ok {
			seen = append(seen, MemberRemoved)
		}
	}
	switch r := request.(type) { //nolint:gochecksumtype // all others are of no concern
	case protocol.LockRoom:
		if r.Locked {
			seen = append(seen, RoomLocked)
		}
	case protocol.CloseRoom:
		seen = append(seen, RoomClosed)
	}
	return seen
}
