// Package tests holds what no package can test alone: the house's own rules, and journeys through a whole running app.
package tests

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/rialtohq/rialto/"

// wings are the layers of the house, lowest first: a package imports its own layer and those below it.
var wings = []struct {
	name  string
	holds []string
}{
	{"ent", []string{"ent", "migrations", "policies"}},
	{"platform", []string{"platform"}},
	{"commerce", []string{"commerce"}},
	{"graph", []string{"graph"}},
	{"web", []string{"web"}},
	{"server", []string{"server"}},
	{"app", []string{"app"}},
	{"cmd", []string{"cmd", "tests", "bench"}},
}

// floors are the layers within commerce, lowest first: a capability imports those on floors below its own.
var floors = [][]string{
	{"money", "access", "attempt"},
	{"policy"},
	{"identity", "shop", "promotion", "shipping", "tax"},
	{"customer", "staff", "app", "catalog", "content", "pricing", "upload", "usage", "quota"},
	{"discount", "delivery", "search", "inventory"},
	{"cart", "payment", "oauth", "federation"},
	{"order"},
	{"checkout"},
	{"transfer", "notice", "privacy"},
}

// file is a Go file of the house and what it imports of ours.
type file struct {
	path    string
	pkg     string
	imports []string
	tree    *ast.File
}

func files(t *testing.T) []file {
	t.Helper()
	var out []file
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (strings.HasPrefix(name, ".") && name != ".." || name == "node_modules" || name == "generated") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_generated.go") {
			return nil
		}
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		f := file{path: strings.TrimPrefix(path, "../"), pkg: strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../"), tree: tree}
		for _, i := range tree.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			if rest, ok := strings.CutPrefix(p, module); ok {
				f.imports = append(f.imports, rest)
			}
		}
		out = append(out, f)
		return nil
	})
	if err != nil || len(out) < 100 {
		t.Fatalf("%d files read: %v", len(out), err)
	}
	return out
}

func wingOf(pkg string) int {
	first, _, _ := strings.Cut(pkg, "/")
	return slices.IndexFunc(wings, func(w struct {
		name  string
		holds []string
	}) bool {
		return slices.Contains(w.holds, first)
	})
}

func floorOf(pkg string) int {
	parts := strings.Split(pkg, "/")
	if len(parts) < 2 {
		return -1
	}
	return slices.IndexFunc(floors, func(names []string) bool { return slices.Contains(names, parts[1]) })
}

func TestWhoMayImportWhom(t *testing.T) {
	for _, f := range files(t) {
		if strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		at := wingOf(f.pkg)
		if at < 0 {
			t.Errorf("%s stands in no wing of the house", f.path)
			continue
		}
		for _, imported := range f.imports {
			to := wingOf(imported)
			if to > at {
				t.Errorf("%s (%s) imports %s (%s): down by call, up by event", f.path, wings[at].name, imported, wings[to].name)
			}
			if strings.HasPrefix(f.pkg, "commerce/") && strings.HasPrefix(imported, "commerce/") {
				checkFloors(t, f, imported)
			}
			if imported == "ent/generated" || strings.HasPrefix(imported, "ent/generated/") {
				checkEnt(t, f)
			}
		}
	}
}

func checkFloors(t *testing.T, f file, imported string) {
	t.Helper()
	from, to := floorOf(f.pkg), floorOf(imported)
	if from < 0 || to < 0 {
		t.Errorf("%s or %s stands on no floor: add it to floors in tests/house_test.go", f.pkg, imported)
		return
	}
	same := strings.Split(f.pkg, "/")[1] == strings.Split(imported, "/")[1]
	if !same && to >= from {
		t.Errorf("%s imports %s, which is not below it", f.path, imported)
	}
}

// checkEnt keeps ent's client where statements are: stores, the database package, and what makes migrations.
func checkEnt(t *testing.T, f file) {
	t.Helper()
	base := filepath.Base(f.path)
	allowed := strings.HasPrefix(f.pkg, "ent") || strings.HasPrefix(f.pkg, "migrations") || strings.HasPrefix(f.pkg, "platform/database") ||
		strings.HasPrefix(f.pkg, "commerce/") && strings.HasPrefix(base, "store")
	if !allowed {
		t.Errorf("%s imports ent/generated: statements stand in store*.go", f.path)
	}
}

func TestSchemaOfTablesImportsNothingOfOurs(t *testing.T) {
	for _, f := range files(t) {
		if strings.HasPrefix(f.pkg, "ent/schema") && len(f.imports) > 0 {
			t.Errorf("%s imports %v", f.path, f.imports)
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	doc := map[string]bool{}
	for _, f := range files(t) {
		if strings.HasSuffix(f.path, "_test.go") {
			if _, seen := doc[f.pkg]; !seen && !strings.HasPrefix(f.pkg, "tests") {
				continue
			}
		}
		doc[f.pkg] = doc[f.pkg] || f.tree.Doc != nil
	}
	for pkg, ok := range doc {
		if !ok {
			t.Errorf("package %s has no doc comment", pkg)
		}
	}
}

// sizes that conventions set; a larger file is split by meaning. Data, such as tables of codes, is not code.
const longest = 500

func TestFilesAreNotTooLong(t *testing.T) {
	for _, f := range files(t) {
		if strings.HasSuffix(f.path, "_test.go") || strings.HasSuffix(f.path, ".resolvers.go") {
			continue
		}
		b, err := os.ReadFile(filepath.Join("..", f.path))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "\n"); n > longest {
			t.Errorf("%s has %d lines: split it by meaning", f.path, n)
		}
	}
}

func TestNothingPrintsOrSleeps(t *testing.T) {
	for _, f := range files(t) {
		test := strings.HasSuffix(f.path, "_test.go")
		ast.Inspect(f.tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			name := pkg.Name + "." + sel.Sel.Name
			if !test && regexp.MustCompile(`^fmt\.Print(f|ln)?$`).MatchString(name) {
				t.Errorf("%s calls %s: log, or write to what the caller gave", f.path, name)
			}
			if test && name == "time.Sleep" {
				t.Errorf("%s sleeps: wait for a condition", f.path)
			}
			return true
		})
	}
}

func TestNoStubs(t *testing.T) {
	stub := regexp.MustCompile(`\b(TODO|FIXME)\b|(?i)not implemented`)
	for _, f := range files(t) {
		if f.path == "tests/house_test.go" {
			continue
		}
		b, err := os.ReadFile(filepath.Join("..", f.path))
		if err != nil {
			t.Fatal(err)
		}
		if m := stub.Find(b); m != nil {
			t.Errorf("%s says %q", f.path, m)
		}
	}
}
