package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A decision's title is its file's name, it has a status, and the list in the
// folder's README links to each decision once.
func TestDecisionsAreNamedByTheirTitles(t *testing.T) {
	const dir = "../../docs/decisions"
	files, err := filepath.Glob(dir + "/0*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("decisions: got %d, error %v", len(files), err)
	}
	index := readDocument(t, dir+"/README.md")
	title := regexp.MustCompile(`^# (\d+)\. (.+)\n\nStatus: (?:accepted|superseded)`)
	notInNames := regexp.MustCompile(`[^a-z0-9]+`)
	for i, file := range files {
		m := title.FindStringSubmatch(readDocument(t, file))
		if m == nil {
			t.Errorf("%s: got no title with a number and a status", file)
			continue
		}
		slug := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(m[2]), "-"), "-")
		if got, want := filepath.Base(file), fmt.Sprintf("%04d-%s.md", i+1, slug); got != want || m[1] != fmt.Sprint(i+1) {
			t.Errorf("decision %s, %q: got file %s, want %s", m[1], m[2], got, want)
		}
		if entry := fmt.Sprintf("* [%s. %s](%s)\n", m[1], m[2], filepath.Base(file)); strings.Count(index, entry) != 1 {
			t.Errorf("README.md of the decisions: want one line %q", entry)
		}
	}
}

func readDocument(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
