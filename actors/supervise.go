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

// NewActorSystem makes an actor system that logs no message: Proto.Actor logs dead
// letters at INFO with everything in them, estimates included. Its logger therefore
// starts at WARN and leaves messages out.
func NewActorSystem(log *slog.Logger) *actor.ActorSystem {
	quiet := slog.New(quietHandler{log.Handler(), slog.LevelWarn})
	return actor.NewActorSystem(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return quiet }),
		actor.WithDeadLetterRequestLogging(false),
	)
}

// spawn starts an actor of this node under a name that no other has.
func (n *node) spawn(name string, produce actor.Producer, more ...actor.PropsOption) *actor.PID {
	pid, err := n.root.SpawnNamed(n.props(produce).Configure(more...), name)
	if err != nil {
		panic(err) // only for a name that is taken, and the names are ours
	}
	return pid
}

// props are those of every actor here: a guard contains its panics.
func (n *node) props(produce actor.Producer) *actor.Props {
	return actor.PropsFromProducer(func() actor.Actor { return &guard{n, produce()} },
		actor.WithSupervisor(stopOnPanic), actor.WithMailbox(newMailbox), actor.WithDispatcher(&n.workers))
}

// stopOnPanic is for a panic that guard does not contain, which is one in crash.
var stopOnPanic = actor.NewOneForOneStrategy(0, 0, func(any) actor.Directive { return actor.StopDirective })

// crasher is an actor that is told before it is stopped because it panicked.
type crasher interface{ crash() }

// singletonActor is an actor of which each node has exactly one. It survives panics,
// since no node works without it.
type singletonActor interface{ survivesPanics() }

// guard contains the panics of an actor: it logs a panic without the values it
// mentions, answers the caller, and stops the actor, whose state can no longer be
// trusted. Proto.Actor would restart the actor empty under the same name.
//
// It wraps the actor because that costs nothing: a middleware of Proto.Actor's would
// allocate an envelope for every message.
type guard struct {
	node  *node
	actor actor.Actor
}

// Receive passes a message on, decoded if it came from another node.
func (g *guard) Receive(ctx actor.Context) {
	defer func() { g.contain(ctx, recover()) }()
	if envelope, ok := ctx.Message().(*wire.Envelope); ok {
		message := decodeMessage(envelope)
		if message == nil {
			return // this node does not know it
		}
		ctx = decodedContext{ctx, message}
	}
	g.actor.Receive(ctx)
}

// decodedContext is the context of a message that came in an envelope.
type decodedContext struct {
	actor.Context
	message any
}

func (c decodedContext) Message() any { return c.message }

func (g *guard) contain(ctx actor.Context, reason any) {
	if reason == nil {
		return
	}
	g.node.counts.crashes.Add(1)
	g.node.Log.Error("an actor panicked",
		"actor", fmt.Sprintf("%T", g.actor), "message", fmt.Sprintf("%T", ctx.Message()),
		"reason", panicReason(reason), "stack", string(debug.Stack()))
	if r, ok := ctx.Message().(request); ok {
		g.node.replies.refuse(r.from(), protocol.Internal)
	}
	if _, ok := g.actor.(singletonActor); ok {
		return
	}
	g.node.root.Stop(ctx.Self()) // before another message reaches the actor
	if a, ok := g.actor.(crasher); ok {
		a.crash()
	}
}

// panicReason is what may be logged of a panic: the text of a runtime error, which
// holds indexes and types, but only the type of anything else, which may hold an
// estimate.
func panicReason(reason any) string {
	if err, ok := reason.(error); ok {
		if runtimeErr := runtime.Error(nil); errors.As(err, &runtimeErr) {
			return runtimeErr.Error()
		}
	}
	return fmt.Sprintf("%T", reason)
}
