package graph

import (
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/schema"
)

// TestEveryNodeIsFound walks the types that are nodes: each is found by its id, or is on the list of those that are not, with a reason.
func TestEveryNodeIsFound(t *testing.T) {
	t.Parallel()
	parsed := gqlparser.MustLoadSchema(schema.Sources()...)
	finders := (&Resolver{}).finders()
	node := parsed.Types["Node"]
	nodes := 0
	for _, def := range parsed.PossibleTypes[node.Name] {
		if def.Kind != ast.Object {
			continue
		}
		nodes++
		_, found := finders[def.Name]
		reason, exempt := unfound[def.Name]
		switch {
		case found && exempt:
			t.Errorf("%s is found, and is said not to be", def.Name)
		case !found && reason == "":
			t.Errorf("%s is a node that node(id:) does not find: give it a finder in graph/node.go, or a reason in unfound", def.Name)
		}
	}
	for name := range unfound {
		if d := parsed.Types[name]; d == nil {
			t.Errorf("%s is said not to be found, and does not exist", name)
		}
	}
	for name := range finders {
		if d := parsed.Types[name]; d == nil || !isNode(d) {
			t.Errorf("%s has a finder and is no node", name)
		}
	}
	if nodes < 40 {
		t.Errorf("only %d types were looked at", nodes)
	}
}

func isNode(d *ast.Definition) bool {
	for _, i := range d.Interfaces {
		if i == "Node" {
			return true
		}
	}
	return false
}
