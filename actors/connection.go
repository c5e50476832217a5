package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// Client is the other end of a connection, as the actors see it. Its methods
// return at once, however slow the client is.
type Client interface {
	// Send queues one encoded event.
	Send(event []byte)
	// SendStatus queues the newest status of a room in place of an older one
	// that has not been sent yet.
	SendStatus(status *protocol.Status)
	// Forget discards what is known about the client's copy of the room: the next
	// status is sent whole.
	Forget(room poker.RoomID)
	// Batch calls do, and writes at once what do has sent.
	Batch(do func())
	// Close ends the connection.
	Close(code protocol.CloseCode, reason string)
}

// Session is a connection as the transport sees it.
type Session struct {
	root     *actor.RootContext
	pid      *actor.PID // nil if the client was sent away
	client   Client
	arrivals *arrivals
}

// Handle passes a request on. Requests of one session are handled in order. A request to
// join a room may have to wait for its turn.
func (s *Session) Handle(in protocol.Incoming) {
	if s.pid == nil {
		return
	}
	if _, ok := in.Request.(protocol.JoinRoom); !ok {
		s.root.Send(s.pid, in)
		return
	}
	turn, ok := s.arrivals.wait(joining)
	if !ok {
		sendAway(s.client)
		return
	}
	s.root.Send(s.pid, arrive{in, turn})
}

// Close tells the actors that the connection has ended.
func (s *Session) Close() {
	if s.pid != nil {
		s.root.Stop(s.pid)
	}
}

// connectionActor is the server's side of one WebSocket. It passes requests to its
// user's actor and events to its client.
type connectionActor struct {
	node     *node
	client   Client
	recovery recovery
	spans    requestSpans
	arriving *arrival // until the client is welcome, and until a room has answered
}

func newConnection(n *node, user poker.UserID, issued time.Time, origin uint64, client Client) *connectionActor {
	a := &connectionActor{node: n, client: client, recovery: newRecovery(n, user, issued, origin)}
	a.spans.tracer, a.recovery.spans = n.Tracer, &a.spans
	return a
}

// Receive handles one message, or a batch of them with one write to the client.
func (a *connectionActor) Receive(ctx actor.Context) {
	if p, ok := ctx.Message().(*batch); ok {
		a.client.Batch(func() {
			for _, m := range p.messages {
				a.handle(ctx, m)
			}
		})
		return
	}
	a.handle(ctx, ctx.Message())
}

func (a *connectionActor) handle(ctx actor.Context, message any) {
	switch m := message.(type) {
	case *actor.Started:
		a.started(ctx.Self())
	case *actor.Stopping:
		a.recovery.stop()
		a.spans.stop()
		a.arrived()
	case *actor.Stopped:
		a.stopped(ctx.Self())
	case protocol.Incoming:
		a.request(m)
	case arrive:
		a.arrived()
		a.arriving = m.turn
		a.request(m.in)
	case deliverEvent:
		a.arrived()
		if a.recovery.passEvent(m.answers) {
			a.client.Send(m.event)
			a.spans.answered(m.answers)
		}
	case deliverStatus:
		a.arrived()
		a.status(m)
	case leftRoom:
		a.recovery.leftRoom(m.room)
		a.client.Forget(m.room)
		a.client.Send(m.event)
	case disconnect:
		a.client.Close(m.code, m.reason)
	case check:
		a.recovery.check(m)
	case reattach:
		a.recovery.reattach()
	case rejoin:
		a.recovery.rejoin(m.room)
	case retryTick:
		a.recovery.retryOverdue()
	}
}

// arrived ends the client's turn. Most of what a connection gets comes later, and must not
// take the lock that all turns of the node share.
func (a *connectionActor) arrived() {
	a.arriving.end()
	a.arriving = nil
}

func (a *connectionActor) started(self *actor.PID) {
	a.node.counts.connections.Add(1)
	a.node.connections.Store(self.Id, self)
	a.node.root.Send(a.node.gateway, connectionOpened{self})
	a.recovery.start(self)
}

func (a *connectionActor) stopped(self *actor.PID) {
	a.node.counts.connections.Add(-1)
	a.node.connections.Delete(self.Id)
	a.node.root.Send(a.node.gateway, connectionClosed{self})
}

func (a *connectionActor) request(in protocol.Incoming) {
	a.node.counts.requests.add(in.Name)
	if _, ok := in.Request.(protocol.Ping); ok {
		if in.ID != "" {
			a.client.Send(protocol.Encode(protocol.OK{ID: in.ID, Now: protocol.Time(time.Now())}))
		}
		return
	}
	a.spans.begin(in)
	if !a.recovery.send(in) {
		a.refuse(in, protocol.Unavailable)
		a.spans.answered(in.ID)
	}
	a.spans.sent()
}

// refuse answers a request that goes no further. It does not pass through recovery,
// which would take it for the answer to a request that was answered before.
func (a *connectionActor) refuse(in protocol.Incoming, code protocol.Code) {
	a.node.counts.refusals.add(string(code))
	e := protocol.NewError(code)
	e.ID, e.Request, e.RoomID = in.ID, in.Name, callerOf(nil, in).room
	a.client.Send(protocol.Encode(*e))
}

func (a *connectionActor) status(m deliverStatus) {
	if pass, whole := a.recovery.passStatus(m); pass {
		if whole {
			a.client.Forget(m.status.RoomID)
		}
		a.client.SendStatus(m.status)
	}
	if m.fanout != nil {
		m.fanout.arrived(a.node.send)
	}
}

// crash closes the client's connection; the client returns to another actor.
func (a *connectionActor) crash() {
	a.client.Close(protocol.CloseInternal, "internal error")
}
