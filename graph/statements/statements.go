// Package statements bounds how many SQL statements a query takes, by its document alone: neither the length of lists nor
// the values of variables change the number, as loaders ask the same of all objects at one place at once (ADR 3).
//
// A field with a resolver is taken to read once; [Table] states the fields that read nothing, that read more, and those
// that share a question with others. What a request needs besides its document, and a process keeps in memory for a moment,
// is not counted: the shop with its markets and rates, and who asks. Nor is what a mutation itself does.
//
// Invariant: no case of graph/testdata takes more statements than its bound; tests/ holds it against each of them.
package statements

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/cost"
	"github.com/rialtohq/rialto/graph/engine"
)

// Bounds knows what each field reads.
type Bounds struct {
	reads map[string]cost.Reads
}

// New makes bounds for a schema's object types.
func New(types []*engine.Type) *Bounds {
	b := &Bounds{reads: map[string]cost.Reads{}}
	for _, t := range types {
		for name, n := range t.Numbers {
			if t.Resolved[n] {
				b.reads[t.Name+"."+name] = cost.Reads{Own: 1}
			}
		}
	}
	b.state()
	return b
}

// Of is how many statements an operation takes at most. Nothing is said, false, of one that is no query, and of one whose
// variables decide the number.
func (b *Bounds) Of(op *ast.OperationDefinition, plan *cost.Plan) (most int, said bool) {
	if op.Operation != ast.Query {
		return 0, false
	}
	return plan.Statements(cost.Reader{Of: func(at string) cost.Reads { return b.reads[at] }, Never: never})
}
