package tests

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/graph/schema"
)

// promises are the fields that the schema says are null only beside an error, and where each was seen to keep that.
type promises struct {
	schema *ast.Schema
	asked  atomic.Int64
	mu     sync.Mutex
	seen   map[string]bool
}

func newPromises() *promises {
	p := &promises{schema: gqlparser.MustLoadSchema(schema.Sources()...), seen: map[string]bool{}}
	for _, d := range p.schema.Types {
		for _, f := range d.Fields {
			if d.Kind == ast.Object && promised(f) {
				p.seen[d.Name+"."+f.Name] = false
			}
		}
	}
	return p
}

func promised(f *ast.FieldDefinition) bool { return f.Directives.ForName("semanticNonNull") != nil }

// check looks for promised fields of an answer that are null without an error.
func (p *promises) check(t *testing.T, query string, a *apptest.Answer) {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(p.schema, query, nil)
	p.asked.Add(1)
	if errs != nil || a.Data == nil {
		return
	}
	excused := map[string]bool{}
	for _, e := range a.Errors {
		path := ""
		for _, step := range e.Path {
			path += fmt.Sprint("/", step)
		}
		excused[path] = true
	}
	var walk func(set ast.SelectionSet, v any, path string)
	walk = func(set ast.SelectionSet, v any, path string) {
		if list, ok := v.([]any); ok {
			for i, item := range list {
				walk(set, item, fmt.Sprint(path, "/", i))
			}
			return
		}
		object, ok := v.(map[string]any)
		if !ok {
			return
		}
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				below, has := object[s.Alias]
				at := path + "/" + s.Alias
				if has && s.ObjectDefinition != nil && promised(s.Definition) {
					if below == nil && !excused[at] {
						t.Errorf("%s.%s is null at %s, and no error says why: it is not @semanticNonNull", s.ObjectDefinition.Name, s.Name, at)
					}
					p.mu.Lock()
					p.seen[s.ObjectDefinition.Name+"."+s.Name] = p.seen[s.ObjectDefinition.Name+"."+s.Name] || below != nil
					p.mu.Unlock()
				}
				walk(s.SelectionSet, below, at)
			case *ast.InlineFragment:
				walk(s.SelectionSet, v, path)
			case *ast.FragmentSpread:
				walk(s.Definition.SelectionSet, v, path)
			}
		}
	}
	walk(doc.Operations[0].SelectionSet, a.Data, "")
}

// all has every promise kept by some case, where all of them were asked.
func (p *promises) all(t *testing.T, cases int) {
	t.Helper()
	if p.asked.Load() < int64(cases) {
		return
	}
	for name, seen := range p.seen {
		if !seen {
			t.Errorf("no case shows a value of %s, which is @semanticNonNull", name)
		}
	}
}
