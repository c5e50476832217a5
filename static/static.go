// Package static is the web page. It has no build step: the server joins modules
// and style sheets that are loaded together, takes out what only people read, and
// puts the prefix, the base path and what a page shows first, which is in the folder
// shell, into index.html, all of it when it starts. A new
// module needs an import and nothing else; one that is seldom needed is imported by
// import() and then travels apart.
package static

import "embed"

// Files are the page's files, by their paths below this directory. Tests and
// type declarations are not among them.
//
//go:embed index.html missing.html manifest.webmanifest css icons js shell
var Files embed.FS
