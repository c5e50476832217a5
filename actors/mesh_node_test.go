package actors_test

import (
	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"example.com/pokey/actors"
	"example.com/pokey/actors/wire"
)

// deliver hands a system message to an actor of this node.
func (n *meshNode) deliver(pid *actor.PID, message any) (found bool) {
	process, found := n.system.ProcessRegistry.GetLocal(pid.Id)
	process.SendSystemMessage(pid, message)
	return found
}

// View is the membership as the node knows it.
func (n *meshNode) View() actors.View {
	n.mesh.mu.Lock()
	defer n.mesh.mu.Unlock()
	return n.view
}

// Subscribe keeps changed for update.
func (n *meshNode) Subscribe(changed func()) { n.changed = changed }

// A meshNode is also the process of every actor on other nodes, as their link is.

// reachable is the node of an actor, or nil if no message gets there.
func (n *meshNode) reachable(pid *actor.PID) *meshNode {
	n.mesh.mu.Lock()
	defer n.mesh.mu.Unlock()
	if n.dead || n.mesh.cut[[2]string{n.address, pid.Address}] {
		return nil
	}
	return n.mesh.nodes[pid.Address]
}

// checkAccepted fails the test unless another node would accept a message.
func (n *meshNode) checkAccepted(target *actor.PID, m proto.Message) {
	if name := string(proto.MessageName(m)); !actors.Accepts(target.Id, name) {
		n.mesh.t.Errorf("a %s for %s: got refused, want accepted", name, target.Id)
	}
}

// SendUserMessage carries an envelope to another node.
func (n *meshNode) SendUserMessage(pid *actor.PID, message any) {
	envelope := actor.UnwrapEnvelopeMessage(message).(*wire.Envelope)
	data, err := proto.Marshal(envelope)
	if err != nil {
		n.mesh.t.Error(err)
	}
	n.checkAccepted(pid, envelope)
	to := n.reachable(pid)
	n.mesh.mu.Lock()
	n.mesh.envelopes = append(n.mesh.envelopes, data)
	lost := to == nil || n.mesh.drops != nil && n.mesh.drops(pid.Address, envelope)
	n.mesh.mu.Unlock()
	if lost {
		return
	}
	arrived := &wire.Envelope{}
	if err := proto.Unmarshal(data, arrived); err != nil {
		n.mesh.t.Error(err)
	}
	to.system.Root.Send(actor.NewPID(pid.Address, pid.Id), arrived)
}

// SendSystemMessage carries what it takes to watch an actor of another node.
func (n *meshNode) SendSystemMessage(pid *actor.PID, message any) {
	if w, ok := message.(*actor.Watch); ok {
		n.mesh.mu.Lock()
		n.watches = append(n.watches, watch{w.Watcher, pid})
		n.mesh.mu.Unlock()
		// A PID as from the wire: w.Watcher has its process cached.
		message = &actor.Watch{Watcher: actor.NewPID(w.Watcher.Address, w.Watcher.Id)}
	}
	n.checkAccepted(pid, message.(proto.Message))
	to := n.reachable(pid)
	if to == nil {
		return
	}
	if w, ok := message.(*actor.Watch); !to.deliver(pid, message) && ok {
		n.deliver(w.Watcher, &actor.Terminated{Who: pid, Why: actor.TerminatedReason_NotFound})
	}
}

// Stop does nothing.
func (n *meshNode) Stop(*actor.PID) {}
