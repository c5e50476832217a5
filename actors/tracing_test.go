package actors_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"example.com/pokey/actors"
	"example.com/pokey/identity"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// traced has the harness start again with a tracer, and returns what it records.
func (h *harness) traced() *tracetest.SpanRecorder {
	recorder := tracetest.NewSpanRecorder()
	h.config.Tracer = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)).Tracer("test")
	h.restart(h.store)
	return recorder
}

// ended returns the spans of a name that have ended.
func ended(r *tracetest.SpanRecorder, name string) (found []sdktrace.ReadOnlySpan) {
	for _, s := range r.Ended() {
		if s.Name() == name {
			found = append(found, s)
		}
	}
	return found
}

// Requests that share a commit share its span: the first is its parent, the others are
// linked. The broadcast is below the same one.
func TestSharedCommitIsTracedOnce(t *testing.T) {
	inBubble(t, func(h *harness) {
		r := h.traced()
		ada, bob, cyd := h.connect(""), h.connect(""), h.connect("")
		room := ada.create()
		for _, c := range []*client{ada, bob, cyd} {
			c.ok("joinRoom", room, "")
		}
		bob.slow.Store(int64(5 * time.Millisecond))
		for i, c := range []*client{ada, bob, cyd} {
			c.send(fmt.Sprintf(`{"request":"estimate","id":"e","roomId":%q,"value":"%d"}`, room, i+1))
			time.Sleep(7 * time.Millisecond)
		}
		time.Sleep(time.Second)
		requests, commits := ended(r, "estimate"), ended(r, "room commit")
		if len(requests) != 3 || len(ended(r, "user")) < 3 || len(ended(r, "room")) < 3 {
			t.Fatalf("got %d requests, %d in users and %d in rooms", len(requests), len(ended(r, "user")), len(ended(r, "room")))
		}
		last := commits[len(commits)-1]
		if last.Parent().SpanID() != requests[1].SpanContext().SpanID() || len(last.Links()) != 1 || last.Links()[0].SpanContext.SpanID() != requests[2].SpanContext().SpanID() {
			t.Errorf("got parent %v and links %v, want the second request and the third", last.Parent(), last.Links())
		}
		broadcasts := ended(r, "broadcast")
		if b := broadcasts[len(broadcasts)-1]; b.Parent().SpanID() != last.Parent().SpanID() || b.StartTime().Before(last.EndTime()) {
			t.Errorf("got a broadcast below %v, want it below the commit's request and after it", b.Parent())
		}
	})
}

// A refused request has a span and no commit, an unanswered one ends with its
// connection, and nothing stays open.
func TestEverySpanEnds(t *testing.T) {
	inBubble(t, func(h *harness) {
		r := h.traced()
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		before := len(ended(r, "room commit"))
		ada.refused("invalid_estimate", "estimate", room, `,"value":"`+string(bytes.Repeat([]byte("9"), 99))+`"`)
		if got := len(ended(r, "room commit")); got != before {
			t.Errorf("a refused request: got %d commits, want none", got-before)
		}
		ada.send(fmt.Sprintf(`{"request":"estimate","roomId":%q,"value":"5"}`, room)) // without an id
		ada.drop()
		h.stop()
		for _, s := range r.Started() {
			if s.EndTime().IsZero() {
				t.Errorf("span %s has not ended", s.Name())
			}
		}
		h.start()
	})
}

// answers counts what a client of a benchmark gets.
type answers struct {
	got  atomic.Int64
	wake chan struct{}
}

func (a *answers) Send([]byte) {
	a.got.Add(1)
	select {
	case a.wake <- struct{}{}:
	default:
	}
}
func (*answers) SendStatus(*protocol.Status)      {}
func (*answers) Forget(poker.RoomID)              {}
func (*answers) Batch(do func())                  { do() }
func (*answers) Close(protocol.CloseCode, string) {}

// BenchmarkRequest is one request from the connection to the user and back, which changes
// nothing, with traces off and on.
func BenchmarkRequest(b *testing.B) {
	for name, tracer := range map[string]trace.Tracer{"off": nil, "on": sdktrace.NewTracerProvider().Tracer("bench")} {
		b.Run(name, func(b *testing.B) {
			keys, err := identity.New(bytes.Repeat([]byte("0123456789abcdef"), 2))
			if err != nil {
				b.Fatal(err)
			}
			sys := actors.Start(actors.Config{Keys: keys, Store: store.NewMemory(), Log: slog.New(slog.DiscardHandler), UserExpiry: time.Hour, Tracer: tracer})
			a := &answers{wake: make(chan struct{}, 1)}
			session := sys.Connect(poker.UserID(keys.NewUserID()), time.Now(), 0, a)
			in, fault := protocol.Decode([]byte(`{"request":"setName","id":"1","name":"Ada"}`))
			if fault != nil {
				b.Fatal(fault)
			}
			b.ReportAllocs()
			for b.Loop() {
				want := a.got.Load() + 1
				session.Handle(in)
				for a.got.Load() < want {
					<-a.wake
				}
			}
			session.Close()
			_ = sys.Stop(b.Context())
		})
	}
}
