package cluster

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/protobuf/proto"
)

// FuzzBatch feeds the decoder what a peer might send.
func FuzzBatch(f *testing.F) {
	target := actor.NewPID("a:1", "rooms")
	for _, m := range malformed(target) {
		b, err := proto.Marshal(m.GetMessageBatch())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	good := encode([]outgoing{{target: target, sender: actor.NewPID("b:1", "x"), header: map[string]string{"a": "b"}, typeName: "actor.PID", data: []byte{0x0a, 1, 'x'}}})
	b, err := proto.Marshal(good.GetMessageBatch())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	system := newSystem()
	r := &receiver{conf: &Config{System: system, Accept: anything, Log: quiet}, counters: &counters{}, unwatch: func(_, _ *actor.PID) {}}
	system.ProcessRegistry.Address = "a:1"
	f.Fuzz(func(t *testing.T, b []byte) {
		var batch remote.MessageBatch
		if proto.Unmarshal(b, &batch) != nil {
			return
		}
		messages, err := decode(&batch, inboundRules{self: "a:1", from: "b:1", accept: anything})
		if (err == nil) != (len(messages) == len(batch.Envelopes)) && len(batch.Envelopes) > 0 {
			t.Fatalf("got %d messages and error %v, want all %d or an error", len(messages), err, len(batch.Envelopes))
		}
		for _, m := range messages {
			if m.target.Address != "a:1" || m.message == nil || !accepted(anything, m.target.Id, string(proto.MessageName(m.message))) {
				t.Fatalf("decoded: got %+v, want an accepted message for a:1", m)
			}
			r.deliver(m)
		}
	})
}
