// Package statements bounds how many SQL statements a query takes, by its document: neither the length of lists nor
// the values of variables change the number, as loaders ask the same of all objects at one place at once (ADR 3). Where each object
// is asked by itself, the longest lists count, or those that a request asks for.
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

// Reader tells what fields read, for [cost.Prices.Reading].
func (b *Bounds) Reader() cost.Reader {
	return cost.Reader{Of: func(at string) cost.Reads { return b.reads[at] }, Never: never}
}

// Prices reads the prices of a schema, with what its fields read.
func Prices(s *ast.Schema, types []*engine.Type) (*cost.Prices, error) {
	prices, err := cost.NewPrices(s)
	if err != nil {
		return nil, err
	}
	return prices.Reading(New(types).Reader()), nil
}
