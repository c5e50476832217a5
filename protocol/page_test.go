package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/doc/comment"
	"html"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestPage keeps docs/index.html a copy of the package documentation, with the
// examples of docs/asyncapi.yaml.
func TestPage(t *testing.T) {
	api, _ := readAsyncAPI(t)
	golden(t, "../docs/index.html", webPage{api: api}.html(packageComment(t)))
}

const pageHead = `<!doctype html>
<!-- Made from protocol/doc.go and docs/asyncapi.yaml: go test ./protocol -run TestPage -update -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Pokey: the wire contract, version 2</title>
<link rel="stylesheet" href="docs.css">
</head>
<body>
<header>
<h1>The wire contract, version 2</h1>
<p>Also as <a href="asyncapi.yaml">AsyncAPI</a>, with a schema for each message, and as <a href="protocol.md">Markdown</a>.</p>
</header>
`

// webPage renders the package documentation for browsers.
type webPage struct {
	api asyncAPI
	b   *bytes.Buffer
}

func (p webPage) html(doc *comment.Doc) []byte {
	p.b = bytes.NewBufferString(pageHead)
	p.b.WriteString("<nav aria-label=\"Sections\">\n<ul>\n")
	for _, block := range doc.Content {
		if h, ok := block.(*comment.Heading); ok {
			title := plain(h.Text)
			fmt.Fprintf(p.b, "<li><a href=\"#%s\">%s</a></li>\n", anchor(title), html.EscapeString(title))
		}
	}
	p.b.WriteString("</ul>\n</nav>\n<main>\n")
	for _, block := range doc.Content {
		p.block(block)
	}
	p.b.WriteString("</main>\n</body>\n</html>\n")
	return p.b.Bytes()
}

func (p webPage) block(block comment.Block) {
	switch block := block.(type) {
	case *comment.Heading:
		title := plain(block.Text)
		fmt.Fprintf(p.b, "<h2 id=\"%s\"><a href=\"#%[1]s\">%s</a></h2>\n", anchor(title), html.EscapeString(title))
	case *comment.Paragraph:
		fmt.Fprintf(p.b, "<p>%s</p>\n", htmlWithCode(plain(block.Text)))
	case *comment.Code:
		fmt.Fprintf(p.b, "<pre tabindex=\"0\">%s</pre>\n", html.EscapeString(block.Text))
	case *comment.List:
		p.list(block)
	}
}

// list gives the entries about messages an anchor and examples.
func (p webPage) list(list *comment.List) {
	kind := "ul"
	if list.Items[0].Number != "" {
		kind = "ol"
	}
	fmt.Fprintf(p.b, "<%s>\n", kind)
	for _, item := range list.Items {
		text := plain(item.Content[0].(*comment.Paragraph).Text)
		name, _, _ := strings.Cut(text, " {")
		message, ok := p.api.Components.Messages[name]
		if !ok {
			fmt.Fprintf(p.b, "<li>%s</li>\n", htmlWithCode(text))
			continue
		}
		fmt.Fprintf(p.b, "<li id=\"message-%s\">%s\n<details><summary>Examples</summary>\n", name, htmlWithCode(text))
		for _, example := range message.Examples {
			fmt.Fprintf(p.b, "<p>%s</p>\n<pre>%s</pre>\n", html.EscapeString(upperFirst(example.Name)), html.EscapeString(inOrder(&example.Payload)))
		}
		if len(message.Errors) > 0 {
			fmt.Fprintf(p.b, "<p>May be refused with <code>%s</code>.</p>\n", strings.Join(message.Errors, "</code>, <code>"))
		}
		p.b.WriteString("</details></li>\n")
	}
	fmt.Fprintf(p.b, "</%s>\n", kind)
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

var notInAnchors = regexp.MustCompile(`[^a-z0-9]+`)

func anchor(title string) string {
	return strings.Trim(notInAnchors.ReplaceAllString(strings.ToLower(title), "-"), "-")
}

func htmlWithCode(text string) string {
	var b strings.Builder
	end := 0
	for _, at := range code.FindAllStringIndex(text, -1) {
		fmt.Fprintf(&b, "%s<code>%s</code>", html.EscapeString(text[end:at[0]]), html.EscapeString(text[at[0]:at[1]]))
		end = at[1]
	}
	return b.String() + html.EscapeString(text[end:])
}

// inOrder is a YAML value as JSON, with its fields in their order.
func inOrder(n *yaml.Node) string {
	var parts []string
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			parts = append(parts, inOrder(n.Content[i])+": "+inOrder(n.Content[i+1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		for _, element := range n.Content {
			parts = append(parts, inOrder(element))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	default:
		if n.Tag != "!!str" {
			return n.Value
		}
		text, _ := json.Marshal(n.Value) // a string is always JSON
		return string(text)
	}
}
