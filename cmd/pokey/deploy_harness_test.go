package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// What docker-compose.yml and deploy/ say must be what the program understands.

// readYAML is every document of a file. YAML is read by a program that is not ours.
func readYAML(t *testing.T, file string) []any {
	t.Helper()
	if exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", "import yaml").Run() != nil {
		need(t, "POKEY_YAML", "python3-yaml")
	}
	const program = "import yaml, json, sys; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))"
	out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", program, file).Output()
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var documents []any
	if err := json.Unmarshal(out, &documents); err != nil {
		t.Fatal(err)
	}
	return documents
}

// at follows keys into what was read; what is not there is nil.
func at(v any, path ...string) any {
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// texts is a list of texts.
func texts(v any) (all []string) {
	list, _ := v.([]any)
	for _, x := range list {
		all = append(all, fmt.Sprint(x))
	}
	return all
}

// imageSettings are those that the image comes with.
func imageSettings(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, m := range regexp.MustCompile(`(POKEY_\w+)=(\S+)`).FindAllStringSubmatch(string(text), -1) {
		settings[m[1]] = m[2]
	}
	return settings
}

// accepts has the program read settings from the environment, which must be all
// it knows of that name.
func accepts(t *testing.T, who string, settings map[string]string) config {
	t.Helper()
	asked := map[string]bool{}
	c, err := parseConfig(nil, func(name string) string { asked[name] = true; return settings[name] }, io.Discard)
	if err != nil {
		t.Errorf("%s: %v", who, err)
	}
	for name := range settings {
		if strings.HasPrefix(name, "POKEY_") && !asked[name] {
			t.Errorf("%s: nothing reads %s", who, name)
		}
	}
	return c
}

// grace checks that a stop is given the time it may take.
func grace(t *testing.T, who string, given time.Duration) {
	t.Helper()
	if given < stopTimeout+time.Second {
		t.Errorf("%s is killed %v after it was told to stop, which may take %v", who, given, stopTimeout)
	}
}
