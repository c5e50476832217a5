package cluster

import (
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// spawnWatcher spawns an actor on n that watches processes, and passes on why they
// terminated.
func spawnWatcher(t *testing.T, n *Node) (watch func(*actor.PID), terminated <-chan actor.TerminatedReason) {
	t.Helper()
	reasons := make(chan actor.TerminatedReason, 10)
	watcher := n.conf.System.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		switch m := c.Message().(type) {
		case *actor.Terminated:
			reasons <- m.Why
		case *actor.PID:
			c.Watch(m)
			c.Respond("watching")
		}
	}))
	return func(watched *actor.PID) {
		t.Helper()
		if _, err := n.conf.System.Root.RequestFuture(watcher, watched, waitLimit).Result(); err != nil {
			t.Fatal(err)
		}
	}, reasons
}

func TestDeathWatchAcrossNodes(t *testing.T) {
	a, b := pair(t, nil)
	watch, terminated := spawnWatcher(t, a)
	received := make(chan struct{}, 10)
	spawn := func(name string) *actor.PID {
		t.Helper()
		if _, err := b.conf.System.Root.SpawnNamed(actor.PropsFromFunc(func(c actor.Context) {
			if _, ok := c.Message().(*wrapperspb.StringValue); ok {
				received <- struct{}{}
			}
		}), name); err != nil {
			t.Fatal(err)
		}
		return actor.NewPID(b.Self(), name)
	}
	expect := func(want actor.TerminatedReason) {
		t.Helper()
		select {
		case got := <-terminated:
			if got != want {
				t.Errorf("reason: got %v, want %v", got, want)
			}
		case <-time.After(waitLimit):
			t.Fatalf("got no Terminated, want %v", want)
		}
	}
	first := spawn("first")
	watch(first)
	a.conf.System.Root.Stop(first) // no node takes a Stop from another
	a.conf.System.Root.Send(first, wrapperspb.String("x"))
	<-received // after the watch, which was sent before it
	b.conf.System.Root.Stop(actor.NewPID(b.Self(), first.Id))
	expect(actor.TerminatedReason_Stopped)
	watch(actor.NewPID(b.Self(), "unknown"))
	expect(actor.TerminatedReason_NotFound)
	watch(spawn("second"))
	stopServer(b)
	expect(actor.TerminatedReason_AddressTerminated)
	watch(actor.NewPID("127.0.0.1:1", "x"))
	expect(actor.TerminatedReason_AddressTerminated)
}
