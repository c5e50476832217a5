package transport

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// The page comes as a document that a browser can paint before anything else has
// come: with the style and the texts of what it shows first, and the script that
// chooses how. So there are as many documents as there are languages and views to
// begin with. What is in them is what the page draws itself a moment later, so
// that it takes over the elements there are.
const (
	// shellFolder has what a document shows first, in a file for each view.
	shellFolder = "shell/"
	// bootName is the script that every document has inside.
	bootName = "js/boot.js"
	// languagesName says what each language is called, and how it is written.
	languagesName = "js/i18n.js"
	// textsAlways and textsStart are the parts of the texts that documents may have
	// inside: what every view needs, and what only the start does.
	textsAlways = "/page.js"
	textsStart  = "/landing.js"
	// fallback is the language of those who speak none that there is.
	fallback = "en"
)

// view is what a document shows first.
type view string

const (
	viewStart view = "start"
	viewRoom  view = "room"
	viewStage view = "stage"
)

// viewStyles are the style sheets that a view's document has inside.
var viewStyles = map[view][]string{
	viewStart: {"css/shell.css", "css/start.css"},
	viewRoom:  {"css/shell.css"},
	viewStage: {"css/shell.css"},
}

// document is the page as it is sent for a view in a language.
type document struct {
	*asset
	inside func() inside
}

// inside is the script and the style inside a view's documents, and the policy that
// allows these and no others.
type inside struct{ script, style, policy string }

type documentKey struct {
	language string
	view     view
}

var (
	languageLine = regexp.MustCompile(`(?m)^  (\w+): \{ name: '[^']+'(?:, tag: '([\w-]+)')?(, rightToLeft: true)? \},`)
	extensions   = regexp.MustCompile(`-u-.*`) // of a tag: they say nothing about what is written
	textLine     = regexp.MustCompile(`(?m)^  (?:'([\w.]+)'|(\w+)):\s+'([^'\\]*)',$`)
	place        = regexp.MustCompile(`\{\{([\w.]+)\}\}`)
	betweenTags  = regexp.MustCompile(`\s*\n\s*`)
)

// newDocuments describes the documents of all languages and views, each of which is made
// when somebody wants it. fill puts in what is the same in all of them.
func newDocuments(content map[string][]byte, fill *strings.Replacer) (map[documentKey]*document, error) {
	documents := map[documentKey]*document{}
	spoken := languages(content)
	if len(spoken) == 0 {
		spoken = []string{fallback}
	}
	if !slices.Contains(spoken, fallback) {
		return nil, fmt.Errorf("assets: there are no texts in %s", fallback)
	}
	page, boot := string(content[pageName]), content[bootName]
	insides := map[view]func() inside{}
	for view, sheets := range viewStyles {
		style := unminifiedStyle(content, sheets)
		insides[view] = sync.OnceValue(func() inside { return newInside(boot, style) })
	}
	for _, language := range spoken {
		tag, direction, err := written(content, language)
		if err != nil {
			return nil, err
		}
		texts := textsOf(content, language)
		for view, inside := range insides {
			shell, err := withTexts(content, view, texts)
			if err != nil {
				return nil, fmt.Errorf("assets: the texts in %s%s: %w", textsFolder, language, err)
			}
			ahead := ahead(content, view, language)
			documents[documentKey{language, view}] = &document{&asset{contentType(pageName), revalidate, onDemand(func() []byte {
				filled := strings.NewReplacer("{{language}}", language, "{{lang}}", tag, "{{dir}}", direction,
					"{{boot}}", element("script", inside().script), "{{style}}", element("style", inside().style),
					"{{ahead}}", ahead, "{{shell}}", shell).Replace(page)
				return []byte(fill.Replace(filled))
			})}, inside}
		}
	}
	return documents, nil
}

// newInside makes what is inside a view's documents.
func newInside(boot, style []byte) inside {
	i := inside{script: string(minified(bootName, boot)), style: string(minified("a.css", style))}
	i.policy = withHash(withHash(policy, "script-src", i.script), "style-src", i.style)
	return i
}

// unminifiedStyle is the text of style sheets, one after the other.
func unminifiedStyle(content map[string][]byte, sheets []string) []byte {
	var all []byte
	for _, name := range sheets {
		all = append(all, withImports(content[name], path.Dir(name), content)...)
	}
	return all
}

// withHash lets the policy's directive have an element with exactly this text.
func withHash(policy, directive, text string) string {
	if text == "" {
		return policy
	}
	sum := sha256.Sum256([]byte(text))
	source := directive + " 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	return strings.Replace(policy, directive+" 'self'", source, 1)
}

func element(name, text string) string {
	if text == "" {
		return ""
	}
	return "<" + name + ">" + text + "</" + name + ">"
}

// written returns how the language is named in a document, and its direction.
func written(content map[string][]byte, language string) (tag, direction string, err error) {
	source, ok := content[languagesName]
	if !ok {
		return language, "ltr", nil
	}
	for _, found := range languageLine.FindAllSubmatch(source, -1) {
		if string(found[1]) != language {
			continue
		}
		tag, direction = language, "ltr"
		if len(found[2]) > 0 {
			tag = extensions.ReplaceAllString(string(found[2]), "")
		}
		if len(found[3]) > 0 {
			direction = "rtl"
		}
		return tag, direction, nil
	}
	return "", "", fmt.Errorf("assets: %s does not say how %s is written", languagesName, language)
}

// textsOf returns the texts of a language that documents may have inside.
func textsOf(content map[string][]byte, language string) map[string]string {
	texts := map[string]string{"base": "{{base}}"}
	for _, part := range []string{textsAlways, textsStart} {
		for _, found := range textLine.FindAllSubmatch(content[textsFolder+language+part], -1) {
			texts[string(found[1])+string(found[2])] = html.EscapeString(string(found[3]))
		}
	}
	return texts
}

// withTexts returns what a view shows first. There is nothing between its elements, as
// there is nothing when the page draws them itself.
func withTexts(content map[string][]byte, view view, texts map[string]string) (string, error) {
	shell := betweenTags.ReplaceAllString(string(bytes.TrimSpace(content[shellFolder+string(view)+".html"])), "")
	var missing []string
	shell = place.ReplaceAllStringFunc(shell, func(key string) string {
		key = strings.Trim(key, "{}")
		text, ok := texts[key]
		if !ok {
			missing = append(missing, key)
		}
		return text
	})
	if len(missing) > 0 {
		return "", fmt.Errorf("no plain text for %q", missing)
	}
	return shell, nil
}

// ahead has the browser ask at once for what the view needs next. The page's style
// is no style sheet of the document's, which a browser would wait for.
func ahead(content map[string][]byte, view view, language string) string {
	needed := []string{textsFolder + language + textsAlways}
	switch view {
	case viewStart:
		needed = append(needed, "js/views/landing.js", textsFolder+language+textsStart)
	case viewRoom:
		needed = append(needed, "js/room-page.js", "css/page.css")
	case viewStage:
		needed = append(needed, "js/room-page.js", "css/page.css", "js/views/stage.js", "css/stage.css")
	}
	var links strings.Builder
	for _, name := range needed {
		if _, ok := content[name]; !ok {
			continue
		}
		how := `rel="modulepreload"`
		if path.Ext(name) == ".css" {
			how = `rel="preload" as="style"`
		}
		fmt.Fprintf(&links, `<link %s href="{{base}}v/{{v}}/%s">`+"\n", how, name)
	}
	return links.String()
}

// languages returns the folders of the page's texts.
func languages(content map[string][]byte) []string {
	all := map[string]bool{}
	for name := range content {
		rest, ok := strings.CutPrefix(name, textsFolder)
		if language, _, found := strings.Cut(rest, "/"); ok && found {
			all[language] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
