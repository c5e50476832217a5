package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// The messages that a gateway receives, besides those of flow control.
type (
	// connectionOpened and connectionClosed are about a connection of this node.
	connectionOpened struct{ conn *actor.PID }
	connectionClosed struct{ conn *actor.PID }
	// viewChanged says that the membership has changed, or that the link to a node
	// was lost. With forgetAll set, everything on this node may already live
	// elsewhere and starts again from the store. Registries receive it too.
	viewChanged struct{ forgetAll bool }
	// singletonRestarted says that a registry or the gateway is a new one, which
	// does not know what connections have on this node.
	singletonRestarted struct{}
	// recheckTick comes from the gateway's own timer.
	recheckTick struct{}
	// statusFanout is the status of a room for connections of this node, by name.
	// If whole is set, it answers their joins; otherwise it is a broadcast, and the
	// last connection to get it answers room with delivered.
	statusFanout struct {
		status    *protocol.Status
		conns     []string
		whole     bool
		room      *actor.PID
		broadcast uint64
		span      spanRef
	}
)

func (m statusFanout) causedBy() spanRef { return m.span }

// delivered tells a room that every connection of a node has a broadcast, or will
// not get it.
type delivered struct{ broadcast uint64 }

// The messages that a registry receives.
type (
	// addressed is a message for the actor of id, which is canonical. View is the
	// version of the view by which the sender found this node. Detour is
	// set if the sender is on this node: it counts the message.
	addressed struct {
		id      string
		view    uint64
		message any
		detour  *routes
	}
	// retire asks for the actor of id to be stopped. The actor itself sends it,
	// and from then on hands back what it receives. Fenced says that another node
	// has written the actor's record.
	retire struct {
		id     string
		fenced bool
	}
	// returned is a message that an actor received when it was about to be
	// stopped. It was sent before everything that waits at the registry.
	returned struct {
		id      string
		message any
	}
	// crashed says that the actor of id panicked.
	crashed struct{ id string }
	// stopped is sent by the registry to itself when an actor has stopped. It
	// arrives behind everything that the actor has returned; *actor.Terminated
	// overtakes those.
	stopped struct{ name string }
	// fencePauseOver says that a fenced identity may have an actor again.
	fencePauseOver struct{ id string }
)

// handoff tells an actor that it belongs on another node. The actor stops as soon
// as nothing of it is under way, and passes on what it still receives. Nobody
// waits for that: if its successor starts earlier, the store fences one of the two.
type handoff struct{}

// forget tells an actor that this node may no longer speak for its identity. The actor
// stops at once: another node may have taken over, and the store, if this node reaches
// it at all, has everything that was acknowledged.
type forget struct{}

// A room that was revived from its id has no owner until the user whose id it
// certifies is online. Either may come first, so each side asks the other's
// registries on all nodes: a room looks for its owner among the users, and a user
// who connects looks for their rooms among those without an owner.
type (
	// findOwner asks the users' registry whether the owner of room is among them.
	findOwner struct{ room poker.RoomID }
	// findRooms asks the rooms' registry which rooms without an owner are user's.
	findRooms struct{ user poker.UserID }
	// ownerless tells the rooms' registry whether room lacks an owner.
	ownerless struct {
		room poker.RoomID
		yes  bool
	}
)
