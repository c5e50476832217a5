package actors

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"example.com/pokey/protocol"
)

// Traces show where the time of a request goes: in its connection, its user, its
// room, the commit that it shares with others, and the broadcast, on whichever node
// each of them is. Spans have names of requests and numbers, and nothing that
// a client chose: no text, no estimate, no ID.

// spanRef names the span that caused a message, which may be another node's. It is
// nil unless traces are on, and then they cost nothing but its place.
type spanRef = *trace.SpanContext

// caused is a message that a span may have caused.
type caused interface{ causedBy() spanRef }

// startSpan starts a span below its cause.
func startSpan(tracer trace.Tracer, cause spanRef, name string, options ...trace.SpanStartOption) trace.Span {
	ctx := context.Background()
	if cause != nil {
		ctx = trace.ContextWithRemoteSpanContext(ctx, *cause)
	}
	_, span := tracer.Start(ctx, name, options...)
	return span
}

func refTo(span trace.Span) spanRef {
	c := span.SpanContext()
	return &c
}

func endSpan(span trace.Span) {
	if span != nil {
		span.End()
	}
}

// requestSpans are the spans of a connection's requests, each until it is answered.
type requestSpans struct {
	tracer trace.Tracer // nil for none
	open   map[string]trace.Span
}

// begin starts the span of a request. A request with the ID of one that is not
// answered belongs to that one's, and one without an ID ends when it is sent.
func (s *requestSpans) begin(in protocol.Incoming) {
	if s.tracer == nil || s.open[in.ID] != nil || len(s.open) >= maxPending {
		return
	}
	if s.open == nil {
		s.open = map[string]trace.Span{}
	}
	s.open[in.ID] = startSpan(s.tracer, nil, in.Name, trace.WithSpanKind(trace.SpanKindServer))
}

// of returns the span of an unanswered request.
func (s *requestSpans) of(id string) spanRef {
	if span := s.open[id]; span != nil {
		return refTo(span)
	}
	return nil
}

// sent ends the span of a request that expects no answer.
func (s *requestSpans) sent() { s.answered("") }

func (s *requestSpans) answered(id string) {
	if span := s.open[id]; span != nil {
		span.End()
		delete(s.open, id)
	}
}

// stop ends all spans.
func (s *requestSpans) stop() {
	for id := range s.open {
		s.answered(id)
	}
}

// identitySpans are the spans of one user or room: of each request that it handles,
// and of its commit and broadcast, whose first cause is their parent and whose
// others are linked to them. Nil is that of an actor that is not traced.
type identitySpans struct {
	tracer trace.Tracer
	kind   string // the name of the spans of what it handles

	causes     []spanRef // of the next commit
	committing trace.Span
	shows      spanRef // what the next broadcast shows
	showing    trace.Span
}

// maxCauses is how many requests a commit's span names.
const maxCauses = 32

func newIdentitySpans(tracer trace.Tracer, key string) *identitySpans {
	if tracer == nil {
		return nil
	}
	kind, _, _ := strings.Cut(key, "/")
	return &identitySpans{tracer: tracer, kind: kind}
}

func nothing() {}

// handle starts the span of handling a message, and returns what ends it.
func (s *identitySpans) handle(message any) (end func()) {
	if s == nil {
		return nothing
	}
	m, ok := message.(caused)
	if !ok || m.causedBy() == nil {
		return nothing
	}
	span := startSpan(s.tracer, m.causedBy(), s.kind)
	if len(s.causes) < maxCauses {
		s.causes = append(s.causes, m.causedBy())
	}
	return func() { span.End() }
}

// commit starts the span of a commit.
func (s *identitySpans) commit() {
	if s == nil || len(s.causes) == 0 || s.committing != nil {
		return
	}
	options := []trace.SpanStartOption{trace.WithAttributes(attribute.Int("pokey.requests", len(s.causes)))}
	for _, c := range s.causes[1:] {
		options = append(options, trace.WithLinks(trace.Link{SpanContext: *c}))
	}
	s.committing = startSpan(s.tracer, s.causes[0], s.kind+" commit", options...)
	s.shows, s.causes = s.causes[0], nil
}

// settled says that nothing has to be committed.
func (s *identitySpans) settled() {
	if s != nil {
		s.causes = nil
	}
}

// committed ends the span of a commit. One whose outcome is not known goes on.
func (s *identitySpans) committed(how outcome) {
	if s == nil || s.committing == nil {
		return
	}
	s.committing.SetAttributes(attribute.Bool("pokey.saved", how == commitSaved || how == commitRecovered))
	s.committing.End()
	s.committing = nil
}

// broadcast starts the span of a broadcast to some nodes.
func (s *identitySpans) broadcast(nodes int) spanRef {
	if s == nil || s.shows == nil {
		return nil
	}
	s.delivered()
	s.showing = startSpan(s.tracer, s.shows, "broadcast", trace.WithAttributes(attribute.Int("pokey.nodes", nodes)))
	s.shows, s.causes = nil, nil
	return refTo(s.showing)
}

// delivered ends the span of a broadcast.
func (s *identitySpans) delivered() {
	if s != nil && s.showing != nil {
		s.showing.End()
		s.showing = nil
	}
}

// stop ends all spans.
func (s *identitySpans) stop() {
	if s != nil {
		endSpan(s.committing)
		s.committing = nil
		s.delivered()
	}
}

// startFanOut starts the span of passing a broadcast of another node's room on.
func startFanOut(tracer trace.Tracer, cause spanRef, connections int) trace.Span {
	if tracer == nil || cause == nil {
		return nil
	}
	return startSpan(tracer, cause, "fan out", trace.WithAttributes(attribute.Int("pokey.connections", connections)))
}
