package actors

import (
	"log/slog"
	"runtime"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
)

// numberedActor retires when it gets a string, and reports the numbers it gets.
type numberedActor struct {
	node     *node
	registry *actor.PID
	id       string
	retired  bool
	got      chan<- int
}

func (a *numberedActor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case string:
		a.retired = true
		a.node.root.Send(a.registry, retire{id: a.id})
	case int:
		if a.retired {
			a.node.root.Send(a.registry, returned{a.id, m})
			return
		}
		a.got <- m
	}
}

type numberedRegistry struct{ registry }

func (r *numberedRegistry) Receive(ctx actor.Context) { r.receive(ctx) }

// The messages of one sender to one identity stay in order while its actor is replaced:
// those that the old actor returns, those that wait for the new one, and new ones.
func TestMessagesStayInOrderWhileAnActorIsReplaced(t *testing.T) {
	s := &node{Config: Config{Log: slog.New(slog.DiscardHandler)}}
	s.actors = NewActorSystem(s.Log)
	defer s.actors.Shutdown()
	s.root, s.address = s.actors.Root, s.actors.Address()
	s.placement, s.singleNode = &singleNode{s.address}, true
	const burst = 40
	got := make(chan int, burst)
	pid := actor.NewPID(s.address, "counting")
	s.spawn("counting", func() actor.Actor {
		return &numberedRegistry{newRegistry(s, roomKind, "counting", func(id string) actor.Actor {
			return &numberedActor{node: s, registry: pid, id: id, got: got}
		})}
	})
	for n := range 2000 {
		s.tellOwner(roomKind, "counting", "x", "retire")
		for i := range burst {
			s.tellOwner(roomKind, "counting", "x", i)
			if i%7 == n%7 {
				runtime.Gosched()
			}
		}
		for want := range burst {
			if i := <-got; i != want {
				t.Fatalf("burst %d: got message %d, want %d", n, i, want)
			}
		}
	}
}
