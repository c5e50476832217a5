package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// tracingWanted reports whether the standard environment variables ask for traces.
// OpenTelemetry's library reads the other ones itself: headers, certificates,
// timeouts, sampling, the service's name.
func tracingWanted(getenv func(string) string) (bool, error) {
	if getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return false, nil
	}
	if getenv("OTEL_SDK_DISABLED") == "true" || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false, nil
	}
	if exporter := getenv("OTEL_TRACES_EXPORTER"); exporter != "" && exporter != "otlp" {
		return false, fmt.Errorf("OTEL_TRACES_EXPORTER=%s: traces are sent by otlp only", exporter)
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if protocol := getenv(name); protocol != "" && protocol != "http/protobuf" {
			return false, fmt.Errorf("%s=%s: traces are sent by http/protobuf only, usually to port 4318", name, protocol)
		}
	}
	return true, nil
}

// tracing sends traces to a collector. A nil *tracing sends none.
type tracing struct {
	provider *sdktrace.TracerProvider
}

// startTracing starts sending traces. The address is the node's in a cluster, or
// empty.
func startTracing(ctx context.Context, address string, log *slog.Logger) (*tracing, error) {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_…: %w", err)
	}
	about := []attribute.KeyValue{attribute.String("service.name", "pokey"), attribute.String("service.version", version())}
	if address != "" {
		about = append(about, attribute.String("service.instance.id", address))
	}
	service, err := resource.New(ctx, resource.WithAttributes(about...), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	otel.SetErrorHandler(&tracingFaults{log: log}) // it is the only way to hear of a collector that does not answer
	log.Info("traces are sent to a collector")
	return &tracing{sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(service))}, nil
}

// tracer returns what makes spans; nil if there are none.
func (t *tracing) tracer() trace.Tracer {
	if t == nil {
		return nil
	}
	return t.provider.Tracer("example.com/pokey")
}

// tracingEnd is how long a stop waits for the last spans to be sent.
const tracingEnd = 2 * time.Second

// stop sends what is left.
func (t *tracing) stop(log *slog.Logger) {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), tracingEnd)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		log.Warn("the last traces could not be sent", "err", err)
	}
}

// tracingFaults logs that traces cannot be sent, once a minute.
type tracingFaults struct {
	log  *slog.Logger
	last atomic.Int64
}

// Handle implements [otel.ErrorHandler].
func (f *tracingFaults) Handle(err error) {
	now, last := time.Now().Unix(), f.last.Load()
	if now-last >= 60 && f.last.CompareAndSwap(last, now) {
		f.log.Warn("traces cannot be sent to the collector", "err", err)
	}
}
