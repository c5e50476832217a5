package actors

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// A message for a name whose actor is being spawned waits until the actor has started.
// Without the gate its sender panics, or the race detector reports it.
func TestMessagesForASingletonWaitUntilItHasStarted(t *testing.T) {
	system := NewActorSystem(slog.New(slog.DiscardHandler))
	defer system.Shutdown()
	const spawns = 50
	pid := actor.NewPID(system.Address(), "singleton")
	for range spawns {
		var stop atomic.Bool
		var senders sync.WaitGroup
		for range 2 {
			senders.Go(func() {
				for !stop.Load() {
					system.Root.Send(pid, "message")
				}
			})
		}
		first := make(chan any, 1)
		props := actor.PropsFromFunc(func(ctx actor.Context) {
			select {
			case first <- ctx.Message():
			default:
			}
		}, actor.WithMailbox(newGatedMailbox))
		if _, err := system.Root.SpawnNamed(props, pid.Id); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-first:
			if _, ok := got.(*actor.Started); !ok {
				t.Fatalf("first message: got %T, want *actor.Started", got)
			}
		case <-time.After(time.Minute):
			t.Fatal("first message: got none in a minute, want *actor.Started")
		}
		stop.Store(true)
		senders.Wait()
		if err := system.Root.StopFuture(pid).Wait(); err != nil {
			t.Fatal(err)
		}
	}
}
