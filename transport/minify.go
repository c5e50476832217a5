package transport

import (
	"bytes"
	"path"
	"regexp"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
)

// minified returns a script or a style sheet without what only people read. So the
// page is small and needs no build step. It returns what it cannot parse as it is.
func minified(name string, data []byte) []byte {
	m := minify.New()
	m.AddFunc(".js", js.Minify)
	m.AddFunc(".css", css.Minify)
	if small, err := m.Bytes(path.Ext(name), bytes.Clone(data)); err == nil { // it writes into what it reads
		return small
	}
	return data
}

var cssImport = regexp.MustCompile(`(?m)^@import "([^"]+\.css)";$`)

// withImports replaces each import of a style sheet, which is a line of its own, by
// the file of folder that it names: a browser would ask for it one round trip
// later.
func withImports(data []byte, folder string, content map[string][]byte) []byte {
	return cssImport.ReplaceAllFunc(data, func(line []byte) []byte {
		name := path.Join(folder, string(cssImport.FindSubmatch(line)[1]))
		if imported, ok := content[name]; ok {
			return imported
		}
		return line
	})
}
