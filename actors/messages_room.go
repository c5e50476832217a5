package actors

import (
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// caller is who awaits the answer to a request, and what the request was.
type caller struct {
	conn   *actor.PID // nil if nobody awaits an answer
	id     string
	name   string
	room   poker.RoomID
	digest uint64
	raw    []byte // the request as the client wrote it
	origin uint64 // stands for the client's address
	span   spanRef
}

// request is a message that a caller sent.
type request interface{ from() caller }

// callerOf returns the caller of a request that came in over conn.
func callerOf(conn *actor.PID, in protocol.Incoming) caller {
	c := caller{conn: conn, id: in.ID, name: in.Name, digest: in.Digest, raw: in.Raw}
	if r, ok := in.Request.(protocol.RoomRequest); ok {
		c.room = r.Room()
	}
	return c
}

// The messages that a room receives from users. The sender has verified the room's ID.
type (
	// create makes a new room, from what its creator asked for or, if a member goes on
	// from another room, from settings.
	create struct {
		caller
		owner    poker.UserID
		request  protocol.CreateRoom
		settings *poker.Settings
	}
	// succeed asks to go on in another room, which belongs to the user.
	succeed struct {
		caller
		user poker.UserID
		room poker.RoomID
	}
	// join subscribes a connection and makes its user a member.
	join struct {
		caller
		user poker.UserID
		name string
		mark poker.Mark
		role poker.Role
		wait bool // to be let in, if the room is locked
	}
	// command is any other request.
	command struct {
		caller
		user    poker.UserID
		request protocol.RoomRequest
	}
	// renamed says that a member has a new name or mark.
	renamed struct {
		user poker.UserID
		name string // empty for none
		mark poker.Mark
	}
	// departed says that a user has expired. The room answers with roomGone.
	departed struct{ user poker.UserID }
	// recognise says that a user who may be the owner is online.
	recognise struct{ user poker.UserID }
)

// The messages that a room receives from its own timers.
type (
	// deadline says that the rules have something to do.
	deadline struct{}
	// throttleEnded says that the room may broadcast again.
	throttleEnded struct{}
	// absent says that members who have not come back count as away.
	absent struct{}
	// erase says that estimates of past rounds are due to be erased from the store.
	erase struct{}
	// historyIdle says that nobody has read the history for a while.
	historyIdle struct{ generation int }
)

func (c caller) from() caller      { return c }
func (c caller) causedBy() spanRef { return c.span }

func (caller) LogValue() slog.Value  { return redacted("request") }
func (command) LogValue() slog.Value { return redacted("request") }
func (join) LogValue() slog.Value    { return redacted("request") }
func (create) LogValue() slog.Value  { return redacted("request") }
func (renamed) LogValue() slog.Value { return redacted("name") }
