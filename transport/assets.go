package transport

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	// minCompressed is the size in bytes from which compressing pays: the page has
	// many small files, and all of them come over one connection.
	minCompressed = 256
	// revalidate is the Cache-Control of paths that stay.
	revalidate = "no-cache"
)

// asset is one file as it is sent.
type asset struct {
	contentType string
	cache       string // Cache-Control
	plain       []byte
	zipped      func() []byte // compresses at the first call, nil if that does not pay; not set: never
	etag        string        // without quotes
}

// assets has the page and everything it loads. The paths of the files contain a
// hash of the whole tree, so relative imports keep working and any change gives all
// of them new paths. The page itself names the hash.
type assets struct {
	page    *asset
	missing []byte            // what somebody sees who follows a wrong link
	byPath  map[string]*asset // by path below the base path
}

// newAssets reads all files. In the page and the manifest, {{base}} stands for the
// base path with its slashes, {{v}} for the hash, {{version}} for the version,
// {{languages}} for the languages that have texts, and {{origin}} for an origin of
// the service, which may be empty.
func newAssets(files fs.FS, origin, base, version string) (*assets, error) {
	content, err := readFiles(files)
	if err != nil {
		return nil, err
	}
	tree := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(content)) {
		_, _ = fmt.Fprintf(tree, "%q %d\n%s\n", name, len(content[name]), content[name]) // a hash never fails
	}
	page, ok := content[pageName]
	if !ok {
		return nil, fmt.Errorf("assets: %w: %s", fs.ErrNotExist, pageName)
	}
	missing := content[missingName]
	delete(content, pageName)
	delete(content, missingName)

	hash := hex.EncodeToString(tree.Sum(nil)[:6])
	fill := strings.NewReplacer("{{origin}}", html.EscapeString(origin), "{{base}}", html.EscapeString(base),
		"{{v}}", hash, "{{version}}", html.EscapeString(version), "{{languages}}", strings.Join(languages(content), " "))

	joined, err := bundles(content, entryName)
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	maps.Copy(content, joined)

	a := &assets{
		page:    newAsset(pageName, []byte(fill.Replace(string(page))), revalidate),
		missing: []byte(fill.Replace(string(missing))),
		byPath:  map[string]*asset{},
	}
	for name, data := range content {
		if name == manifestName {
			data = []byte(fill.Replace(string(data)))
		}
		data = minified(name, withImports(data, path.Dir(name), content))
		a.byPath["v/"+hash+"/"+name] = newAsset(name, data, forever)
		if fixedPath(name) {
			a.byPath[name] = newAsset(name, data, revalidate)
		}
	}
	return a, nil
}

// languages returns the folders of the page's texts.
func languages(content map[string][]byte) (all []string) {
	for _, name := range slices.Sorted(maps.Keys(content)) {
		rest, ok := strings.CutPrefix(name, textsFolder)
		if language, _, found := strings.Cut(rest, "/"); ok && found && !slices.Contains(all, language) {
			all = append(all, language)
		}
	}
	return all
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

// addDocs adds documents below docs/, where index.html is docs/ itself.
func (a *assets) addDocs(files fs.FS) error {
	content, err := readFiles(files)
	if err != nil {
		return err
	}
	for name, data := range content {
		path := docsPath + strings.TrimSuffix(name, pageName)
		a.byPath[path] = newAsset(name, minified(name, data), revalidate)
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

func newAsset(name string, data []byte, cache string) *asset {
	sum := sha256.Sum256(data)
	return &asset{
		contentType: contentType(name),
		cache:       cache,
		plain:       data,
		zipped:      sync.OnceValue(func() []byte { return zip(data) }),
		etag:        hex.EncodeToString(sum[:9]),
	}
}

// compressed returns the content for readers of gzip, or nil if there is none.
func (a *asset) compressed() []byte {
	if a.zipped == nil {
		return nil
	}
	return a.zipped()
}

// zip returns data compressed, or nil if that does not pay. A server compresses a
// file when somebody wants it: all of them at its start would keep everybody
// waiting who was connected before.
func zip(data []byte) []byte {
	if len(data) < minCompressed {
		return nil
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	_, _ = z.Write(data)                                  // a bytes.Buffer never fails
	_ = z.Close()
	if b.Len() >= len(data)*9/10 {
		return nil
	}
	return b.Bytes()
}

// serve answers with the asset, or 304 if the client has it. An answer with a new
// session, or one that should have had one, must not be cached.
func (a *asset) serve(w http.ResponseWriter, r *http.Request, m minting) {
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	body, etag := a.plain, `"`+a.etag+`"`
	if zipped := a.compressed(); zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body, etag = zipped, `"`+a.etag+`-gz"`
		}
	}
	status := http.StatusOK
	switch m.outcome {
	case minted:
		h.Set("Cache-Control", "no-store")
	case mintRefused:
		h.Set("Cache-Control", "no-store")
		h.Set("Retry-After", seconds(m.retryAfter))
		status = http.StatusTooManyRequests
	case notMinted:
		h.Set("Cache-Control", a.cache)
		h.Set("ETag", etag)
		if matches(r.Header.Values("If-None-Match"), etag) {
			h.Del("Content-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // for HEAD, net/http sends none of it
}

func acceptsGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";q=")
		if strings.EqualFold(name, "gzip") {
			q, err := strconv.ParseFloat(weight, 64)
			return err != nil || q > 0
		}
	}
	return false
}

// matches reports whether If-None-Match has the tag, by the weak comparison.
func matches(ifNoneMatch []string, etag string) bool {
	for candidate := range strings.SplitSeq(strings.Join(ifNoneMatch, ","), ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == etag || candidate == "*" {
			return true
		}
	}
	return false
}
