package protocol

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

const asyncAPIFile = "../docs/asyncapi.yaml"

// asyncAPI is what the tests look at of docs/asyncapi.yaml.
type asyncAPI struct {
	Channels struct {
		Connect struct {
			Messages   map[string]ref
			CloseCodes map[string]string `yaml:"x-close-codes"`
		}
	}
	Operations map[string]struct {
		Action, Title string
		Messages      []ref
		Reply         ref
	}
	Components struct {
		Messages map[string]apiMessage
		Replies  map[string]struct{ Messages []ref }
		Schemas  map[string]any
	}
}

type ref struct {
	To string `yaml:"$ref"`
}

type apiMessage struct {
	Name, Title, Summary, Description string
	CorrelationID                     ref      `yaml:"correlationId"`
	Who                               string   `yaml:"x-who"`
	Errors                            []string `yaml:"x-errors"`
	Payload                           struct {
		Properties map[string]any
	}
	Examples []struct {
		Name    string
		Payload yaml.Node
	}
}

// request says whether the message is one that clients send.
func (m apiMessage) request() bool {
	return m.Payload.Properties["request"] != nil && m.Payload.Properties["event"] == nil
}

// readAsyncAPI also returns the document as JSON has it.
func readAsyncAPI(t *testing.T) (api asyncAPI, document any) {
	t.Helper()
	text, err := os.ReadFile(asyncAPIFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &api); err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	return api, asJSON(t, tree)
}

// asJSON is v as reading its JSON brings it.
func asJSON(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	again, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestAsyncAPIHasEveryRequestEventAndCode(t *testing.T) {
	api, _ := readAsyncAPI(t)
	var requests, events, codes []string
	for name, m := range api.Components.Messages {
		if m.request() {
			requests = append(requests, name)
		} else {
			events = append(events, name)
		}
	}
	for _, code := range api.Components.Schemas["code"].(map[string]any)["enum"].([]any) {
		codes = append(codes, code.(string))
	}
	n := declared(t)
	for _, c := range []struct {
		what      string
		got, want []string
	}{
		{"requests", requests, n.requests},
		{"events", events, n.events},
		{"codes", codes, n.codes},
		{"close codes", slices.Collect(maps.Keys(api.Channels.Connect.CloseCodes)), n.closes},
		{"messages of the channel", slices.Collect(maps.Keys(api.Channels.Connect.Messages)), slices.Concat(n.requests, n.events)},
		{"operations", slices.Collect(maps.Keys(api.Operations)), append(slices.Clone(n.requests), "events")},
	} {
		slices.Sort(c.got)
		slices.Sort(c.want)
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.what, c.got, c.want)
		}
	}
}

func TestAsyncAPISaysWhatEachMessageIs(t *testing.T) {
	api, _ := readAsyncAPI(t)
	codes := declared(t).codes
	for name, m := range api.Components.Messages {
		if m.Name != name || m.Title == "" || m.Summary == "" || m.Description == "" || len(m.Examples) == 0 {
			t.Errorf("%s: got name %q, title %q, summary %q, description %q and %d examples, want all of them",
				name, m.Name, m.Title, m.Summary, m.Description, len(m.Examples))
		}
		if answered := m.CorrelationID.To != ""; answered != (m.request() || name == "ok" || name == "error") {
			t.Errorf("%s: has a correlation id: %v", name, answered)
		}
		if m.request() && m.Who == "" {
			t.Errorf("%s: does not say who may send it", name)
		}
		for _, code := range m.Errors {
			if !slices.Contains(codes, code) {
				t.Errorf("%s: got error %q, want one of %q", name, code, codes)
			}
		}
	}
}

func TestAsyncAPISaysWhatAnswersEachRequest(t *testing.T) {
	api, _ := readAsyncAPI(t)
	for name, o := range api.Operations {
		var messages []string
		for _, m := range o.Messages {
			messages = append(messages, after(m.To, "#/channels/connect/messages/"))
		}
		if name == "events" {
			slices.Sort(messages)
			if want := slices.Sorted(slices.Values(declared(t).events)); o.Action != "send" || !slices.Equal(messages, want) {
				t.Errorf("events: got %s %q, want send %q", o.Action, messages, want)
			}
			continue
		}
		var replies []string
		for _, m := range api.Components.Replies[after(o.Reply.To, "#/components/replies/")].Messages {
			replies = append(replies, after(m.To, "#/channels/connect/messages/"))
		}
		if o.Action != "receive" || o.Title == "" || !slices.Equal(messages, []string{name}) {
			t.Errorf("%s: got %s %q of %q, want receive with a title of its message", name, o.Action, o.Title, messages)
		}
		if !slices.Contains(replies, "ok") || !slices.Contains(replies, "error") {
			t.Errorf("%s: got replies %q, want ok and error among them", name, replies)
		}
	}
}

func after(s, prefix string) string {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return s + " (is no reference to " + prefix + "…)"
	}
	return rest
}
