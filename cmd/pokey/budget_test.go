package main

import (
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"testing"

	"example.com/pokey/static"
)

// What the page may weigh, in bytes as they travel: the document with the scripts
// and style sheets of a room, and those of its dialogs, which come after it with
// their texts.
const (
	budget = 40_000
	later  = 14_000
)

// dialogs says whether only dialogs or the big screen need a file.
func dialogs(name string) bool {
	return strings.HasPrefix(name, "js/views/dialogs/") || strings.HasPrefix(name, "js/parse/") || name == "js/export.js" || name == "js/download.js" ||
		name == "css/dialogs.css" || name == "js/lang/en/dialogs.js" || name == "css/stage.css" || name == "js/views/stage.js"
}

// TestPageWeighs adds up everything a browser loads for a room, in one language.
func TestPageWeighs(t *testing.T) {
	server := listen(t)
	get := func(path string) (int, []byte) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept-Encoding", "gzip")
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", path, response.Status, err)
		}
		return len(body), body
	}
	response, err := http.Get(server.url + "/")
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	tree := regexp.MustCompile(`/v/[0-9a-f]+/`).FindString(string(page))

	total, _ := get("/")
	rest := 0
	err = fs.WalkDir(static.Files, ".", func(name string, d fs.DirEntry, err error) error {
		kind := path.Ext(name)
		if err != nil || d.IsDir() || (kind != ".js" && kind != ".css") || strings.HasPrefix(name, "js/lang/de/") {
			return err
		}
		if kind == ".css" && name != "css/page.css" && name != "css/dialogs.css" && name != "css/stage.css" {
			return nil // page.css is sent with what it imports
		}
		size, _ := get(tree + name)
		if dialogs(name) {
			rest += size
		} else {
			total += size
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes, and %d for dialogs", total, rest)
	if total > budget {
		t.Errorf("the page weighs %d bytes, %d too many", total, total-budget)
	}
	if rest > later {
		t.Errorf("the dialogs weigh %d bytes, %d too many", rest, rest-later)
	}
}
