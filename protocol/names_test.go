package protocol

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// names is what the Go declarations of this package call things on the wire.
type names struct {
	requests, events, codes, closes []string
}

// declared reads the names from the source, so that no list can be forgotten:
// a request is called like its type, an event says its name in its method, and
// codes are constants.
func declared(t *testing.T) names {
	t.Helper()
	n := names{events: []string{"roomStatus", "roomPatch"}}
	for _, file := range []string{"request.go", "event.go", "code.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				n.method(t, d)
			case *ast.GenDecl:
				n.constants(t, d)
			}
		}
	}
	if len(n.requests) < 27 || len(n.events) < 12 || len(n.codes) < 25 || len(n.closes) < 14 {
		t.Fatalf("got only %+v from the source: the test does not understand it", n)
	}
	return n
}

func (n *names) method(t *testing.T, d *ast.FuncDecl) {
	switch d.Name.Name {
	case "request":
		name := d.Recv.List[0].Type.(*ast.Ident).Name
		n.requests = append(n.requests, strings.ToLower(name[:1])+name[1:])
	case "event":
		n.events = append(n.events, literal(t, d.Body.List[0].(*ast.ReturnStmt).Results[0]))
	}
}

func (n *names) constants(t *testing.T, d *ast.GenDecl) {
	if d.Tok != token.CONST {
		return
	}
	for _, s := range d.Specs {
		s := s.(*ast.ValueSpec)
		switch s.Type.(*ast.Ident).Name {
		case "Code":
			n.codes = append(n.codes, literal(t, s.Values[0]))
		case "CloseCode":
			n.closes = append(n.closes, s.Values[0].(*ast.BasicLit).Value)
		}
	}
}

func literal(t *testing.T, e ast.Expr) string {
	t.Helper()
	s, err := strconv.Unquote(e.(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryCodeHasItsWords(t *testing.T) {
	codes := declared(t).codes
	for _, code := range codes {
		e := NewError(Code(code))
		if string(e.Code) != code || !strings.HasSuffix(e.Message, ".") {
			t.Errorf("%s: got %+v, want this code and a sentence", code, e)
		}
		retryable := slices.Contains([]Code{RateLimited, Unavailable, StorageFull, Internal}, e.Code)
		if e.Retryable != retryable {
			t.Errorf("%s: got retryable %v, want %v", code, e.Retryable, retryable)
		}
	}
	if len(refusals) != len(codes) {
		t.Errorf("got %d codes in the table, want %d", len(refusals), len(codes))
	}
	if e := NewError("no_such_code"); e.Code != Internal {
		t.Errorf("an unknown code: got %s, want %s", e.Code, Internal)
	}
}

// TestGoldenFilesAreComplete finds the request or event that nobody wrote a
// golden file for, and the file that belongs to none.
func TestGoldenFilesAreComplete(t *testing.T) {
	n := declared(t)
	for folder, want := range map[string][]string{"requests": n.requests, "events": n.events} {
		entries, err := os.ReadDir(filepath.Join("testdata", folder))
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]bool)
		for _, e := range entries {
			name, ok := strings.CutSuffix(e.Name(), ".json")
			if !ok {
				continue
			}
			name, _, _ = strings.Cut(name, "-")
			got[name] = true
			if !slices.Contains(want, name) {
				t.Errorf("testdata/%s/%s is for none of %q", folder, e.Name(), want)
			}
		}
		for _, name := range want {
			if !got[name] {
				t.Errorf("testdata/%s has no file for %s", folder, name)
			}
		}
	}
}
