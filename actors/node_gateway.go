package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/wire"
)

// recheckInterval is how often connections verify that users and rooms on other
// nodes still know them. It bounds how long a lost message can go unnoticed.
const recheckInterval = 10 * time.Second

// gatewayActor is where other nodes reach the connections of this one, so that a
// room sends a status to each node once.
type gatewayActor struct {
	node  *node
	conns map[string]*actor.PID // by name
	timer *time.Timer
}

func newGateway(n *node) *gatewayActor {
	return &gatewayActor{node: n, conns: map[string]*actor.PID{}}
}

func (a *gatewayActor) survivesPanics() {}

// Receive handles what happens to this node's connections and to other nodes.
func (a *gatewayActor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		a.started(ctx.Self())
	case *actor.Stopping:
		if a.timer != nil {
			a.timer.Stop()
		}
	case connectionOpened:
		a.conns[m.conn.Id] = m.conn
	case connectionClosed:
		delete(a.conns, m.conn.Id)
	case viewChanged:
		a.viewChanged()
	case singletonRestarted:
		a.tellAll(check{remote: true, local: true})
	case recheckTick:
		a.tellAll(check{remote: true})
		a.startTimer(ctx.Self())
	case statusFanout:
		a.fanOut(m)
	case *wire.AckRequest:
		a.node.sendToGateway(m.GetFrom(), acknowledge(a.node.address, m))
	case *wire.Ack:
		a.node.flow.acknowledged(m)
	}
}

func (a *gatewayActor) started(self *actor.PID) {
	a.node.flow.update(a.node.placement.View())
	a.node.connections.Range(func(name, conn any) bool { a.conns[name.(string)] = conn.(*actor.PID); return true })
	a.startTimer(self)
}

func (a *gatewayActor) startTimer(self *actor.PID) {
	if !a.node.singleNode {
		a.timer = a.node.sendAfter(recheckInterval, self, recheckTick{})
	}
}

// viewChanged has users, rooms and connections find out where they belong. The
// registries come first: connections look elsewhere for what the registries give up.
func (a *gatewayActor) viewChanged() {
	a.node.flow.update(a.node.placement.View())
	a.node.root.Send(a.node.users, viewChanged{})
	a.node.root.Send(a.node.rooms, viewChanged{})
	a.tellAll(check{})
}

func (a *gatewayActor) tellAll(message any) {
	for _, conn := range a.conns {
		a.node.root.Send(conn, message)
	}
}

// fanOut passes one status to the connections it is for, which share its bytes.
func (a *gatewayActor) fanOut(m statusFanout) {
	conns := make([]*actor.PID, 0, len(m.conns))
	for _, name := range m.conns {
		if conn := a.conns[name]; conn != nil {
			conns = append(conns, conn)
		}
	}
	if !m.whole {
		f := &fanout{room: m.room, broadcast: m.broadcast, span: startFanOut(a.node.Tracer, m.span, len(conns))}
		f.start(a.node.send, m.status, conns)
		return
	}
	for _, conn := range conns {
		a.node.send(conn, deliverStatus{status: m.status, whole: true})
	}
}
