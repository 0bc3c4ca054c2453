package tests

import (
	"go/ast"
	"os"
	"slices"
	"strings"
	"testing"
)

// sweep marks a test that goes through thousands of requests one after the other. They take minutes with the race detector, which
// has nothing to find in them that the tests of carts, stock and cases do not show it: `make test` runs them without.
func sweep(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("goes through everything: make test runs it without the race detector")
	}
}

// Every sweep is on the list of the Makefile, or nothing would run it.
func TestMakefileKnowsTheSweeps(t *testing.T) {
	text, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(text), "\nSWEEPS := ")
	if !found {
		t.Fatal("the Makefile has no SWEEPS")
	}
	list, _, _ = strings.Cut(list, "\n")
	var swept []string
	known := strings.Split(strings.TrimSuffix(strings.TrimPrefix(list, "^("), ")$$"), "|")
	for _, f := range files(t) {
		if f.pkg != "tests" {
			continue
		}
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && callsSweep(fn) {
				swept = append(swept, fn.Name.Name)
				if !slices.Contains(known, fn.Name.Name) {
					t.Errorf("%s is a sweep; put it into SWEEPS of the Makefile", fn.Name.Name)
				}
			}
		}
	}
	if len(swept) != len(known) {
		t.Errorf("SWEEPS of the Makefile are %v; these are sweeps: %v", known, swept)
	}
}

func callsSweep(fn *ast.FuncDecl) (calls bool) {
	ast.Inspect(fn, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if ok {
			name, _ := call.Fun.(*ast.Ident)
			calls = calls || name != nil && name.Name == "sweep"
		}
		return true
	})
	return calls
}
