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

// The documents name and link only files and folders that exist, from the root of the
// repository or from where the document is.
func TestDocumentsNameFilesThatExist(t *testing.T) {
	var documents []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/decisions/*.md", ".github/*.md"} {
		found, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: got %d documents, error %v", pattern, len(found), err)
		}
		documents = append(documents, found...)
	}
	named := regexp.MustCompile("`((?:actors|cluster|cmd|deploy|docs|identity|poker|protocol|static|store|transport|\\.ci|\\.github)/[A-Za-z0-9_./*-]+)`")
	linked := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	test := regexp.MustCompile(`\.(?:Test|Fuzz)[A-Z]`) // docs/cases.md names tests, which another test looks for
	for _, document := range documents {
		text := readDocument(t, document)
		for _, m := range append(named.FindAllStringSubmatch(text, -1), linked.FindAllStringSubmatch(text, -1)...) {
			if test.MatchString(m[1]) {
				continue
			}
			here, _ := filepath.Glob(filepath.Join(filepath.Dir(document), m[1]))
			root, _ := filepath.Glob(filepath.Join("../..", m[1]))
			if len(here)+len(root) == 0 {
				t.Errorf("%s: got no file or folder %s", document, m[1])
			}
		}
	}
}

// ARCHITECTURE.md names functions and types in the files that declare them, and every
// package; its glossary has at most twenty words.
func TestArchitectureNamesWhatExists(t *testing.T) {
	text := readDocument(t, "../../ARCHITECTURE.md")
	declarations := regexp.MustCompile("`(\\w+)`(?: and `(\\w+)`)?\\s+in\\s+`([a-z/_]+\\.go)`").FindAllStringSubmatch(text, -1)
	if len(declarations) < 20 {
		t.Errorf("got %d declarations with their files, want at least 20", len(declarations))
	}
	for _, m := range declarations {
		source := readDocument(t, filepath.Join("../..", m[3]))
		for _, name := range m[1:3] {
			declared := regexp.MustCompile(`(?m)^(?:func (?:\([^)]*\) )?|type |\t)` + regexp.QuoteMeta(name) + `\b`)
			if name != "" && !declared.MatchString(source) {
				t.Errorf("%s: got no declaration of %s", m[3], name)
			}
		}
	}
	for pkg := range mayImport {
		if !strings.Contains(text, "`"+pkg+"`") {
			t.Errorf("got no word about package %s", pkg)
		}
	}
	_, glossary, _ := strings.Cut(text, "| word | meaning |\n|---|---|\n")
	glossary, _, _ = strings.Cut(glossary, "\n\n")
	if words := strings.Count(glossary, "\n") + 1; glossary == "" || words > 20 {
		t.Errorf("glossary: got %d words, want 1 to 20", words)
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
