package actors

import (
	"sync"
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
	replies     replier
	actors      *actor.ActorSystem
	root        *actor.RootContext
	placement   Placement
	singleNode  bool   // there is no other node, ever
	address     string // of this node
	users       *actor.PID
	rooms       *actor.PID
	gateway     *actor.PID
	connections sync.Map // the connections of this node by name, for a gateway that is started again
	flow        flowControl
	counts      counts
}

func (n *node) spawn(name string, produce actor.Producer, more ...actor.PropsOption) *actor.PID {
	pid, err := n.root.SpawnNamed(n.props(produce).Configure(more...), name)
	if err != nil {
		panic(err) // only for a name that is taken, and the names are ours
	}
	return pid
}

// tellUser tells the actor that stands for a user, wherever it lives.
func (n *node) tellUser(id poker.UserID, message any) {
	n.tellOwner(userKind, usersName, string(id), message)
}

// tellRoom tells the actor that stands for a room, wherever it lives.
func (n *node) tellRoom(id poker.RoomID, message any) {
	n.tellOwner(roomKind, roomsName, string(id), message)
}

func (n *node) tellOwner(kind, name, id string, message any) {
	view := n.placement.View()
	address, _ := view.Owner(kind, id)
	if address == "" {
		address = n.address // it waits there until there is a member
	}
	n.send(actor.NewPID(address, name), addressed{id: id, view: view.Version(), message: message})
}

// tellRegistries tells the registries of one kind on all nodes.
func (n *node) tellRegistries(name string, message any) {
	for _, address := range n.placement.View().Members() {
		n.send(actor.NewPID(address, name), message)
	}
}

// owns says whether the actor of an identity belongs on this node.
func (n *node) owns(kind, id string) bool {
	address, _ := n.placement.View().Owner(kind, id)
	return address == n.address
}

// send tells an actor of this node or another one. What goes to another is
// turned into a letter here, and nowhere else; too much for a node that does not
// take it is dropped, and refused if somebody waits for an answer.
func (n *node) send(pid *actor.PID, message any) {
	if pid.Address == n.address {
		n.root.Send(pid, message)
		return
	}
	letter, size := envelopeOf(message)
	if !n.flow.admit(pid.Address, size) {
		n.undelivered(message)
		return
	}
	n.root.Send(pid, letter)
}

// undelivered answers for a message that cannot be sent now.
func (n *node) undelivered(message any) {
	if m, ok := message.(addressed); ok {
		message = m.message
	}
	if m, ok := message.(request); ok {
		n.replies.refuse(m.from(), protocol.Unavailable)
	}
}

func (n *node) toGateway(address string, letter *wire.Envelope) {
	n.root.Send(actor.NewPID(address, gatewayName), letter)
}

// sendAfter tells pid after d; the caller stops the timer in *actor.Stopping.
func (n *node) sendAfter(d time.Duration, pid *actor.PID, message any) *time.Timer {
	return time.AfterFunc(d, func() { n.root.Send(pid, message) })
}

// millis is the rules' idea of now.
func millis(t time.Time) poker.Millis { return poker.Millis(t.UnixMilli()) }
