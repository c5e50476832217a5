package actors

import "strings"

// Accepts reports whether another node may send a message, by the full name of its
// type, to the process of this node called target: envelopes to users, rooms, their
// registries, connections and the gateway, and what it takes to watch a connection
// from another node. Everything else is refused, above all what stops an actor.
func Accepts(target, message string) bool {
	kind, _, single := strings.Cut(target, "/")
	switch message {
	case "pokey.wire.Envelope":
		return kind == usersName || kind == roomsName || kind == gatewayName && !single || kind == connectionName && single
	case "actor.Watch", "actor.Unwatch":
		return kind == connectionName && single
	case "actor.Terminated":
		return (kind == usersName || kind == roomsName) && single
	}
	return false
}
