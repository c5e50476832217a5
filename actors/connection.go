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
	// Forget says that what the client knows of the room no longer counts: the
	// next status is sent whole.
	Forget(room poker.RoomID)
	// Batch calls do, and writes at once what do has sent.
	Batch(do func())
	// Close ends the connection.
	Close(code protocol.CloseCode, reason string)
}

// Session is what stands behind a connection, for the transport.
type Session struct {
	root       *actor.RootContext
	pid        *actor.PID
	dispatcher dispatcher
}

// Handle passes a request on. Requests of one session are handled in order.
func (s *Session) Handle(in protocol.Incoming) {
	s.dispatcher.dispatchAsync(func() { s.root.Send(s.pid, in) })
}

// Close says that the connection is gone.
func (s *Session) Close() { s.root.Stop(s.pid) }

// connectionActor is the server's side of one WebSocket.
type connectionActor struct {
	// given
	sys    *node
	user   poker.UserID
	issued time.Time // when the session was that it came with
	client Client

	// state
	recovery
}

// Receive passes requests to the user's actor and events to the client.
func (a *connectionActor) Receive(ctx actor.Context) {
	if p, ok := ctx.Message().(batch); ok {
		a.client.Batch(func() {
			for _, m := range p {
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
		a.sys.counts.connections.Add(1)
		a.sys.connections.Store(ctx.Self().Id, ctx.Self())
		a.sys.root.Send(a.sys.gateway, connectionOpened{ctx.Self()})
		a.attach(ctx.Self())
	case *actor.Stopping:
		if a.nudge != nil {
			a.nudge.Stop()
		}
	case *actor.Stopped:
		a.sys.counts.connections.Add(-1)
		a.sys.connections.Delete(ctx.Self().Id)
		a.sys.root.Send(a.sys.gateway, connectionClosed{ctx.Self()})
	case protocol.Incoming:
		a.request(ctx, m)
	case deliverEvent:
		a.welcomed = true // the first thing said is the welcome
		if a.answered(m.answers) {
			a.client.Send(m.event)
		}
	case deliverStatus:
		a.show(m)
	case leftRoom:
		a.left(m.room)
		a.client.Forget(m.room)
		a.client.Send(m.event)
	case disconnect:
		a.client.Close(m.code, m.reason)
	case check:
		a.check(ctx.Self(), m)
	case reattach:
		a.attach(ctx.Self())
		a.repeat(ctx.Self(), true)
	case rejoin:
		a.rejoin(ctx.Self(), m.room)
		a.repeat(ctx.Self(), true)
	case retryTick:
		a.nudged(ctx.Self())
	}
}

func (a *connectionActor) show(m deliverStatus) {
	if pass, anew := a.shown(m); pass {
		if anew {
			a.client.Forget(m.status.RoomID)
		}
		a.client.SendStatus(m.status)
	}
	a.sys.confirmDelivery(m.fanout)
}

func (a *connectionActor) request(ctx actor.Context, in protocol.Incoming) {
	a.sys.counts.requests.add(in.Name)
	if _, ok := in.Request.(protocol.Ping); ok {
		if in.ID != "" {
			a.client.Send(protocol.Encode(protocol.OK{ID: in.ID, Now: protocol.Time(time.Now())}))
		}
		return
	}
	if !a.expect(ctx.Self(), in) {
		a.sys.replies.refuse(caller{conn: ctx.Self(), name: in.Name}, protocol.Unavailable)
		return
	}
	a.forward(ctx.Self(), in, false)
}

// crash tells the client to come back, to another actor.
func (a *connectionActor) crash() {
	a.client.Close(protocol.CloseInternal, "internal error")
}
