package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	otlp "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"example.com/pokey/store/etcdtest"
)

// spansCollector is a collector of OpenTelemetry's protocol.
type spansCollector struct {
	*httptest.Server
	mu    sync.Mutex
	raw   []byte // everything that was sent
	spans []collectedSpan
}

type collectedSpan struct {
	*traces.Span
	instance string // service.instance.id
}

func startCollector(t *testing.T) *spansCollector {
	t.Helper()
	c := &spansCollector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var sent otlp.ExportTraceServiceRequest
		if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" || proto.Unmarshal(body, &sent) != nil {
			t.Errorf("the collector got %s %v, error %v", r.URL.Path, r.Header, err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.keep(body, &sent)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *spansCollector) keep(body []byte, sent *otlp.ExportTraceServiceRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw = append(c.raw, body...)
	for _, r := range sent.GetResourceSpans() {
		instance := ""
		for _, a := range r.GetResource().GetAttributes() {
			if a.GetKey() == "service.instance.id" {
				instance = a.GetValue().GetStringValue()
			}
		}
		for _, scope := range r.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				c.spans = append(c.spans, collectedSpan{s, instance})
			}
		}
	}
}

// asks is how a process is told of the collector.
func (c *spansCollector) asks(command *exec.Cmd) {
	command.Env = append(os.Environ(), "OTEL_EXPORTER_OTLP_ENDPOINT="+c.URL, "OTEL_BSP_SCHEDULE_DELAY=50")
}

// trace returns the spans of one trace by name, of the first whose root has a name
// and that has all those below it; nil if there is none yet.
func (c *spansCollector) trace(root string, below ...string) map[string]collectedSpan {
	c.mu.Lock()
	defer c.mu.Unlock()
	byTrace := map[string]map[string]collectedSpan{}
	for _, s := range c.spans {
		id := string(s.GetTraceId())
		if byTrace[id] == nil {
			byTrace[id] = map[string]collectedSpan{}
		}
		byTrace[id][s.GetName()] = s
	}
	for _, found := range byTrace {
		whole := len(found[root].GetSpanId()) > 0
		for _, name := range below {
			whole = whole && len(found[name].GetSpanId()) > 0
		}
		if whole {
			return found
		}
	}
	return nil
}

// A collector gets a span for a request, for what it causes in the user and the
// room, for the commit and for the broadcast, each below its cause, and nothing
// that anybody wrote.
func TestTraces(t *testing.T) {
	t.Parallel()
	c := startCollector(t)
	p := spawn(t, c.asks, "-data", t.TempDir())
	ada := callIn(t, p.url, peerCookie(t, p.url))
	secrets := []string{meetForTraces(ada, ada)}
	var found map[string]collectedSpan
	eventually(t, "the trace of an estimate", func() bool {
		found = c.trace("estimate", "user", "room", "room commit", "broadcast")
		return found != nil
	})
	for _, name := range []string{"user", "room", "room commit", "broadcast"} {
		if s := found[name]; !bytes.Equal(s.GetParentSpanId(), found["estimate"].GetSpanId()) || s.GetEndTimeUnixNano() < s.GetStartTimeUnixNano() {
			t.Errorf("%s: got %v, want it below the request", name, s)
		}
	}
	if kind := found["estimate"].GetKind(); kind != traces.Span_SPAN_KIND_SERVER {
		t.Errorf("the request: got kind %v", kind)
	}
	_ = p.Process.Signal(syscall.SIGTERM)
	if code := p.code(t); code != 0 {
		t.Errorf("exit %d:\n%s", code, p.log)
	}
	c.holdsNone(t, secrets...)
}

// In a cluster a trace goes on where the user, the room and the other members are.
func TestTracesCrossNodes(t *testing.T) {
	t.Parallel()
	c, n := startCollector(t), found(t)
	var nodes [3]*process
	for i := range nodes {
		address := etcdtest.FreeAddress(t)
		nodes[i] = spawn(t, c.asks, append(n.args(address), "-node-advertise", address, "-message-rate", "0")...)
	}
	for _, p := range nodes {
		eventually(t, "a cluster of three", func() bool { return p.figure(t, "pokey_cluster_members") == 3 })
	}
	ada, bob := callIn(t, nodes[0].url, peerCookie(t, nodes[0].url)), callIn(t, nodes[1].url, peerCookie(t, nodes[1].url))
	var secrets []string
	eventually(t, "a trace over several nodes, with the fan out below the broadcast and on another node", func() bool {
		secrets = append(secrets, meetForTraces(ada, bob))
		all := c.trace("estimate", "user", "room", "room commit", "broadcast", "fan out")
		// Of a request that was repeated, these may be of two broadcasts.
		return all != nil && bytes.Equal(all["fan out"].GetParentSpanId(), all["broadcast"].GetSpanId()) && all["fan out"].instance != all["broadcast"].instance
	})
	c.holdsNone(t, secrets...)
}

// meetForTraces has one person estimate in a room with another, and returns its ID.
func meetForTraces(ada, bob *caller) (room string) {
	ada.ask("setName", message{"name": "CanaryName"})
	room = ada.create("CanaryTopic")
	for _, who := range []*caller{ada, bob} {
		who.ask("joinRoom", message{"roomId": room})
	}
	ada.ask("estimate", message{"roomId": room, "value": "CanaryValue", "comment": "CanaryComment"})
	bob.ask("estimate", message{"roomId": room, "value": "13", "comment": "CanaryComment"})
	ada.ask("reveal", message{"roomId": room})
	return room
}

// holdsNone fails if the collector was sent a text, a room's ID or a user's.
func (c *spansCollector) holdsNone(t *testing.T, rooms ...string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.spans) == 0 {
		t.Fatal("it got nothing: the test is blind")
	}
	for _, secret := range append(rooms, "Canary") {
		if bytes.Contains(c.raw, []byte(secret)) {
			t.Errorf("the collector was sent %q", secret)
		}
	}
	for _, s := range c.spans {
		for _, a := range s.GetAttributes() {
			if a.GetValue().GetStringValue() != "" || !strings.HasPrefix(a.GetKey(), "pokey.") {
				t.Errorf("span %s: got %v, want numbers and truths only", s.GetName(), a)
			}
		}
	}
}

// What the standard variables ask for and cannot have is said at the start.
func TestTracingSettings(t *testing.T) {
	const endpoint = "http://127.0.0.1:4318"
	for _, row := range []struct {
		env  map[string]string
		want bool
		says string
	}{
		{nil, false, ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}, true, ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": endpoint + "/v1/traces"}, true, ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_SDK_DISABLED": "true"}, false, ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_TRACES_EXPORTER": "none"}, false, ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_TRACES_EXPORTER": "zipkin"}, false, "by otlp only"},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, false, "port 4318"},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, true, ""},
	} {
		c, err := parseConfig(nil, func(name string) string { return row.env[name] }, io.Discard)
		if c.traces != row.want || (err == nil) != (row.says == "") || err != nil && !strings.Contains(err.Error(), row.says) {
			t.Errorf("%v: got %t, %v; want %t, %q", row.env, c.traces, err, row.want, row.says)
		}
	}
}

// A collector that does not answer changes nothing but the log, once a minute.
func TestTracesWithoutCollector(t *testing.T) {
	t.Parallel()
	p := spawn(t, func(command *exec.Cmd) {
		command.Env = append(os.Environ(), "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+etcdtest.FreeAddress(t), "OTEL_BSP_SCHEDULE_DELAY=20", "OTEL_EXPORTER_OTLP_TIMEOUT=100")
	}, "-data", t.TempDir(), "-message-rate", "0")
	ada := callIn(t, p.url, peerCookie(t, p.url))
	room := ada.create("Login")
	ada.ask("joinRoom", message{"roomId": room})
	eventually(t, "the log says so", func() bool {
		if e := ada.ask("estimate", message{"roomId": room, "value": "5"}); e["event"] != "ok" {
			t.Errorf("an estimate: got %v, want ok", e)
		}
		return p.log.contains("traces cannot be sent to the collector")
	})
	if n := strings.Count(p.log.String(), "traces cannot be sent"); n != 1 {
		t.Errorf("got %d lines, want 1:\n%s", n, p.log)
	}
}
