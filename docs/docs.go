// Package docs has the documents of the protocol that every server serves, below
// docs/ of its base path.
package docs

import "embed"

// Files are the protocol as a page, as Markdown and as an AsyncAPI document, and the
// style sheet of the page. index.html and protocol.md are made by the tests of package
// protocol.
//
//go:embed index.html protocol.md asyncapi.yaml docs.css
var Files embed.FS
