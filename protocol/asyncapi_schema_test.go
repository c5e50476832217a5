package protocol

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
)

// closed makes of a schema one that admits no field it does not name. Clients
// ignore such fields; here they would be fields that nobody has written down.
func closed(schema any) {
	switch schema := schema.(type) {
	case map[string]any:
		if schema["properties"] != nil && schema["additionalProperties"] == nil {
			schema["additionalProperties"] = false
		}
		for _, inner := range schema {
			closed(inner)
		}
	case []any:
		for _, inner := range schema {
			closed(inner)
		}
	}
}

// payloadSchemas compiles the schema of each message's payload.
func payloadSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	api, document := readAsyncAPI(t)
	closed(document.(map[string]any)["components"].(map[string]any)["schemas"])
	for name := range api.Components.Messages {
		closed(document.(map[string]any)["components"].(map[string]any)["messages"].(map[string]any)[name].(map[string]any)["payload"])
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("file:///asyncapi.json", document); err != nil {
		t.Fatal(err)
	}
	schemas := map[string]*jsonschema.Schema{}
	for name := range api.Components.Messages {
		s, err := c.Compile("file:///asyncapi.json#/components/messages/" + name + "/payload")
		if err != nil {
			t.Fatal(err)
		}
		schemas[name] = s
	}
	return schemas
}

// TestGoldenFilesFitTheAsyncAPI says that the schemas have every field that is
// ever on the wire, and take every value.
func TestGoldenFilesFitTheAsyncAPI(t *testing.T) {
	schemas := payloadSchemas(t)
	for _, pattern := range []string{"testdata/requests/*.json", "testdata/events/*.json", "testdata/patches/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, files, err)
		}
		for _, file := range files {
			payloads := []any{readJSON(t, file)}
			if states, ok := payloads[0].([]any); ok { // before, patch and after
				payloads = states
			}
			for _, payload := range payloads {
				name, ok := payload.(map[string]any)["event"].(string)
				if !ok {
					name = payload.(map[string]any)["request"].(string)
				}
				if err := schemas[name].Validate(payload); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		}
	}
}

func readJSON(t *testing.T, file string) any {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return value
}

func TestAsyncAPIExamplesOfRequestsAreTaken(t *testing.T) {
	api, _ := readAsyncAPI(t)
	schemas := payloadSchemas(t)
	ids := map[string]string{}
	for name, m := range api.Components.Messages {
		if !m.request() {
			continue
		}
		for _, example := range m.Examples {
			if err := schemas[name].Validate(payload(t, example.Payload)); err != nil {
				t.Errorf("%s, %s: %v", name, example.Name, err)
			}
			in, refusal := Decode([]byte(inOrder(&example.Payload)))
			if refusal != nil {
				t.Errorf("%s, %s: got %+v, want a request", name, example.Name, *refusal)
			} else if in.Name != name {
				t.Errorf("%s, %s: got a %s", name, example.Name, in.Name)
			}
			if other := ids[in.ID]; in.ID != "" && other != "" {
				t.Errorf("%s and %s have one id: %s", name, other, in.ID)
			}
			ids[in.ID] = name
		}
	}
}

func payload(t *testing.T, n yaml.Node) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(inOrder(&n)))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// TestAsyncAPIExamplesOfEventsAreWritten says that each is one of the golden
// files, which are what Encode, AppendStatus and AppendPatch write.
func TestAsyncAPIExamplesOfEventsAreWritten(t *testing.T) {
	api, _ := readAsyncAPI(t)
	for name, m := range api.Components.Messages {
		if m.request() {
			continue
		}
		files, err := filepath.Glob("testdata/events/" + name + "*.json")
		if err != nil {
			t.Fatal(err)
		}
		for _, example := range m.Examples {
			written := slices.ContainsFunc(files, func(file string) bool {
				return reflect.DeepEqual(readJSON(t, file), payload(t, example.Payload))
			})
			if !written {
				t.Errorf("%s, %s: got %v, want the content of one of %q", name, example.Name, inOrder(&example.Payload), files)
			}
		}
	}
}

// TestAsyncAPILimitsAreTheCodes compares what the schemas bound with the
// constants. JSON Schema counts characters: a text of so many bytes has no more.
func TestAsyncAPILimitsAreTheCodes(t *testing.T) {
	_, document := readAsyncAPI(t)
	for path, want := range map[string]int{
		"schemas/id/maxLength":                               maxID,
		"schemas/name/maxLength":                             poker.NameBytes,
		"schemas/topic/maxLength":                            poker.TopicBytes,
		"schemas/topics/maxItems":                            poker.TopicsLength,
		"schemas/topicsGiven/maxItems":                       poker.TopicsLength,
		"schemas/title/maxLength":                            poker.TopicBytes,
		"schemas/key/maxLength":                              poker.KeyBytes,
		"schemas/url/maxLength":                              poker.URLBytes,
		"schemas/before/maxLength":                           poker.ValueBytes,
		"schemas/comment/maxLength":                          poker.CommentBytes,
		"schemas/value/maxLength":                            poker.ValueBytes,
		"schemas/deckName/maxLength":                         poker.DeckNameBytes,
		"schemas/cards/maxItems":                             poker.DeckSize,
		"schemas/cards/items/maxLength":                      poker.CardBytes,
		"schemas/seconds/minimum":                            poker.MinTimer,
		"schemas/seconds/maximum":                            poker.MaxTimer,
		"schemas/rounds/maxItems":                            MaxHistory,
		"messages/history/payload/properties/limit/default":  HistoryPage,
		"messages/welcome/payload/properties/protocol/const": Version,
	} {
		got := document.(map[string]any)["components"]
		for key := range strings.SplitSeq(path, "/") {
			got = got.(map[string]any)[key]
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, want %d", path, got, want)
		}
	}
}

func TestAsyncAPIPresetsAreTheCodes(t *testing.T) {
	api, _ := readAsyncAPI(t)
	for _, name := range api.Components.Schemas["preset"].(map[string]any)["enum"].([]any) {
		if _, ok := poker.Preset(name.(string)); !ok {
			t.Errorf("got the preset %q, want one that there is", name)
		}
	}
}

func TestAsyncAPIPatternsTakeWhatTheServerMakes(t *testing.T) {
	api, _ := readAsyncAPI(t)
	keys, err := identity.New([]byte("0123456789abcdef0123456789ABCDEF"))
	if err != nil {
		t.Fatal(err)
	}
	user := keys.NewUserID()
	room := keys.NewRoomID(user, time.Now())
	for _, c := range []struct {
		schema, text string
		want         bool
	}{
		{"userId", user, true},
		{"userId", user[1:], false},
		{"roomId", room, true},
		{"roomId", strings.ToUpper(room), false},
		{"roomId", room + "\n", false},
		{"roomId", strings.Repeat("l", len(room)), false},
		{"roomCode", identity.NewCode(), true},
		{"roomCode", "k7m 2qx", false},
		{"instant", Time(time.Now()), true},
		{"time", Time(time.Now()), false},
		{"time", time.Now().UTC().Format(secondsLayout), true},
	} {
		pattern := api.Components.Schemas[c.schema].(map[string]any)["pattern"].(string)
		if got := regexp.MustCompile(pattern).MatchString(c.text); got != c.want {
			t.Errorf("%s takes %q: got %v, want %v", c.schema, c.text, got, c.want)
		}
	}
}
