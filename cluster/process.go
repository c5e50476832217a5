package cluster

import (
	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"
)

// process stands for every actor that lives on another node. PIDs keep the
// process they once found, so it looks the peer up for each message.
type process struct{ link *link }

func (s process) SendUserMessage(pid *actor.PID, message any) {
	header, body, sender := actor.UnwrapEnvelope(message)
	letter := outgoing{target: pid, sender: s.link.reachable(sender)}
	if header != nil && header.Length() > 0 {
		letter.header = header.ToMap()
	}
	if !s.send(letter, body) {
		s.link.system.DeadLetter.SendUserMessage(pid, message)
	}
}

func (s process) SendSystemMessage(pid *actor.PID, message any) {
	switch m := message.(type) {
	case *actor.Watch:
		if p := s.link.peer(pid.Address); p == nil || !s.leaves(pid, m) || !p.watch(m.Watcher, pid) {
			s.link.terminated(m.Watcher, pid)
			return
		}
		message = &actor.Watch{Watcher: s.link.reachable(m.Watcher)}
	case *actor.Unwatch:
		if p := s.link.peer(pid.Address); p != nil {
			p.unwatch(m.Watcher, pid)
		}
		message = &actor.Unwatch{Watcher: s.link.reachable(m.Watcher)}
	}
	s.send(outgoing{target: pid}, message)
}

func (s process) Stop(pid *actor.PID) { s.SendSystemMessage(pid, &actor.Stop{}) }

// reachable is the name of a process here for other nodes: one that was spawned
// before the system had its address does not have it.
func (l *link) reachable(pid *actor.PID) *actor.PID {
	if pid == nil || pid.Address != noAddress {
		return pid
	}
	return &actor.PID{Address: l.system.Address(), Id: pid.Id, RequestId: pid.RequestId}
}

// noAddress is what Proto.Actor calls a system without one.
const noAddress = "nonhost"

// leaves reports whether the node of target takes a message for it.
func (s process) leaves(target *actor.PID, m proto.Message) bool {
	return passes(s.link.node.conf.Accept, target.Id, string(proto.MessageName(m)))
}

// send encodes body at once: it may change or be changed by its receiver's
// handler as soon as the sender goes on.
func (s process) send(letter outgoing, body any) bool {
	m, ok := body.(proto.Message)
	if !ok || !s.leaves(letter.target, m) {
		s.link.node.conf.Log.Error("a message cannot leave its node", "type", typeName(body))
		return false
	}
	data, err := proto.Marshal(m)
	if err != nil || len(data) > largestMessage {
		s.link.node.conf.Log.Error("a message is too large or cannot be encoded", "type", typeName(body), "bytes", len(data))
		return false
	}
	letter.data, letter.typeName = data, string(proto.MessageName(m))
	for range 2 { // a connection that has just ended takes nothing, but its successor does
		if p := s.link.peer(letter.target.Address); p != nil && p.push(letter) {
			return true
		}
	}
	return false
}
