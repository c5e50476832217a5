package actors

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/wire"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// node is what the actors of one node share: its settings and counts, and the ways
// to its own actors and to other nodes. It knows none of the actors; [System] does.
type node struct {
	Config
	replies    replier
	actors     *actor.ActorSystem
	root       *actor.RootContext
	placement  Placement
	singleNode bool   // there is no other node, ever
	address    string // of this node
	users      *actor.PID
	rooms      *actor.PID
	gateway    *actor.PID
	toUsers    atomic.Pointer[routes] // of the registry, once it has been started
	toRooms    atomic.Pointer[routes]
	// connections are those of this node by name, so that a gateway that is
	// restarted finds them.
	connections sync.Map
	flow        flowControl
	workers     workers
	turns       *turns    // of what is asked of a shared store
	arrivals    *arrivals // nil without a shared store
	counts      counts
}

// tellUser sends a message to a user's actor, wherever it lives.
func (n *node) tellUser(id poker.UserID, message any) {
	n.tellOwner(userKind, usersName, string(id), message)
}

// tellRoom sends a message to a room's actor, wherever it lives.
func (n *node) tellRoom(id poker.RoomID, message any) {
	n.tellOwner(roomKind, roomsName, string(id), message)
}

func (n *node) tellOwner(kind, registryName, id string, message any) {
	view := n.placement.View()
	address, _ := view.Owner(kind, id)
	m := addressed{id: id, view: view.Version(), message: message}
	switch address {
	case n.address:
		if m.detour = n.routes(kind).Load(); m.detour != nil {
			if m.detour.send(n.root, id, message) {
				return
			}
			m.detour.detours.Add(1)
		}
	case "":
		address = n.address // the registry keeps it until there is a member
	}
	n.send(actor.NewPID(address, registryName), m)
}

// routes returns the routes to the actors of a kind on this node.
func (n *node) routes(kind string) *atomic.Pointer[routes] {
	if kind == userKind {
		return &n.toUsers
	}
	return &n.toRooms
}

// tellRegistries sends a message to the registries of one kind on all nodes.
func (n *node) tellRegistries(name string, message any) {
	for _, address := range n.placement.View().Members() {
		n.send(actor.NewPID(address, name), message)
	}
}

// owns reports whether the actor of an identity belongs on this node.
func (n *node) owns(kind, id string) bool {
	address, _ := n.placement.View().Owner(kind, id)
	return address == n.address
}

// send sends a message to an actor of this node or of another one. Messages to other
// nodes are encoded here and nowhere else. If too much is under way to a node, the
// message is dropped, and its caller refused.
func (n *node) send(pid *actor.PID, message any) {
	if pid.Address == n.address {
		n.root.Send(pid, message)
		return
	}
	envelope, size := encodeMessage(message)
	if !n.flow.admit(pid.Address, size) {
		n.refuseUndelivered(message)
		return
	}
	n.root.Send(pid, envelope)
}

// refuseUndelivered answers the caller of a message that is dropped.
func (n *node) refuseUndelivered(message any) {
	if m, ok := message.(addressed); ok {
		message = m.message
	}
	if m, ok := message.(request); ok {
		n.replies.refuse(m.from(), protocol.Unavailable)
	}
}

// sendToGateway sends what flow control itself says, which it does not count.
func (n *node) sendToGateway(address string, envelope *wire.Envelope) {
	n.root.Send(actor.NewPID(address, gatewayName), envelope)
}

// sendAfter sends a message after d. The caller stops the timer in *actor.Stopping.
func (n *node) sendAfter(d time.Duration, pid *actor.PID, message any) *time.Timer {
	return time.AfterFunc(ahead(d), func() { n.root.Send(pid, message) })
}

// millis is a time as the rules count it.
func millis(t time.Time) poker.Millis { return poker.Millis(t.UnixMilli()) }
