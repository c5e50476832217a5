package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	caseRow  = regexp.MustCompile(`(?m)^\| ([^|]+) \| (.+) \| (.+) \|$`)
	quoted   = regexp.MustCompile("`([^`]+)`")
	testName = regexp.MustCompile(`^([a-z/-]+)\.((?:Test|Fuzz)[A-Z]\w*)$`)
)

// docs/cases.md has every case of the list once and in order, and names only tests
// and files that there are.
func TestCasesAreWhereTheyAreSaidToBe(t *testing.T) {
	page, err := os.ReadFile("../../docs/cases.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]map[string]bool{} // the tests there are, by package
	next := 1
	for _, row := range caseRow.FindAllStringSubmatch(string(page), -1) {
		number, where := row[1], row[3]
		if _, err := strconv.Atoi(number); err == nil { // the list's; others have letters
			if number != strconv.Itoa(next) {
				t.Fatalf("after case %d comes %s", next-1, number)
			}
			next++
		}
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
			if !tests[pkg][parts[2]] {
				t.Errorf("case %s: there is no %s", number, name[1])
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

// testsOf are the names of the tests of a package.
func testsOf(t *testing.T, pkg string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", pkg, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("package %s: %v", pkg, err)
	}
	found := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				found[f.Name.Name] = true
			}
		}
	}
	return found
}
