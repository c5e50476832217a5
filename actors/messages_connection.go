package actors

import (
	"log/slog"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// The messages that a connection actor receives, besides protocol.Incoming: what
// the client gets.
type (
	// arrive is a request to join a room, whose turn has come.
	arrive struct {
		in   protocol.Incoming
		turn *arrival
	}
	// deliverEvent is an encoded event for the client. If it answers a request,
	// answers is the request's id.
	deliverEvent struct {
		event   []byte
		answers string
	}
	// deliverStatus is the status of a room. If whole is set, it answers a join;
	// otherwise it is part of a broadcast, which fanout counts.
	deliverStatus struct {
		status *protocol.Status
		whole  bool
		fanout *fanout
	}
	// leftRoom says that the connection is no longer in room; event tells the
	// client.
	leftRoom struct {
		room  poker.RoomID
		event []byte
	}
	// disconnect closes the connection.
	disconnect struct {
		code   protocol.CloseCode
		reason string
	}
)

// The messages that keep a connection attached to its user and rooms.
type (
	// check has the connection verify that its user and rooms are where they were.
	// With remote set, it also contacts those on other nodes that have not moved;
	// with local set, those on this node too.
	check struct{ remote, local bool }
	// retryTick comes from the sender's own timer while a request is unanswered.
	retryTick struct{}
	// reattach says that the user's actor does not know the connection.
	reattach struct{}
	// rejoin says that the room's actor may no longer know the connection.
	rejoin struct{ room poker.RoomID }
	// probe asks a room's actor whether it knows the connection. Version is the
	// newest the connection has seen, or zero while it waits for its first status.
	probe struct {
		conn    *actor.PID
		version uint64
	}
)

// fanout is one broadcast on its way to the connections of one node. The last of
// them to get it reports to the room.
type fanout struct {
	room      *actor.PID
	broadcast uint64
	left      atomic.Int32 // connections that do not have it yet
	span      trace.Span   // of the fan-out on another node than the room's; nil if it is not traced
}

func (deliverEvent) LogValue() slog.Value { return redacted("event") }
