// Package cost prices GraphQL operations before they run, and measures what they came to afterwards.
//
// The price of an operation is the number of objects that it may give, with the weights that the schema states (@cost,
// @listSize: the GraphQL cost directives of IBM's specification), and [StatementPoints] for each SQL statement that a query may take
// for them. Where the schema says nothing an object is 1, a scalar 0, and a mutation 10 more. A list is as long as its slicing argument says, or as the schema assumes; an abstract type
// is as dear as its dearest kind of which there are objects; what is asked twice under one response name is asked once, as the executor has it.
//
// [Prices] are read from the schema once. [Prices.Compile] turns an operation into a [Plan], once per document; a plan is
// priced per request, with the values of its variables and the [Bounds] of the shop, and holds on to nothing of the
// document. It is not a limit of what a document may hold (graph/limits), nor who has how much to spend
// (platform/ratelimit).
//
// Invariants: an estimate is never less than what is measured of the same operation, as long as lists are no longer than
// the schema and the bounds say; a variable and the same value written out cost the same; compiling stops at a number of
// steps, whatever the document.
package cost

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// objectWeight is what an object costs where the schema states nothing.
	objectWeight = 1
	// mutationWeight is what a field of the mutation costs more than what it gives.
	mutationWeight = 10
	// assumedLength is how long a list is taken to be that the schema says nothing of.
	assumedLength = 10
)

// Prices are what the schema says of the cost of each field of each concrete type. They never change.
type Prices struct {
	fields   map[string]map[string]*price // by object type and field
	concrete map[string][]string          // the object types that a type can be
	query    string
	mutation string
	reader   Reader
}

// Reading adds what fields read of the database to what they cost; without, statements cost nothing. It is called before anything
// is compiled.
func (p *Prices) Reading(r Reader) *Prices {
	p.reader = r
	return p
}

// price is what one field costs.
type price struct {
	// weight is that of one value.
	weight float64
	// arguments are weights of arguments that are given.
	arguments map[string]float64
	list      bool
	size      size
	leads     []string
	mutates   bool
}

// size says how long the list of a field gets: its own, or those of the fields below it that are named.
type size struct {
	stated  bool
	assumed int
	slicing []string
	sized   []string
}

// NewPrices reads the schema. Fails where a weight is no number, or where @listSize names an argument or a field that
// there is not.
func NewPrices(s *ast.Schema) (*Prices, error) {
	p := &Prices{fields: map[string]map[string]*price{}, concrete: map[string][]string{}}
	if s.Query != nil {
		p.query = s.Query.Name
	}
	if s.Mutation != nil {
		p.mutation = s.Mutation.Name
	}
	var failed []error
	for name, def := range s.Types {
		for _, possible := range s.GetPossibleTypes(def) {
			p.concrete[name] = append(p.concrete[name], possible.Name)
		}
		slices.Sort(p.concrete[name])
		if def.Kind != ast.Object {
			continue
		}
		p.fields[name] = map[string]*price{}
		for _, f := range def.Fields {
			made, err := priceOf(s, def, f)
			if err != nil {
				failed = append(failed, fmt.Errorf("%s.%s: %w", name, f.Name, err))
				continue
			}
			made.mutates = name == p.mutation
			p.fields[name][f.Name] = made
		}
	}
	return p, errors.Join(failed...)
}

func priceOf(s *ast.Schema, on *ast.Definition, f *ast.FieldDefinition) (*price, error) {
	out := &price{list: f.Type.Elem != nil, arguments: map[string]float64{}}
	def := s.Types[f.Type.Name()]
	if def.IsCompositeType() {
		out.weight = objectWeight
		for _, possible := range s.GetPossibleTypes(def) {
			out.leads = append(out.leads, possible.Name)
		}
		slices.Sort(out.leads)
	}
	for _, directives := range []ast.DirectiveList{def.Directives, f.Directives} {
		if weight, stated, err := weightOf(directives); err != nil {
			return nil, err
		} else if stated {
			out.weight = weight
		}
	}
	for _, a := range f.Arguments {
		if weight, stated, err := weightOf(a.Directives); err != nil {
			return nil, err
		} else if stated {
			out.arguments[a.Name] = weight
		}
	}
	var err error
	out.size, err = sizeOf(s, f)
	for _, face := range s.GetImplements(on) {
		declared := face.Fields.ForName(f.Name)
		if declared == nil || out.size.stated || err != nil {
			continue
		}
		out.size, err = sizeOf(s, declared) // what an interface says of its field holds for who implements it
	}
	return out, err
}

func weightOf(directives ast.DirectiveList) (weight float64, stated bool, err error) {
	d := directives.ForName("cost")
	if d == nil {
		return 0, false, nil
	}
	text := d.Arguments.ForName("weight").Value.Raw
	weight, err = strconv.ParseFloat(text, 64)
	if err != nil || weight < 0 || weight > 1e6 {
		return 0, false, fmt.Errorf("@cost(weight: %q): a number from 0 to 1000000 is meant", text)
	}
	return weight, true, nil
}

func sizeOf(s *ast.Schema, f *ast.FieldDefinition) (size, error) {
	d := f.Directives.ForName("listSize")
	if d == nil {
		return size{assumed: assumedLength}, nil
	}
	out := size{stated: true, assumed: assumedLength, slicing: texts(d, "slicingArguments"), sized: texts(d, "sizedFields")}
	if a := d.Arguments.ForName("assumedSize"); a != nil {
		n, err := strconv.Atoi(a.Value.Raw)
		if err != nil || n < 0 {
			return out, fmt.Errorf("@listSize(assumedSize: %s): a number is meant", a.Value.Raw)
		}
		out.assumed = n
	}
	for _, name := range out.slicing {
		if f.Arguments.ForName(name) == nil {
			return out, fmt.Errorf("@listSize names the argument %q, which there is not", name)
		}
	}
	for _, name := range out.sized {
		if s.Types[f.Type.Name()].Fields.ForName(name) == nil {
			return out, fmt.Errorf("@listSize names the field %q, which there is not", name)
		}
	}
	return out, nil
}

func texts(d *ast.Directive, argument string) (out []string) {
	if a := d.Arguments.ForName(argument); a != nil {
		for _, c := range a.Value.Children {
			out = append(out, c.Value.Raw)
		}
	}
	return out
}
