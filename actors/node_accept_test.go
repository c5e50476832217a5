package actors

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/wire"
)

// TestOnlyOurMessagesToOurTargets asks for each message that might come, and each
// process there is, who may get it.
func TestOnlyOurMessagesToOurTargets(t *testing.T) {
	targets := []string{"users", "rooms", "gateway", "users/u", "rooms/r", "connection/c", "connection", "gateway/x", "reach", "deadletter", "eventstream", "future$1", "$1", "", "restarter"}
	want := map[string][]string{ // by message
		"pokey.wire.Envelope": {"users", "rooms", "gateway", "users/u", "rooms/r", "connection/c"},
		"actor.Watch":         {"connection/c"},
		"actor.Unwatch":       {"connection/c"},
		"actor.Terminated":    {"users/u", "rooms/r"},
	}
	for _, m := range []proto.Message{
		&wire.Envelope{}, &actor.Watch{}, &actor.Unwatch{}, &actor.Terminated{}, &actor.Stop{}, &actor.PoisonPill{}, &actor.Touch{}, &actor.Touched{},
		&actor.DeadLetterResponse{}, &actor.PID{}, &wire.DeliverEvent{}, &wire.AckRequest{},
	} {
		name := string(proto.MessageName(m))
		var got []string
		for _, target := range targets {
			if Accepts(target, name) {
				got = append(got, target)
			}
		}
		if len(got) != len(want[name]) {
			t.Errorf("%s: got accepted by %v, want %v", name, got, want[name])
			continue
		}
		for i := range got {
			if got[i] != want[name][i] {
				t.Errorf("%s: got accepted by %v, want %v", name, got, want[name])
			}
		}
	}
}
