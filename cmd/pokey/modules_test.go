package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLinkedModulesAreListed has the decision about dependencies name every
// module that is linked, and no other.
func TestLinkedModulesAreListed(t *testing.T) {
	const decision = "../../docs/decisions/0017-what-comes-with-proto-actor.md"
	text, err := os.ReadFile(decision)
	if err != nil {
		t.Fatal(err)
	}
	_, listed, _ := strings.Cut(string(text), "| module |")
	listed, _, found := strings.Cut(listed, "**Decision.**")
	if !found {
		t.Fatalf("%s has no list", decision)
	}
	var want []string
	for _, m := range regexp.MustCompile("`([a-z0-9.-]+\\.[a-z]+/[^`]+)`").FindAllStringSubmatch(listed, -1) {
		want = append(want, m[1])
	}
	command := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".")
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0") // what is released; others link a little less or more
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(out))
	slices.Sort(linked)
	linked = slices.Compact(linked)
	for _, m := range linked {
		if !slices.Contains(want, m) && m+"/" != module {
			t.Errorf("%s is linked, and %s does not say why", m, decision)
		}
	}
	for _, m := range want {
		if !slices.Contains(linked, m) {
			t.Errorf("%s is in %s, and not linked", m, decision)
		}
	}
}
