package actors

import (
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// The messages that a user receives from connections.
type (
	// attach announces a connection of the user, which the user watches.
	attach struct {
		conn   *actor.PID
		again  bool  // the connection has been welcomed before
		issued int64 // when its session was issued, in seconds since 1970
	}
	// fromClient is a request that came in over one of the user's connections.
	fromClient struct {
		conn   *actor.PID
		in     protocol.Incoming
		origin uint64 // stands for the client's address
		span   spanRef
	}
	// signOut ends the user's sessions that were issued before the given time, in
	// seconds since 1970. The outcome goes to conn, which need not be a connection.
	signOut struct {
		conn   *actor.PID
		issued int64
	}
)

// signOutID identifies the answer to a signOut.
const signOutID = "signOut"

// The messages that a user receives from rooms and their registry.
type (
	// claim says that room has no owner and that its ID certifies this user as one.
	claim struct{ room poker.RoomID }
	// notMember says that the user is no longer a member of room, or never was.
	notMember struct {
		room  poker.RoomID
		trace bool // the room goes on and may have the user's estimates in its history
	}
	// waits says how it stands with the user's waiting to be let in to room. It answers
	// each join that makes the user wait, and tells of the end.
	waits struct {
		room  poker.RoomID
		state protocol.WaitState
	}
	// owns says that room belongs to the user, who may close it.
	owns struct{ room poker.RoomID }
	// ownsNot says that room does not belong to the user.
	ownsNot struct {
		room   poker.RoomID
		closed bool // the user closed it, and it stays closed until the user expires
	}
	// notCreated says that room was refused.
	notCreated struct{ room poker.RoomID }
	// roomGone says that room has removed everything of the expired user.
	roomGone struct{ room poker.RoomID }
)

// The messages that a user receives from its own timers. One that was stopped too
// late is recognised by its generation.
type (
	// expire says that the user's time has run out.
	expire struct{ generation int }
	// renew says that the stored expiry of a connected user must be moved ahead.
	renew struct{ generation int }
	// departAgain says that rooms that have not answered must be told again.
	departAgain struct{}
)

// wake comes from the sweep: by its record, the time of a user or a room has run out.
type wake struct{}

func (m fromClient) from() caller {
	c := callerOf(m.conn, m.in)
	c.origin, c.span = m.origin, m.span
	return c
}

func (m fromClient) causedBy() spanRef { return m.span }

func (m signOut) from() caller { return caller{conn: m.conn, id: signOutID, name: signOutID} }

func (fromClient) LogValue() slog.Value { return redacted("request") }
