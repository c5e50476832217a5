package actors

import "go.opentelemetry.io/otel/trace"

// spanSize is the length of a span between nodes: the IDs of the trace and the span,
// and the flags, as in the W3C's traceparent without its hexadecimal digits.
const spanSize = 16 + 8 + 1

// encodeSpan returns the span that caused a message; nil for none.
func encodeSpan(message any) []byte {
	m, ok := message.(caused)
	if !ok || m.causedBy() == nil {
		return nil
	}
	c := m.causedBy()
	traceID, spanID := c.TraceID(), c.SpanID()
	b := make([]byte, 0, spanSize)
	b = append(append(b, traceID[:]...), spanID[:]...)
	return append(b, byte(c.TraceFlags()))
}

// decodeSpan returns the span that another node sent; nil if it is none.
func decodeSpan(b []byte) spanRef {
	if len(b) != spanSize {
		return nil
	}
	c := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID(b[:16]), SpanID: trace.SpanID(b[16:24]), TraceFlags: trace.TraceFlags(b[24]), Remote: true,
	})
	if !c.IsValid() {
		return nil
	}
	return &c
}
