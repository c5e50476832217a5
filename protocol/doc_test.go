package protocol

import (
	"bytes"
	"fmt"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMarkdown keeps docs/protocol.md a copy of the package documentation.
func TestMarkdown(t *testing.T) { golden(t, "../docs/protocol.md", markdown(packageComment(t))) }

func packageComment(t *testing.T) *comment.Doc {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(f.Doc.Text(), "Package protocol is", "This is", 1)
	return new(comment.Parser).Parse(text)
}

func markdown(doc *comment.Doc) []byte {
	var b bytes.Buffer
	b.WriteString("# The wire contract, version 2\n\n" +
		"<!-- Made from protocol/doc.go: go test ./protocol -run 'TestMarkdown|TestPage' -update -->\n")
	for _, block := range doc.Content {
		switch block := block.(type) {
		case *comment.Heading:
			fmt.Fprintf(&b, "\n## %s\n", plain(block.Text))
		case *comment.Paragraph:
			fmt.Fprintf(&b, "\n%s\n", withCode(plain(block.Text)))
		case *comment.List:
			b.WriteByte('\n')
			for _, item := range block.Items {
				text := withCode(plain(item.Content[0].(*comment.Paragraph).Text))
				mark := "- "
				if item.Number != "" {
					mark = item.Number + ". "
				}
				fmt.Fprintf(&b, "%s%s\n", mark, strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", len(mark))))
			}
		case *comment.Code:
			fmt.Fprintf(&b, "\n```text\n%s```\n", block.Text)
		}
	}
	return b.Bytes()
}

func plain(text []comment.Text) string {
	var s string
	for _, t := range text {
		s += string(t.(comment.Plain))
	}
	return s
}

// code is what is typed literally: a name with its fields, a piece of JSON, the
// cookie, and words in snake_case or camelCase.
var code = regexp.MustCompile(`^\w+ \{[^}]*\}|GET /[\w/{}]*|\{"[^}]*\}|"cards": \[\]|__(?:Host|Secure)-pokey|[a-z]+(_[a-z0-9…]+)+|\b[a-z]+[A-Z]\w*`)

func withCode(text string) string { return code.ReplaceAllString(text, "`$0`") }

// TestDocumentsNameEverything says that neither document forgets a request, an
// event, a code or a close code.
func TestDocumentsNameEverything(t *testing.T) {
	n := declared(t)
	for _, file := range []string{"doc.go", "../docs/protocol.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// Lists begin with the name and its fields, tables with the code.
		words := strings.NewReplacer("`", "", "\t", " ", "\n", " ").Replace(string(text))
		for _, name := range slices.Concat(n.requests, n.events) {
			if !strings.Contains(words, "- "+name+" {") {
				t.Errorf("%s does not describe %s", file, name)
			}
		}
		for _, code := range slices.Concat(n.codes, n.closes) {
			if !strings.Contains(words, " "+code+"  ") {
				t.Errorf("%s does not describe %s", file, code)
			}
		}
	}
}
