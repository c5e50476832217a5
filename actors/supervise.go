package actors

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/wire"
	"example.com/pokey/protocol"
)

// NewActorSystem makes an actor system that cannot tell: Proto.Actor logs dead
// letters at INFO with all that is in them, estimates included, so it gets a
// logger that starts at WARN and leaves out every message.
func NewActorSystem(log *slog.Logger) *actor.ActorSystem {
	quiet := slog.New(quietHandler{log.Handler(), slog.LevelWarn})
	return actor.NewActorSystem(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return quiet }),
		actor.WithDeadLetterRequestLogging(false),
	)
}

// props are those of every actor here: one rule for panics.
func (s *System) props(produce actor.Producer) *actor.Props {
	return actor.PropsFromProducer(produce,
		actor.WithReceiverMiddleware(s.stopOnPanic),
		actor.WithSupervisor(actor.NewOneForOneStrategy(0, 0, func(any) actor.Directive { return actor.StopDirective })),
	)
}

// crashing is an actor that wants to know that it is about to be stopped
// because it panicked.
type crashing interface{ crash() }

// enduring is an actor that there is one of on each node, and which a node
// cannot be without. It goes on after a panic.
type enduring interface{ endures() }

// stopOnPanic contains a panic: it is logged without the values it speaks of,
// whoever asked is answered, and the actor stops, for its state can no longer
// be trusted. Proto.Actor would restart it empty under the same name.
func (s *System) stopOnPanic(next actor.ReceiverFunc) actor.ReceiverFunc {
	return func(ctx actor.ReceiverContext, envelope *actor.MessageEnvelope) {
		defer func() {
			reason := recover()
			if reason == nil {
				return
			}
			s.counts.crashes.Add(1)
			s.Log.Error("an actor panicked and is stopped",
				"actor", fmt.Sprintf("%T", ctx.Actor()), "message", fmt.Sprintf("%T", envelope.Message),
				"reason", panicReason(reason), "stack", string(debug.Stack()))
			if r, ok := envelope.Message.(request); ok {
				s.refuse(r.asker(), protocol.Internal)
			}
			if _, ok := ctx.Actor().(enduring); ok {
				return
			}
			s.root.Stop(ctx.Self()) // before anybody else can have it do something
			if a, ok := ctx.Actor().(crashing); ok {
				a.crash()
			}
		}()
		if letter, ok := envelope.Message.(*wire.Letter); ok {
			if envelope = arrived(envelope, letter); envelope == nil {
				return
			}
		}
		next(ctx, envelope)
	}
}

// arrived turns a letter back into the message it was. It is nil for a letter
// that this node does not understand.
func arrived(envelope *actor.MessageEnvelope, letter *wire.Letter) *actor.MessageEnvelope {
	message := messageOf(letter)
	if message == nil {
		return nil
	}
	return &actor.MessageEnvelope{Header: envelope.Header, Message: message, Sender: envelope.Sender}
}

// panicReason is what of a panic may be logged: the runtime's own words, which
// hold indexes and types, but not somebody else's, which might hold an estimate.
func panicReason(reason any) string {
	if err, ok := reason.(error); ok {
		if runtimeErr := runtime.Error(nil); errors.As(err, &runtimeErr) {
			return runtimeErr.Error()
		}
	}
	return fmt.Sprintf("%T", reason)
}

// sendAfter tells pid after d; the caller stops the timer in *actor.Stopping.
func (s *System) sendAfter(d time.Duration, pid *actor.PID, message any) *time.Timer {
	return time.AfterFunc(d, func() { s.root.Send(pid, message) })
}
