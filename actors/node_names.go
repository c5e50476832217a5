package actors

import "strings"

// The kinds of identities, which are also the kinds of their records.
const (
	userKind = "user"
	roomKind = "room"
)

// The names of the actors that every node has, and the prefix of the names of
// connections.
const (
	usersName      = "users"
	roomsName      = "rooms"
	gatewayName    = "gateway"
	connectionName = "connection"
)

// splitKey returns the kind and the ID in the key of a record.
func splitKey(key string) (kind, id string) {
	kind, id, _ = strings.Cut(key, "/")
	return kind, id
}

// partName returns the name of a part of a record, given its key.
func partName(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }
