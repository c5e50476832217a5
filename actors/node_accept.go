package actors

import "strings"

// Accepts reports whether a message from another node, by the full name of its
// type, is one for a process of this one, by its name: letters to the actors
// that get any, and what it takes to watch connections from elsewhere. Nothing
// else ever crosses, least of all what stops an actor.
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
