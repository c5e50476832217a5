package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/wire"
	"example.com/pokey/protocol"
)

// pulseInterval is how often connections make sure that what they hold on other
// nodes is still there: the net under every message that was lost on its way.
const recheckInterval = 10 * time.Second

// gatewayActor is where other nodes reach the connections of this one: a room
// sends a status once to each node.
type gatewayActor struct {
	// given
	sys *node

	// state
	conns map[string]*actor.PID
	timer *time.Timer
}

func (a *gatewayActor) survivesPanics() {}

// Receive is the gateway's life, which is the node's.
func (a *gatewayActor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		self := ctx.Self()
		a.sys.flow.reset(a.sys.placement.View())
		a.sys.connections.Range(func(name, conn any) bool { a.conns[name.(string)] = conn.(*actor.PID); return true })
		a.arm(self)
	case *actor.Stopping:
		if a.timer != nil {
			a.timer.Stop()
		}
	case connectionOpened:
		a.conns[m.conn.Id] = m.conn
	case connectionClosed:
		delete(a.conns, m.conn.Id)
	case viewChanged:
		a.moved()
	case singletonRestarted:
		a.tell(check{remote: true, local: true})
	case recheckTick:
		a.tell(check{remote: true})
		a.arm(ctx.Self())
	case statusFanout:
		a.show(m)
	case *wire.AckRequest:
		a.sys.toGateway(m.GetFrom(), &wire.Envelope{Body: &wire.Envelope_Ack{
			Ack: &wire.Ack{From: a.sys.address, Link: m.GetLink(), Sent: m.GetSent(), Bytes: m.GetBytes()},
		}})
	case *wire.Ack:
		a.sys.flow.acknowledged(m)
	}
}

func (a *gatewayActor) arm(self *actor.PID) {
	if !a.sys.singleNode {
		a.timer = a.sys.sendAfter(recheckInterval, self, recheckTick{})
	}
}

// moved has everything on this node look where it belongs now. Registries come
// first: what they give up, the connections find elsewhere.
func (a *gatewayActor) moved() {
	a.sys.flow.reset(a.sys.placement.View())
	a.sys.root.Send(a.sys.users, viewChanged{})
	a.sys.root.Send(a.sys.rooms, viewChanged{})
	a.tell(check{})
}

func (a *gatewayActor) tell(message any) {
	for _, conn := range a.conns {
		a.sys.root.Send(conn, message)
	}
}

// show hands one status to all connections it is for: they share its bytes.
func (a *gatewayActor) show(m statusFanout) {
	conns := make([]*actor.PID, 0, len(m.conns))
	for _, name := range m.conns {
		if conn := a.conns[name]; conn != nil {
			conns = append(conns, conn)
		}
	}
	if !m.whole {
		f := &fanout{room: m.room, broadcast: m.broadcast}
		f.start(a.sys.send, m.status, conns)
		return
	}
	for _, conn := range conns {
		a.sys.send(conn, deliverStatus{status: m.status, whole: true})
	}
}

// start sends a status to connections of this node.
func (f *fanout) start(send func(*actor.PID, any), status *protocol.Status, conns []*actor.PID) {
	if len(conns) == 0 {
		send(f.room, delivered{f.broadcast})
		return
	}
	f.left.Store(int32(len(conns)))
	for _, conn := range conns {
		send(conn, deliverStatus{status: status, fanout: f})
	}
}

func (s *node) confirmDelivery(f *fanout) {
	if f != nil && f.left.Add(-1) == 0 {
		s.send(f.room, delivered{f.broadcast})
	}
}
