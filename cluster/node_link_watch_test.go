package cluster

import (
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func TestDeathWatchAcrossNodes(t *testing.T) {
	a, b := pair(t, nil)
	terminated, heard := make(chan actor.TerminatedReason, 10), make(chan struct{}, 10)
	watcher := a.conf.System.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		switch m := c.Message().(type) {
		case *actor.Terminated:
			terminated <- m.Why
		case *actor.PID:
			c.Watch(m)
			c.Respond("watching")
		}
	}))
	watch := func(who *actor.PID) {
		t.Helper()
		if _, err := a.conf.System.Root.RequestFuture(watcher, who, 5*time.Second).Result(); err != nil {
			t.Fatal(err)
		}
	}
	spawn := func(name string) *actor.PID {
		t.Helper()
		if _, err := b.conf.System.Root.SpawnNamed(actor.PropsFromFunc(func(c actor.Context) {
			if _, ok := c.Message().(*wrapperspb.StringValue); ok {
				heard <- struct{}{}
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
		case <-time.After(5 * time.Second):
			t.Fatalf("got no Terminated, want %v", want)
		}
	}
	first := spawn("first")
	watch(first)
	a.conf.System.Root.Stop(first) // which stays on its node
	a.conf.System.Root.Send(first, wrapperspb.String("x"))
	<-heard // and so has the watch been
	b.conf.System.Root.Stop(actor.NewPID(b.Self(), first.Id))
	expect(actor.TerminatedReason_Stopped)
	watch(actor.NewPID(b.Self(), "nobody"))
	expect(actor.TerminatedReason_NotFound)
	watch(spawn("second"))
	stopServer(b)
	expect(actor.TerminatedReason_AddressTerminated)
	watch(actor.NewPID("127.0.0.1:1", "x"))
	expect(actor.TerminatedReason_AddressTerminated)
}
