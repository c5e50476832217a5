package main

import (
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"example.com/pokey/static"
)

// What the page may weigh, in bytes as they travel: the document with the scripts
// and the style sheet of a room, and what comes after it for dialogs and the big
// screen. The server sends modules that are loaded together as one file.
const (
	budget = 40_000
	later  = 17_700
	first  = 10_000 // the document alone, which is painted when it has come: with its headers, less than a server sends before it waits for an answer
	seldom = 14_000 // each of what is loaded when it is wanted
)

var (
	inRoom = []string{"js/app.js", "js/room-page.js", "css/page.css"}
	after  = []string{"js/views/dialogs/index.js", "css/dialogs.css", "js/views/stage.js", "css/stage.css", "js/people/index.js", "css/people.css"}
	// By their part of the texts.
	wanted = map[string][]string{
		"import":  {"js/import/form.js", "css/import.css"},
		"ahead":   {"js/ahead/index.js", "css/ahead.css"},
		"results": {"js/results/views.js", "css/results.css"},
	}
)

// TestPageWeighs adds up everything a browser loads for a room, in each language.
func TestPageWeighs(t *testing.T) {
	server := listen(t)
	get := func(path string, headers ...string) int {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept-Encoding", "gzip")
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			request.Header.Set(name, value)
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", path, response.Status, err)
		}
		return len(body)
	}
	response, err := http.Get(server.url + "/")
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	tree := regexp.MustCompile(`/v/[0-9a-f]+/`).FindString(string(page))

	weigh := func(names []string) (sum int) {
		t.Helper()
		for _, name := range names {
			size := get(tree + name)
			t.Logf("%6d %s", size, name)
			sum += size
		}
		return sum
	}
	total, rest := weigh(inRoom), weigh(after)
	aside := map[string]int{}
	for part, names := range wanted {
		aside[part] = weigh(names)
	}
	folders, err := fs.ReadDir(static.Files, "js/lang")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		t.Run(folder.Name(), func(t *testing.T) {
			part := func(name string) int {
				t.Helper()
				return get(tree + "js/lang/" + folder.Name() + "/" + name + ".js")
			}
			document := get("/r/x", "Accept-Language: "+folder.Name())
			total, rest := total+document+part("page"), rest+part("dialogs")+part("people")
			start := get("/", "Accept-Language: "+folder.Name())
			t.Logf("%d bytes, and %d for dialogs; the documents are %d and %d for the start", total, rest, document, start)
			if start > first || document > first {
				t.Errorf("the documents: got %d and %d bytes, want at most %d", document, start, first)
			}
			if total > budget {
				t.Errorf("the page: got %d bytes, want at most %d", total, budget)
			}
			if rest > later {
				t.Errorf("the dialogs: got %d bytes, want at most %d", rest, later)
			}
			for name, size := range aside {
				size += part(name)
				t.Logf("%d bytes for %s", size, name)
				if size > seldom {
					t.Errorf("%s: got %d bytes, want at most %d", name, size, seldom)
				}
			}
		})
	}
}
