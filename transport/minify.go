package transport

import (
	"path"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
)

// smaller takes out of a script or a style sheet what only people read, so that
// the page has no build step and is small all the same. What it cannot make
// sense of stays as it is.
func smaller(name string, data []byte) []byte {
	m := minify.New()
	m.AddFunc(".js", js.Minify)
	m.AddFunc(".css", css.Minify)
	if small, err := m.Bytes(path.Ext(name), data); err == nil {
		return small
	}
	return data
}
