package actors

import (
	"log/slog"
	"reflect"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
)

// TestMail has a room's words for two connections: each gets its own in one
// message, in order, and nothing before they are posted.
func TestMail(t *testing.T) {
	system := NewActorSystem(slog.New(slog.DiscardHandler))
	defer system.Shutdown()
	sys := &node{root: system.Root, address: system.Address()}
	got := map[string]chan any{}
	conn := func(name string) *actor.PID {
		got[name] = make(chan any, 10)
		pid, err := system.Root.SpawnNamed(actor.PropsFromFunc(func(ctx actor.Context) {
			switch m := ctx.Message().(type) {
			case reattach, rejoin, parcel:
				got[name] <- m
			}
		}), name)
		if err != nil {
			t.Fatal(err)
		}
		return pid
	}
	a, b := conn("a"), conn("b")
	m := newMail(sys)
	for range 2 {
		m.send(a, rejoin{"1"})
		m.send(b, reattach{})
		m.send(a, rejoin{"2"})
		m.send(a, rejoin{"3"})
		if len(got["a"])+len(got["b"]) > 0 {
			t.Error("sent before it was posted")
		}
		m.post()
		if one, want := <-got["a"], (parcel{rejoin{"1"}, rejoin{"2"}, rejoin{"3"}}); !reflect.DeepEqual(one, want) {
			t.Errorf("a got %v, want %v", one, want)
		}
		if one := <-got["b"]; one != (reattach{}) {
			t.Errorf("b got %v", one)
		}
	}
	m.post() // nothing
	if len(m.items)+len(m.at)+len(got["a"])+len(got["b"]) > 0 {
		t.Error("something is left")
	}
}
