package cluster

import (
	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"
)

// A remoteProcess stands for every actor on another node. PIDs keep the process
// they once found, so it finds the peer again for each message.
type remoteProcess struct{ link *nodeLink }

// SendUserMessage implements [actor.Process].
func (r remoteProcess) SendUserMessage(pid *actor.PID, message any) {
	header, body, sender := actor.UnwrapEnvelope(message)
	o := outgoing{target: pid, sender: r.withAddress(sender)}
	if header != nil && header.Length() > 0 {
		o.header = header.ToMap()
	}
	if !r.send(o, body) {
		r.link.conf.System.DeadLetter.SendUserMessage(pid, message)
	}
}

// SendSystemMessage implements [actor.Process].
func (r remoteProcess) SendSystemMessage(pid *actor.PID, message any) {
	switch m := message.(type) {
	case *actor.Watch:
		if p := r.link.peer(pid.Address); p == nil || !r.accepted(pid, m) || !p.watch(m.Watcher, pid) {
			notifyUnreachable(r.link.conf.System, m.Watcher, pid)
			return
		}
		message = &actor.Watch{Watcher: r.withAddress(m.Watcher)}
	case *actor.Unwatch:
		if p := r.link.peer(pid.Address); p != nil {
			p.unwatch(m.Watcher, pid)
		}
		message = &actor.Unwatch{Watcher: r.withAddress(m.Watcher)}
	}
	r.send(outgoing{target: pid}, message)
}

// Stop implements [actor.Process].
func (r remoteProcess) Stop(pid *actor.PID) { r.SendSystemMessage(pid, &actor.Stop{}) }

// noAddress is the address of processes that were spawned before the system had
// one.
const noAddress = "nonhost"

// withAddress returns the PID by which other nodes know a local process.
func (r remoteProcess) withAddress(pid *actor.PID) *actor.PID {
	if pid == nil || pid.Address != noAddress {
		return pid
	}
	return &actor.PID{Address: r.link.conf.System.Address(), Id: pid.Id, RequestId: pid.RequestId}
}

// accepted reports whether the target takes a message from another node.
func (r remoteProcess) accepted(target *actor.PID, m proto.Message) bool {
	return accepted(r.link.conf.Accept, target.Id, string(proto.MessageName(m)))
}

// send encodes body and queues it. It encodes at once, because the sender may change
// body later.
func (r remoteProcess) send(o outgoing, body any) bool {
	m, ok := body.(proto.Message)
	if !ok || !r.accepted(o.target, m) {
		r.link.conf.Log.Error("this type of message is not sent to other nodes", "type", typeName(body), "to", o.target.Address)
		return false
	}
	data, err := proto.Marshal(m)
	if err != nil {
		r.link.conf.Log.Error("a message to another node cannot be encoded", "type", typeName(body), "to", o.target.Address, "err", err)
		return false
	}
	if len(data) > maxMessageBytes {
		r.link.conf.Log.Error("a message to another node is too large", "type", typeName(body), "to", o.target.Address, "bytes", len(data), "limit", maxMessageBytes)
		return false
	}
	o.data, o.typeName = data, string(proto.MessageName(m))
	for range 2 { // a connection that has just ended takes nothing, but its successor does
		if p := r.link.peer(o.target.Address); p != nil && p.push(o) {
			return true
		}
	}
	return false
}
