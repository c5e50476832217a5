package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
)

// TellRoom has a room's member renamed, as their user's actor would.
func (s *System) TellRoom(room poker.RoomID, name string) {
	s.tellRoom(room, renamed{user: "", name: name})
}

// StopFromOutside stops an actor that a node cannot be without, as nothing should.
func (s *System) StopFromOutside(name string) {
	pid := actor.NewPID(s.address, name)
	process, _ := s.actors.ProcessRegistry.GetLocal(name)
	process.SendSystemMessage(pid, &actor.Stop{})
}
