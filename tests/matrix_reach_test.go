package tests

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/app/apptest"
)

// atlas knows a way to an object of every type that the shop has one of.
type atlas struct {
	*premises
	schema *ast.Schema
	// fill fills arguments with what the shop has, idle with ids of nothing, so that a mutation changes nothing of it.
	fill, idle filler
	routes     map[string]route
}

// newAtlas finds the ways by walking, as somebody who may see everything: first to what has a global id, then field by field
// from what was found.
func newAtlas(t *testing.T, p *premises, s *ast.Schema) *atlas {
	t.Helper()
	w := &walkIn{premises: p, schema: s}
	w.filler = filler{s, w.samplesOf(p), w.more()}
	w.filler.more["InventoryLevel.quantities.names"] = []any{"available"}
	w.filler.more["metafieldDefinitions.ownerType"] = "PRODUCT"
	w.filler.more["metafieldDefinitionDelete.id"] = "gid://rialto/MetafieldDefinition/" + uuid.NewString()
	a := &atlas{premises: p, schema: s, fill: w.filler, idle: filler{s, samples{}, samples{}}, routes: map[string]route{}}
	for at, value := range w.filler.samples {
		a.idle.samples[at] = ofNothing(value)
	}
	for at, value := range w.filler.more {
		a.idle.more[at] = ofNothing(value)
	}
	a.idle.samples["customerAccessToken"], a.idle.samples["staffAccessToken"] = "no token", "no token"
	var next []route
	for _, name := range slices.Sorted(maps.Keys(p.things)) {
		if def := s.Types[name]; def != nil && slices.Contains(s.GetPossibleTypes(s.Types["Node"]), def) {
			next = append(next, a.node(def, p.things[name]))
		}
	}
	for _, kind := range []string{"query", "mutation"} {
		for _, root := range w.roots(kind) {
			st := a.root(kind, root)
			for _, end := range a.ends(root) {
				if st.field.Arguments.ForName("customerAccessToken") == nil { // else the token says who asks
					next = append(next, route{kind, []step{st}, end})
				}
			}
		}
	}
	a.walk(t, next)
	return a
}

// several is how many ways to a type are followed further: one object may lack what another has.
const several = 5

func (a *atlas) walk(t *testing.T, next []route) {
	t.Helper()
	followed := map[string]int{}
	for len(next) > 0 {
		r := next[0]
		next = next[1:]
		name := r.end.Name
		if followed[name] == several || len(r.steps) > deepest || !a.seen(t, r) {
			continue
		}
		followed[name]++
		if _, known := a.routes[name]; !known {
			a.routes[name] = r
		}
		next = append(next, a.onward(r)...)
	}
}

func ofNothing(value any) any {
	if id, ok := value.(string); ok && strings.HasPrefix(id, "gid://rialto/") {
		typ, rest, _ := strings.Cut(strings.TrimPrefix(id, "gid://rialto/"), "/")
		_, key, keyed := strings.Cut(rest, "?")
		if keyed { // what is asked with a key is looked for, and what that takes is told
			return "gid://rialto/" + typ + "/" + uuid.NewString() + "?" + key
		}
		return "gid://rialto/" + typ + "/" + uuid.NewString()
	}
	return value
}

func (a *atlas) node(def *ast.Definition, id string) route {
	return route{"query", []step{{a.schema.Query, a.schema.Query.Fields.ForName("node"), map[string]any{"id": id}}}, def}
}

func (a *atlas) root(kind string, root *ast.FieldDefinition) step {
	if kind == "mutation" {
		return step{a.schema.Mutation, root, a.idle.values(a.schema.Mutation, root)}
	}
	return step{a.schema.Query, root, a.fill.values(a.schema.Query, root)}
}

// ends are the concrete types of what a field gives.
func (a *atlas) ends(f *ast.FieldDefinition) []*ast.Definition {
	def := a.schema.Types[f.Type.Name()]
	if !def.IsCompositeType() {
		return nil
	}
	return a.schema.GetPossibleTypes(def)
}

// onward are the routes one field further.
func (a *atlas) onward(r route) (out []route) {
	for _, f := range r.end.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		for _, end := range a.ends(f) {
			out = append(out, r.then(step{r.end, f, a.fill.values(r.end, f)}, end))
		}
	}
	return out
}

// seen reports whether there is an object at the end of a route, for the owner.
func (a *atlas) seen(t *testing.T, r route) (found bool) {
	t.Helper()
	answer := a.ask(t, r, nil, a.back)
	r.objects(any(answer.Data), func([]any, map[string]any) { found = true })
	return found
}

func (a *atlas) ask(t *testing.T, r route, fields []step, who apptest.Headers) *apptest.Answer {
	t.Helper()
	query, variables := r.document(a.schema, fields)
	answer, err := a.Try(context.WithoutCancel(t.Context()), query, variables, who)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	for _, e := range answer.Errors {
		switch code := fmt.Sprint(e.Extensions["code"]); {
		case code == "INTERNAL", strings.Contains(code, "VALIDATION"), strings.Contains(code, "PARSE"):
			t.Fatalf("%s with %v: %s: %s", query, variables, code, e.Message)
		}
	}
	return answer
}

// guarded are the fields of a type that ask something of their reader.
func (a *atlas) guarded(def *ast.Definition) (out []step) {
	for _, f := range def.Fields {
		if !strings.HasPrefix(f.Name, "__") && len(needs(a.schema, def, f.Name)) > 0 {
			out = append(out, step{def, f, a.fill.values(def, f)})
		}
	}
	return out
}
