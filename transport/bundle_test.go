package transport

import (
	"slices"
	"strings"
	"testing"
)

// TestModulesAreJoined has a module that two bundles need, a default export, a
// module imported on demand and an address that is relative to a module.
func TestModulesAreJoined(t *testing.T) {
	t.Parallel()
	got, inside, err := bundles(map[string][]byte{
		"js/app.js":        []byte("import { a as b } from './lib/a.js';\nimport texts from './texts.js';\n\nb(texts, import('./late.js'));\n"),
		"js/lib/a.js":      []byte("export const a = 1;\nexport function f() {}\nnew URL('../x', import.meta.url);\n"),
		"js/texts.js":      []byte("export default {\n  k: 'v',\n};\n"),
		"js/late.js":       []byte("import { f } from './lib/a.js';\nimport {\n  g,\n} from './views/g.js';\n\nexport const late = [f, g];\n"),
		"js/views/g.js":    []byte("import { a } from '../lib/a.js';\n\nexport const g = () => [a, import('../lang/de.js')];\n"),
		"js/lang/de.js":    []byte("export default { k: 'w' };\n"),
		"css/not-a-module": []byte("export const x"),
	}, "js/app.js")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"js/app.js": "const module0 = (() => {\nconst a = 1;\nfunction f() {}\nnew URL('../x', new URL('./lib/a.js', import.meta.url).href);\n\n" +
			"return { a, f };\n})();\n" +
			"const module1 = (() => {\nconst exported = {\n  k: 'v',\n};\n\nreturn { default: exported };\n})();\n" +
			"const { a: b } = module0;\nconst { default: texts } = module1;\n\nb(texts, import('./late.js'));\n" +
			"\nexport { module0, module1 };\n",
		"js/late.js": "import { module0 } from './app.js';\n" +
			"const module3 = (() => {\nconst { a } = module0;\n\nconst g = () => [a, import('./lang/de.js')];\n\nreturn { g };\n})();\n" +
			"const { f } = module0;\nconst {\n  g,\n} = module3;\n\nexport const late = [f, g];\n" +
			"\nexport { module3 };\n",
		"js/lang/de.js": "export default { k: 'w' };\n",
	}
	for name, text := range want {
		if string(got[name]) != text {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got[name], text)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d bundles, want %d", len(got), len(want))
	}
	if want := []string{"js/lib/a.js", "js/texts.js", "js/views/g.js"}; !slices.Equal(inside, want) {
		t.Errorf("inside bundles: got %q, want %q", inside, want)
	}
}

// TestWhatCannotBeJoinedIsAnError fails the start of the server, not the page.
func TestWhatCannotBeJoinedIsAnError(t *testing.T) {
	t.Parallel()
	for name, module := range map[string]string{
		"import of everything":        "import * as b from './b.js';\nexport const x = b;\n",
		"export of a list":            "const x = 1;\nexport { x };\n",
		"import for its effect":       "import './b.js';\nexport const x = 1;\n",
		"export from elsewhere":       "export * from './b.js';\n",
		"a module that is not there":  "import { b } from './c.js';\nexport const x = b;\n",
		"at once and also on demand":  "import { b } from './b.js';\nexport const x = () => [b, import('./b.js')];\n",
		"another way to write quotes": "import { b } from \"./b.js\";\nexport const x = b;\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := bundles(map[string][]byte{
				"app.js": []byte("import { x } from './a.js';\n\nx();\n"),
				"a.js":   []byte(module),
				"b.js":   []byte("export const b = 1;\n"),
			}, "app.js")
			if err == nil {
				t.Error("got no error, want one")
			}
		})
	}
	site := map[string][]byte{"app.js": []byte("import { x } from './a.js';\n"), "a.js": []byte("export * from './b.js';\n")}
	if _, _, err := bundles(site, "app.js"); err == nil || !strings.Contains(err.Error(), "a.js") {
		t.Errorf("got the error %v, want one that names a.js", err)
	}
}
