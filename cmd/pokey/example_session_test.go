package main

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// The session in short of docs/protocol.md is what a client gets to see: each request
// there brings about the events that follow it, with at least these fields.
func TestProtocolsExampleIsWhatHappens(t *testing.T) {
	_, example, found := strings.Cut(readDocument(t, "../../docs/protocol.md"), "Set-Cookie: ")
	cookie, example, _ := strings.Cut(example, "=")
	_, example, _ = strings.Cut(example, "\n\n")
	example, _, _ = strings.Cut(example, "```")
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(example, "\n   ", "")), "\n")
	if !found || len(lines) < 10 {
		t.Fatalf("docs/protocol.md: got %d lines of an example", len(lines))
	}
	inBubble(t, []string{"-data", t.TempDir()}, func(s *server) {
		ada := s.open("Ada").tab()
		site, err := url.Parse(origin)
		if err != nil {
			t.Fatal(err)
		}
		if got := ada.b.client.Jar.Cookies(site); len(got) != 1 || got[0].Name != cookie {
			t.Errorf("got the cookies %v, want one called %s", got, cookie)
		}
		room := ""
		for _, line := range lines {
			line = strings.ReplaceAll(strings.ReplaceAll(line, `"u1"`, `"`+ada.b.userID+`"`), "{…}", "{}")
			if request, ok := strings.CutPrefix(line, "> "); ok {
				ada.send(strings.ReplaceAll(request, `"r1"`, `"`+room+`"`))
				continue
			}
			if strings.Contains(line, "roomCreated") {
				room = ada.want("roomCreated")["roomId"].(string)
			}
			var want message
			if err := json.Unmarshal([]byte(strings.ReplaceAll(strings.TrimPrefix(line, "< "), `"r1"`, `"`+room+`"`)), &want); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			delete(want, "now")
			delete(want, "server")
			if !slices.ContainsFunc(ada.events, func(got message) bool { return includes(got, want) }) {
				t.Errorf("want %s, got %v", line, ada.events)
			}
		}
	})
}

// includes reports whether got has all fields of want, with the same values.
func includes(got, want any) bool {
	fields, ok := want.(message)
	if !ok {
		return got == want
	}
	has, ok := got.(message)
	for name, value := range fields {
		ok = ok && includes(has[name], value)
	}
	return ok
}
