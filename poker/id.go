package poker

// UserID identifies a user. It is public inside rooms and proves nothing; only the
// session cookie does. The rules only compare it.
type UserID string

// RoomID identifies a room, even after the room is gone. Package identity checks
// that an id is genuine before it gets here.
type RoomID string

// Millis is a point in time in milliseconds since 1970, UTC. Zero means never.
type Millis int64

// Role says whether a member takes part in estimating.
type Role string

// The roles of docs/protocol.md. Members are estimators by default.
const (
	Estimator Role = "estimator"
	Observer  Role = "observer"
)
