package tests

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/schema"
)

// stride is a field of a type, on the way to another type.
type stride struct {
	field *ast.FieldDefinition
	to    string
}

// roads are the schema as a graph: from each type the fields that lead to one with fields of its own. A field of an
// interface or union also leads to the kinds of it, which a document names with "... on".
type roads struct {
	from map[string][]stride
}

func newRoads(s *ast.Schema) roads {
	r := roads{map[string][]stride{}}
	for name, d := range s.Types {
		if strings.HasPrefix(name, "__") {
			continue
		}
		for _, f := range d.Fields {
			to := s.Types[f.Type.Name()]
			if d.Kind != ast.InputObject && !strings.HasPrefix(f.Name, "__") && to.IsCompositeType() {
				r.from[name] = append(r.from[name], stride{f, to.Name})
			}
		}
		if d.IsAbstractType() {
			for _, kind := range s.GetPossibleTypes(d) {
				r.from[name] = append(r.from[name], stride{nil, kind.Name})
			}
		}
	}
	return r
}

// way is the shortest from one type to another; ok is false where there is none.
func (r roads) way(from, to string) (way []stride, ok bool) {
	type reached struct {
		typ string
		way []stride
	}
	seen := map[string]bool{from: true}
	for queue := []reached{{typ: from}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at.typ == to {
			return at.way, true
		}
		for _, s := range r.from[at.typ] {
			if !seen[s.to] {
				seen[s.to] = true
				queue = append(queue, reached{s.to, append(slices.Clip(at.way), s)})
			}
		}
	}
	return nil, false
}

// along asks for what lies at the end of a way, each list as long as it can be.
func along(operation string, way []stride) string {
	var b strings.Builder
	b.WriteString(operation + " { ")
	for _, s := range way {
		switch {
		case s.field == nil:
			b.WriteString("... on " + s.to)
		case s.field.Arguments.ForName("first") != nil:
			b.WriteString(s.field.Name + "(first: 250)")
		default:
			b.WriteString(s.field.Name)
		}
		b.WriteString(" { ")
	}
	return b.String() + "__typename" + strings.Repeat(" }", len(way)+1)
}

// cycleAttacks go round every cycle of the schema until they are too deep: for each field that leads back to its own type,
// the shortest way there from a root and the shortest round through it.
func cycleAttacks(t testing.TB) []attack {
	t.Helper()
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	r := newRoads(loaded)
	var out []attack
	for typ, steps := range r.from {
		for _, s := range steps {
			back, ok := r.way(s.to, typ)
			if !ok || s.field == nil {
				continue
			}
			operation, there, reachable := r.start(loaded, typ)
			if !reachable {
				continue
			}
			way := there
			for len(way) < 40 {
				way = append(append(slices.Clip(way), s), back...)
			}
			out = append(out, attack{name: "Cycle/" + typ + "." + s.field.Name, body: hostileDocument(along(operation, way), nil), status: 422, code: "TOO_DEEP"})
		}
	}
	return out
}

// start is the way to a type from a root.
func (r roads) start(s *ast.Schema, typ string) (operation string, way []stride, ok bool) {
	if way, ok = r.way(s.Query.Name, typ); ok {
		return "query", way, true
	}
	way, ok = r.way(s.Mutation.Name, typ)
	return "mutation", way, ok
}
