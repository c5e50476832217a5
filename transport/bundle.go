package transport

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The page's modules are many and short; over the wire those that are loaded
// together are one file, so that a browser asks once and gzip sees them all. A
// bundle has the path of the module it is loaded by, its root. The formatter of
// the page keeps imports and exports where these expressions find them, and what
// they do not find is an error. Each begins with plain text, most of them with the
// newline before the statement, so that a search skips to where that text is: this
// takes a tenth of the time.
var (
	staticImport  = regexp.MustCompile(`(?m)\nimport (\{[^}]*\}|\w+) from '([^']+)';$`)
	dynamicImport = regexp.MustCompile(`import\('([^']+)'\)`)
	exportName    = regexp.MustCompile(`\nexport (?:const|let|class|function|async function) (\w+)`)
	fromWord      = regexp.MustCompile(`\n(?:import\b[^(].*|export\b.*\bfrom\b.*)`)
	moduleWord    = regexp.MustCompile(`\n(?:import|export)\b.*`)
	exportWord    = "\nexport "
	defaultWord   = "\nexport default "
	metaURL       = "import.meta.url"
)

// bundler assigns each module to the first root that needs it.
type bundler struct {
	content map[string][]byte
	roots   []string
	root    map[string]string // of each module
	order   []string          // what a module imports comes before it
	source  map[string]string // of each module, after the end of a line
	name    map[string]string // of the variable that holds what a module exports
}

// bundles joins the modules that entry and the modules imported on demand need. It
// returns the bundles by the paths of their roots, and the paths of the modules that
// are inside them.
func bundles(content map[string][]byte, entry string) (made map[string][]byte, inside []string, err error) {
	if _, ok := content[entry]; !ok {
		return nil, nil, nil
	}
	b := &bundler{
		content: content, roots: []string{entry}, root: map[string]string{}, source: map[string]string{}, name: map[string]string{},
	}
	for done := 0; done < len(b.roots); { // each visit may find more of them
		root := b.roots[done]
		done++
		if err := b.visit(root, root); err != nil {
			return nil, nil, err
		}
	}
	for i, module := range b.order {
		b.name[module] = fmt.Sprintf("module%d", i)
		if b.root[module] != module {
			inside = append(inside, module)
		}
	}
	made = map[string][]byte{}
	for _, root := range b.roots {
		text, err := b.bundle(root)
		if err != nil {
			return nil, nil, err
		}
		made[root] = []byte(text)
	}
	return made, inside, nil
}

// visit puts a module and what it imports into the bundle of root.
func (b *bundler) visit(module, root string) error {
	if b.root[module] != "" {
		return nil
	}
	source, ok := b.content[module]
	if !ok {
		return fmt.Errorf("bundle: %s is not there", module)
	}
	if module != root && slices.Contains(b.roots, module) {
		return fmt.Errorf("bundle: %s is imported at once and on demand", module)
	}
	b.root[module] = root
	b.source[module] = "\n" + string(source)
	for _, found := range staticImport.FindAllStringSubmatch(b.source[module], -1) {
		if err := b.visit(path.Join(path.Dir(module), found[2]), root); err != nil {
			return err
		}
	}
	b.order = append(b.order, module)
	for _, found := range dynamicImport.FindAllStringSubmatch(b.source[module], -1) {
		late := path.Join(path.Dir(module), found[1])
		if slices.Contains(b.roots, late) {
			continue
		}
		if b.root[late] != "" {
			return fmt.Errorf("bundle: %s is imported at once and on demand", late)
		}
		b.roots = append(b.roots, late)
	}
	return nil
}

// bundle writes the modules of a root one after the other, each but the root as
// a variable that holds its exports.
func (b *bundler) bundle(root string) (string, error) {
	var text strings.Builder
	foreign := map[string][]string{} // variables by the root that has them
	var names []string
	for _, module := range b.order {
		if b.root[module] != root {
			continue
		}
		body, exports, err := b.module(module, root, foreign)
		if err != nil {
			return "", err
		}
		if module == root {
			text.WriteString(body)
			continue
		}
		names = append(names, b.name[module])
		fmt.Fprintf(&text, "const %s = (() => {\n%s\nreturn { %s };\n})();\n", b.name[module], body, strings.Join(exports, ", "))
	}
	if len(names) > 0 {
		fmt.Fprintf(&text, "\nexport { %s };\n", strings.Join(names, ", "))
	}
	var head strings.Builder
	for _, other := range slices.Sorted(maps.Keys(foreign)) {
		slices.Sort(foreign[other])
		fmt.Fprintf(&head, "import { %s } from '%s';\n", strings.Join(slices.Compact(foreign[other]), ", "), relative(root, other))
	}
	return head.String() + text.String(), nil
}

// module is the text of a module inside the bundle of root, and what it exports.
func (b *bundler) module(module, root string, foreign map[string][]string) (body string, exports []string, err error) {
	body = staticImport.ReplaceAllStringFunc(b.source[module], func(line string) string {
		found := staticImport.FindStringSubmatch(line)
		from := path.Join(path.Dir(module), found[2])
		if home := b.root[from]; home != root {
			foreign[home] = append(foreign[home], b.name[from])
		}
		names := strings.ReplaceAll(found[1], " as ", ": ")
		if !strings.HasPrefix(names, "{") {
			names = "{ default: " + names + " }"
		}
		return fmt.Sprintf("\nconst %s = %s;", names, b.name[from])
	})
	body = dynamicImport.ReplaceAllStringFunc(body, func(call string) string {
		late := path.Join(path.Dir(module), dynamicImport.FindStringSubmatch(call)[1])
		return fmt.Sprintf("import('%s')", relative(root, late))
	})
	if module != root {
		body = strings.ReplaceAll(body, metaURL, fmt.Sprintf("new URL('%s', import.meta.url).href", relative(root, module)))
		for _, found := range exportName.FindAllStringSubmatch(body, -1) {
			exports = append(exports, found[1])
		}
		if strings.Contains(body, defaultWord) {
			body = strings.Replace(body, defaultWord, "\nconst exported = ", 1)
			exports = append(exports, "default: exported")
		} else if strings.Count(body, exportWord) == len(exports) {
			body = strings.ReplaceAll(body, exportWord, "\n")
		}
	}
	left := moduleWord
	if module == root { // whose own exports stay
		left = fromWord
	}
	if line := strings.TrimPrefix(left.FindString(body), "\n"); line != "" {
		return "", nil, fmt.Errorf("bundle: %s: %q cannot be joined", module, line)
	}
	return strings.TrimPrefix(body, "\n"), exports, nil
}

// relative is the path of a module as another one names it.
func relative(from, to string) string {
	rel, err := filepath.Rel(path.Dir(from), to)
	if err != nil {
		return to
	}
	return "./" + filepath.ToSlash(rel)
}
