package actors

import (
	"log/slog"
	"runtime"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
)

// counting is an actor that retires at the first word, and passes numbers on.
type counting struct {
	sys      *node
	registry *actor.PID
	id       string
	retired  bool
	got      chan<- int
}

func (a *counting) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case string:
		a.retired = true
		a.sys.root.Send(a.registry, retire{id: a.id})
	case int:
		if a.retired {
			a.sys.root.Send(a.registry, returned{a.id, m})
			return
		}
		a.got <- m
	}
}

type countingRegistry struct{ registry }

func (r *countingRegistry) Receive(ctx actor.Context) { r.receive(ctx) }

// What one sender tells an identity stays in order while its actor is replaced: what
// the old actor got too late, what waits for the new one, and what comes meanwhile.
func TestTheOrderStaysWhileAnActorIsReplaced(t *testing.T) {
	s := &node{Config: Config{Log: slog.New(slog.DiscardHandler)}}
	s.actors = NewActorSystem(s.Log)
	defer s.actors.Shutdown()
	s.root, s.address = s.actors.Root, s.actors.Address()
	s.placement, s.singleNode = singleNode{s.address}, true
	const burst = 40
	got := make(chan int, burst)
	pid := actor.NewPID(s.address, "counting")
	s.spawn("counting", func() actor.Actor {
		return &countingRegistry{newRegistry(s, roomKind, "counting", func(id string) actor.Actor {
			return &counting{sys: s, registry: pid, id: id, got: got}
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
				t.Fatalf("burst %d: got %d, want %d", n, i, want)
			}
		}
	}
}
