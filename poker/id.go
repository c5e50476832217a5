package poker

// UserID names a user. It is public inside rooms and proves nothing; only the
// session cookie does. The rules compare it and never look inside.
type UserID string

// RoomID names a room for ever, also after the room itself is gone. Whether an
// id is genuine is decided by package identity before it gets here.
type RoomID string

// Millis is a point in time in milliseconds since 1970, UTC. Zero means never.
type Millis int64

// Role says whether a member takes part in the estimate.
type Role string

// The roles of docs/protocol.md. A member is an estimator unless they ask otherwise.
const (
	Estimator Role = "estimator"
	Observer  Role = "observer"
)
