package actors

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/wire"
)

// Of all messages that another node may send, and all processes it may send them to,
// only the pairs that Pokey uses are accepted.
func TestAcceptsOnlyPokeysMessages(t *testing.T) {
	targets := []string{"users", "rooms", "gateway", "users/u", "rooms/r", "connection/c", "connection", "gateway/x", "probe", "deadletter", "eventstream", "future$1", "$1", "", "restarter"}
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
		if !slices.Equal(got, want[name]) {
			t.Errorf("%s: got accepted for %v, want %v", name, got, want[name])
		}
	}
}
