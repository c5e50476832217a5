package actors

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"

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
func (s *node) props(produce actor.Producer) *actor.Props {
	return actor.PropsFromProducer(func() actor.Actor { return &guard{s, produce()} }, actor.WithSupervisor(stopping))
}

// stopping is for a panic that guard does not contain, which is one of crash.
var stopping = actor.NewOneForOneStrategy(0, 0, func(any) actor.Directive { return actor.StopDirective })

// crashing is an actor that wants to know that it is about to be stopped
// because it panicked.
type crashing interface{ crash() }

// enduring is an actor that there is one of on each node, and which a node
// cannot be without. It goes on after a panic.
type panicSurvivor interface{ survivesPanics() }

// guard is an actor in which a panic is contained: it is logged without the values
// it speaks of, whoever asked is answered, and the actor stops, for its state can
// no longer be trusted. Proto.Actor would restart it empty under the same name.
//
// It is an actor around the actor since that costs nothing. A middleware of
// Proto.Actor's would allocate an envelope for every message.
type guard struct {
	sys   *node
	actor actor.Actor
}

// Receive passes the message on; a letter, as the message that it was.
func (g *guard) Receive(ctx actor.Context) {
	defer func() { g.contain(ctx, recover()) }()
	if letter, ok := ctx.Message().(*wire.Envelope); ok {
		message := messageOf(letter)
		if message == nil {
			return // this node does not understand it
		}
		ctx = unwrapped{ctx, message}
	}
	g.actor.Receive(ctx)
}

// opened is the context of a message that came in a letter.
type unwrapped struct {
	actor.Context
	message any
}

func (o unwrapped) Message() any { return o.message }

func (g *guard) contain(ctx actor.Context, reason any) {
	if reason == nil {
		return
	}
	s := g.sys
	s.counts.crashes.Add(1)
	s.Log.Error("an actor panicked and is stopped",
		"actor", fmt.Sprintf("%T", g.actor), "message", fmt.Sprintf("%T", ctx.Message()),
		"reason", panicReason(reason), "stack", string(debug.Stack()))
	if r, ok := ctx.Message().(request); ok {
		s.replies.refuse(r.from(), protocol.Internal)
	}
	if _, ok := g.actor.(panicSurvivor); ok {
		return
	}
	s.root.Stop(ctx.Self()) // before anybody else can have it do something
	if a, ok := g.actor.(crashing); ok {
		a.crash()
	}
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
