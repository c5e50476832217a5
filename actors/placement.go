package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
)

// Placement says which node an identity lives on. It only places: the store is
// the authority over a record, and two nodes that both think that a room is
// theirs cannot both commit.
type Placement interface {
	// View is the membership as this node knows it; never nil.
	View() View
	// Subscribe has changed called, from one goroutine, after each change of the
	// view and each time the link to a member is lost.
	Subscribe(changed func())
}

// View is a membership. It does not change.
type View interface {
	// Version grows with every change and is the same on all nodes.
	Version() uint64
	// Owner is the node where the actor of an identity lives: its address, and
	// its incarnation, which is another one when the node was started again or the
	// link to it was lost. Both are empty while there is no member.
	Owner(kind, id string) (address, incarnation string)
	// Incarnation is that of the node at address, as Owner says it.
	Incarnation(address string) string
	// Members are the addresses of all members.
	Members() []string
}

// alone is the placement of a single node: everything is here, for ever.
type alone struct{ address string }

func (a alone) View() View                         { return a }
func (a alone) Subscribe(func())                   {}
func (a alone) Version() uint64                    { return 1 }
func (a alone) Owner(_, _ string) (string, string) { return a.address, "" }
func (a alone) Incarnation(string) string          { return "" }
func (a alone) Members() []string                  { return []string{a.address} }

// Kinds are the kinds of identities that are placed.
func Kinds() []string { return []string{userKind, roomKind} }

// The names of the actors that every node has, and what those of connections
// begin with.
const (
	usersName      = "users"
	roomsName      = "rooms"
	gatewayName    = "gateway"
	connectionName = "connection"
)

// tellUser tells the actor that stands for a user, wherever it lives.
func (s *System) tellUser(id poker.UserID, message any) {
	s.tellOwner(userKind, usersName, string(id), message)
}

// tellRoom tells the actor that stands for a room, wherever it lives.
func (s *System) tellRoom(id poker.RoomID, message any) {
	s.tellOwner(roomKind, roomsName, string(id), message)
}

func (s *System) tellOwner(kind, registry, id string, message any) {
	view := s.placement.View()
	address, _ := view.Owner(kind, id)
	if address == "" {
		address = s.address // it waits there until there is a member
	}
	s.send(actor.NewPID(address, registry), to{id: id, view: view.Version(), message: message})
}

// tellRegistries tells the registries of one kind on all nodes.
func (s *System) tellRegistries(name string, message any) {
	for _, address := range s.placement.View().Members() {
		s.send(actor.NewPID(address, name), message)
	}
}

// owns says whether the actor of an identity belongs on this node.
func (s *System) owns(kind, id string) bool {
	address, _ := s.placement.View().Owner(kind, id)
	return address == s.address
}

// send tells an actor of this node or another one. What goes to another is
// turned into a letter here, and nowhere else; too much for a node that does not
// take it is dropped, and refused if somebody waits for an answer.
func (s *System) send(pid *actor.PID, message any) {
	if pid.Address == s.address {
		s.root.Send(pid, message)
		return
	}
	letter, size := letterOf(message)
	if !s.links.take(pid.Address, size) {
		s.undelivered(message)
		return
	}
	s.root.Send(pid, letter)
}
