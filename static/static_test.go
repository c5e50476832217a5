package static_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/pokey/static"
)

const (
	entry    = "js/app.js"
	maxLines = 250
	maxIcon  = 12 << 10
)

var (
	// lazy are the modules that the page asks for by import() on purpose: what
	// only a room or only the front page needs, its dialogs, the big screen, what brings stories along,
	// what takes them away, what concerns people who are away or late, and stories
	// estimated ahead.
	lazy = map[string]bool{
		"js/room-page.js": true, "js/views/dialogs/index.js": true, "js/views/stage.js": true, "js/import/form.js": true, "js/people/index.js": true,
		"js/results/views.js": true, "js/views/gone.js": true, "js/views/landing.js": true, "js/ahead/index.js": true,
	}
	// texts are the modules that i18n.js asks for by language and part.
	texts   = regexp.MustCompile(`^js/lang/\w+/\w+\.js$`)
	ofTexts = "import(`./lang/${language}/${name}.js`)"

	named     = regexp.MustCompile(`(?:href|src)="([^"#]*)"`)
	statement = regexp.MustCompile(`(?m)^(?:import|export)\b(?:[\w\s{},*$]+\bfrom)?\s*['"]([^'"]+)['"]`)
	dynamic   = regexp.MustCompile(`\bimport\('([^']+)'\)`)
	comment   = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	forbidden = regexp.MustCompile(
		`innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|\beval\(|new Function|style="|javascript:|[\s"']on[a-z]+="`)
)

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := fs.ReadFile(static.Files, name)
	if err != nil {
		t.Fatalf("%s is not embedded: %v", name, err)
	}
	return string(content)
}

func files(t *testing.T) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(static.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// index is index.html as a server at the root of its host serves it, with the
// prefix of the versioned files left out.
func index(t *testing.T) string {
	t.Helper()
	return strings.NewReplacer("{{base}}v/{{v}}/", "", "{{base}}", "/", "{{v}}", "hash").Replace(read(t, "index.html"))
}

// imports returns the modules that a module names, at once and lazily. Types
// in comments are no imports.
func imports(t *testing.T, module string) (eager, late []string) {
	t.Helper()
	source := comment.ReplaceAllString(read(t, module), "")
	find := func(pattern *regexp.Regexp) (found []string) {
		for _, match := range pattern.FindAllStringSubmatch(source, -1) {
			if !strings.HasPrefix(match[1], ".") {
				t.Errorf("%s imports %q: only paths of the page's own can be served", module, match[1])
				continue
			}
			found = append(found, path.Join(path.Dir(module), match[1]))
		}
		return found
	}
	return find(statement), find(dynamic)
}

// reach adds to seen the modules that are loaded with module.
func reach(t *testing.T, module string, seen map[string]bool) {
	t.Helper()
	if seen[module] {
		return
	}
	seen[module] = true
	eager, _ := imports(t, module)
	for _, next := range eager {
		reach(t, next, seen)
	}
}

func TestIndexNamesWhatIsEmbedded(t *testing.T) {
	t.Parallel()
	matches := named.FindAllStringSubmatch(index(t), -1)
	if len(matches) == 0 {
		t.Fatal("index.html names no file")
	}
	for _, match := range matches {
		read(t, match[1])
	}
}

func TestModulesAreEmbeddedAndReachable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{"js/boot.js": true} // the server puts it into the document
	reach(t, entry, seen)
	for name := range lazy {
		reach(t, name, seen)
	}
	for _, name := range files(t) {
		if path.Ext(name) == ".js" && !seen[name] && !texts.MatchString(name) {
			t.Errorf("%s is served, but nothing imports it", name)
		}
	}
}

// Texts are modules on their own, for the server joins only modules that are
// imported by their whole path.
func TestTextsAreLoadedByLanguageAndPart(t *testing.T) {
	t.Parallel()
	found := 0
	for _, name := range files(t) {
		if path.Ext(name) != ".js" {
			continue
		}
		if made := strings.Count(read(t, name), "import(`"); made > 0 && name != "js/i18n.js" {
			t.Errorf("%s imports by a path that is put together", name)
		}
		if eager, late := imports(t, name); texts.MatchString(name) {
			found++
			if len(eager)+len(late) > 0 {
				t.Errorf("%s imports %v, want a module on its own", name, append(eager, late...))
			}
		}
	}
	if !strings.Contains(read(t, "js/i18n.js"), ofTexts) || found < 2 {
		t.Errorf("got %d modules of texts, and i18n.js without %s", found, ofTexts)
	}
}

// Right-to-left languages turn the page around, so its styles name no left and
// right. What an insert leaves out of the screen is where it is, and a card's face
// never turns.
func TestStylesKnowNoLeftAndRight(t *testing.T) {
	t.Parallel()
	physical := regexp.MustCompile(
		`(?:^|[\s-])(?:left|right)(?:-[\w-]+)?\s*:|(?:text-align|float|clear|justify-\w+)\s*:\s*(?:left|right)|to (?:left|right)|border-(?:top|bottom)-(?:left|right)`)
	sides := regexp.MustCompile(`(?:^|[\s;])(?:margin|padding|inset|border-width)\s*:([^;{}]*);`)
	for _, name := range files(t) {
		if path.Ext(name) != ".css" {
			continue
		}
		content := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(read(t, name), "")
		for _, found := range physical.FindAllString(content, -1) {
			t.Errorf("%s: got %q, want a logical property", name, strings.TrimSpace(found))
		}
		for _, found := range sides.FindAllStringSubmatch(content, -1) {
			if values := strings.Fields(found[1]); len(values) == 4 && values[1] != values[3] && name != "css/card.css" {
				t.Errorf("%s: got %q, want logical properties", name, strings.TrimSpace(found[0]))
			}
		}
	}
}

func TestLazyModulesAreSoOnPurpose(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, name := range files(t) {
		if path.Ext(name) != ".js" {
			continue
		}
		_, late := imports(t, name)
		for _, module := range late {
			found[module] = true
			if !lazy[module] {
				t.Errorf("%s imports %s lazily", name, module)
			}
		}
	}
	for name := range lazy {
		if !found[name] {
			t.Errorf("nothing imports %s lazily", name)
		}
	}
}

func TestNothingTurnsTextIntoCode(t *testing.T) {
	t.Parallel()
	for _, name := range files(t) {
		if ext := path.Ext(name); ext != ".js" && ext != ".html" {
			continue
		}
		for i, line := range strings.Split(read(t, name), "\n") {
			if found := forbidden.FindString(line); found != "" {
				t.Errorf("%s:%d: %s", name, i+1, found)
			}
		}
	}
	if strings.Contains(index(t), "<style") || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(index(t)) {
		t.Error("index.html has a script or a style of its own, which the content security policy forbids")
	}
}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, name := range files(t) {
		if path.Ext(name) == ".png" || texts.MatchString(name) && path.Dir(name) != "js/lang/en" { // some languages have six plural forms
			continue
		}
		if lines := strings.Count(read(t, name), "\n"); lines > maxLines {
			t.Errorf("%s has %d lines, at most %d are allowed", name, lines, maxLines)
		}
	}
}

func TestIconsAreThereInTheirSizes(t *testing.T) {
	t.Parallel()
	var manifest struct {
		Icons []struct{ Src, Sizes, Type string }
	}
	if err := json.Unmarshal([]byte(read(t, "manifest.webmanifest")), &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.Icons) == 0 {
		t.Fatal("the manifest has no icons")
	}
	sizes := map[string]int{"icons/icon-180.png": 180} // index.html names it, not the manifest
	for _, icon := range manifest.Icons {
		icon.Src = strings.TrimPrefix(icon.Src, "{{base}}")
		content := read(t, icon.Src)
		switch icon.Type {
		case "image/svg+xml":
			if !strings.HasPrefix(content, "<svg") {
				t.Errorf("%s is no SVG", icon.Src)
			}
		case "image/png":
			width, _, _ := strings.Cut(icon.Sizes, "x")
			size, err := strconv.Atoi(width)
			if err != nil {
				t.Errorf("%s: sizes %q: %v", icon.Src, icon.Sizes, err)
			}
			sizes[icon.Src] = size
		default:
			t.Errorf("%s: type %q", icon.Src, icon.Type)
		}
	}
	for name, size := range sizes {
		content := read(t, name)
		picture, err := png.DecodeConfig(bytes.NewReader([]byte(content)))
		if err != nil || picture.Width != size || picture.Height != size {
			t.Errorf("%s is %d by %d, want %d by %d (error: %v)", name, picture.Width, picture.Height, size, size, err)
		}
		if len(content) > maxIcon {
			t.Errorf("%s has %d bytes, at most %d are allowed", name, len(content), maxIcon)
		}
	}
}

func TestOnlyThePageIsEmbedded(t *testing.T) {
	t.Parallel()
	kinds := map[string]bool{".html": true, ".js": true, ".css": true, ".svg": true, ".png": true, ".webmanifest": true}
	for _, name := range files(t) {
		if !kinds[path.Ext(name)] || strings.Contains(name, "test") {
			t.Errorf("%s is embedded", name)
		}
	}
}

// The minifier takes `x || false` for a condition and makes it `x`, which shows
// a 0 or an empty text where there should be nothing.
func TestNothingTheMinifierGetsWrong(t *testing.T) {
	wrong := regexp.MustCompile(`(\|\||&&) *(false|true)\b`)
	err := fs.WalkDir(static.Files, "js", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(static.Files, name)
		if found := wrong.Find(text); found != nil {
			t.Errorf("%s: %s", name, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
