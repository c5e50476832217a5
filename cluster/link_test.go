package cluster

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"
)

func TestX(t *testing.T) {
	mem := NewMemory()
	log := slog.New(slog.DiscardHandler)
	var nodes []*Node
	for i := range 4 {
		sys := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return log }))
		n, err := Start(Config{System: sys, Listen: "127.0.0.1:0", Source: mem.Source(), Kinds: []string{"room"}, Log: log, Wire: 1})
		if err != nil {
			t.Fatal(err)
		}
		_, err = sys.Root.SpawnNamed(actor.PropsFromFunc(func(c actor.Context) {
			if _, ok := c.Message().(*cluster.ActivationRequest); ok {
				c.Respond(&cluster.ActivationResponse{Pid: c.Self()})
			}
		}), "rooms")
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, n)
		if err := n.Join(t.Context()); err != nil {
			t.Fatal(err)
		}
		for j := range 10 {
			if p := n.library.cluster.Get(fmt.Sprint(i, j), "room"); p == nil {
				t.Error("no pid")
			}
		}
	}
	nodes[0].Leave(t.Context())
	time.Sleep(100 * time.Millisecond)
	for _, n := range nodes[1:] {
		n.Leave(t.Context())
	}
}
