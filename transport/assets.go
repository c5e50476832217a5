package transport

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

const (
	pageName  = "index.html"
	entryName = "js/app.js" // the module that the page loads
	// textsFolder has a folder for each language.
	textsFolder = "js/lang/"
	// missingName is the page for paths that there are not.
	missingName = "missing.html"
	docsPath    = "docs/"
	// manifestName is what a browser reads that installs the page as an app.
	manifestName = "manifest.webmanifest"
	// forever is the Cache-Control of paths that change with their content.
	forever = "public, max-age=31536000, immutable"
	// revalidate is the Cache-Control of paths that stay.
	revalidate = "no-cache"
)

// assets has the page and everything it loads. The paths of the files contain a
// hash of the whole tree, so relative imports keep working and any change gives all
// of them new paths. The page itself names the hash.
type assets struct {
	documents map[documentKey]*document // the page
	missing   []byte                    // what somebody sees who follows a wrong link
	byPath    map[string]*asset         // by path below the base path
}

// newAssets reads all files. In the page and the manifest, {{base}} stands for the
// base path with its slashes, {{v}} for the hash, {{version}} for the version,
// {{languages}} for the languages that have texts, and {{origin}} for an origin of
// the service, which may be empty. What else the page has in such braces is
// different in each of its documents.
func newAssets(files fs.FS, origin, base, version string) (*assets, error) {
	content, err := readFiles(files)
	if err != nil {
		return nil, err
	}
	tree := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(content)) {
		_, _ = fmt.Fprintf(tree, "%q %d\n%s\n", name, len(content[name]), content[name]) // a hash never fails
	}
	if _, ok := content[pageName]; !ok {
		return nil, fmt.Errorf("assets: %w: %s", fs.ErrNotExist, pageName)
	}
	hash := hex.EncodeToString(tree.Sum(nil)[:6])
	fill := strings.NewReplacer("{{origin}}", html.EscapeString(origin), "{{base}}", html.EscapeString(base),
		"{{v}}", hash, "{{version}}", html.EscapeString(version), "{{languages}}", strings.Join(languages(content), " "))

	documents, err := newDocuments(content, fill)
	if err != nil {
		return nil, err
	}
	missing := fill.Replace(string(content[missingName]))
	maps.DeleteFunc(content, func(name string, _ []byte) bool {
		return name == pageName || name == missingName || name == bootName || strings.HasPrefix(name, shellFolder)
	})

	joined, inside, err := bundles(content, entryName)
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	maps.Copy(content, joined)
	for _, module := range inside { // nobody asks for it, and a second copy would have a state of its own
		delete(content, module)
	}

	a := &assets{documents: documents, missing: []byte(missing), byPath: map[string]*asset{}}
	for name, data := range content {
		made := onDemand(func() []byte {
			if name == manifestName {
				data = []byte(fill.Replace(string(data)))
			}
			return minified(name, withImports(data, path.Dir(name), content))
		})
		a.byPath["v/"+hash+"/"+name] = &asset{contentType(name), forever, made}
		if fixedPath(name) {
			a.byPath[name] = &asset{contentType(name), revalidate, made}
		}
	}
	return a, nil
}

// readFiles returns the content of all files by name.
func readFiles(files fs.FS) (map[string][]byte, error) {
	content := map[string][]byte{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content[name], err = fs.ReadFile(files, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	return content, nil
}

// document returns the page for a view in the language that the request's user wants.
func (a *assets) document(view view, r *http.Request) *document {
	language := languageOf(r, func(language string) bool { return a.documents[documentKey{language, view}] != nil })
	return a.documents[documentKey{language, view}]
}

// addDocs adds documents below docs/, where index.html is docs/ itself.
func (a *assets) addDocs(files fs.FS) error {
	content, err := readFiles(files)
	if err != nil {
		return err
	}
	for name, data := range content {
		path := docsPath + strings.TrimSuffix(name, pageName)
		a.byPath[path] = &asset{contentType(name), revalidate, onDemand(func() []byte { return minified(name, data) })}
	}
	return nil
}

// fixedPath reports whether a file is also served at its own name, for browsers
// that ask by convention and for the manifest.
func fixedPath(name string) bool {
	switch path.Ext(name) {
	case ".png", ".svg", ".ico":
		return strings.HasPrefix(name, "icon") || // also the folder icons
			strings.HasPrefix(name, "favicon") || strings.HasPrefix(name, "apple-touch-icon")
	default:
		return name == manifestName
	}
}
