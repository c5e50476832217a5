// Package static is the web page. It has no build step: what is here is what
// browsers get, but for the prefix and base path that the server puts into
// index.html.
package static

import "embed"

// Files are the page's files, by their paths below this directory. Tests and
// type declarations are not among them.
//
//go:embed index.html manifest.webmanifest css icons js
var Files embed.FS
