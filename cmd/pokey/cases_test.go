package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	caseRow   = regexp.MustCompile(`(?m)^\| (\d+) \| (.+) \| (.+) \|$`)
	quoted    = regexp.MustCompile("`([^`]+)`")
	testName  = regexp.MustCompile(`^([a-z/-]+)\.((?:Test|Fuzz)[A-Z]\w*)$`)
	ownCases  = regexp.MustCompile(`\b[Cc]ases? (\d+(?:(?:, | and )\d+)*)`)
	caseCount = regexp.MustCompile(`\d+`)
)

// docs/cases.md has every case of the list once and in order, names only tests
// and files that there are, and the tests of the two packages that it is mostly
// about say themselves which cases they are.
func TestCasesAreWhereTheyAreSaidToBe(t *testing.T) {
	page, err := os.ReadFile("../../docs/cases.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]map[string]string{} // the text of each test by package
	next := 1
	for _, row := range caseRow.FindAllStringSubmatch(string(page), -1) {
		number, where := row[1], row[3]
		if number != strconv.Itoa(next) {
			t.Fatalf("after case %d comes %s", next-1, number)
		}
		next++
		named := 0
		for _, name := range quoted.FindAllStringSubmatch(where, -1) {
			parts := testName.FindStringSubmatch(name[1])
			if parts == nil {
				if _, err := os.Stat(filepath.Join("../..", name[1])); err == nil {
					named++
				} else if !strings.HasPrefix(where, "left out: ") {
					t.Errorf("case %s: there is no %s", number, name[1])
				}
				continue
			}
			named++
			pkg := parts[1]
			if tests[pkg] == nil {
				tests[pkg] = testsOf(t, pkg)
			}
			text, there := tests[pkg][parts[2]]
			switch {
			case !there:
				t.Errorf("case %s: there is no %s", number, name[1])
			case strings.HasPrefix(where, "left out: "):
			case (pkg == "transport" || pkg == "cmd/pokey") && !saysCase(text, number):
				t.Errorf("%s does not say that it is case %s", name[1], number)
			}
		}
		if named == 0 && !strings.HasPrefix(where, "left out: ") {
			t.Errorf("case %s is tested nowhere, and nothing says why", number)
		}
	}
	if next != 134 {
		t.Errorf("the cases end before %d", next)
	}
}

// testsOf are the tests of a package with their comments and bodies.
func testsOf(t *testing.T, pkg string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", pkg, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("package %s: %v", pkg, err)
	}
	found := map[string]string{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				begin := f.Pos()
				if f.Doc != nil {
					begin = f.Doc.Pos()
				}
				found[f.Name.Name] = string(source[set.Position(begin).Offset:set.Position(f.End()).Offset])
			}
		}
	}
	return found
}

func saysCase(text, number string) bool {
	// A comment may go on in the next line.
	text = regexp.MustCompile(`\n\s*// `).ReplaceAllString(text, " ")
	for _, m := range ownCases.FindAllStringSubmatch(text, -1) {
		if slices.Contains(caseCount.FindAllString(m[1], -1), number) {
			return true
		}
	}
	return false
}
