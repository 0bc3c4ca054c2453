package cost

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// ErrTooManySteps says that an operation has more ways through its abstract types than are worth pricing.
var ErrTooManySteps = errors.New("cost: the operation has too many ways through interfaces and unions")

// maxSteps is how many fields compiling looks at, each as often as a type on the way can be another.
const maxSteps = 50_000

// Plan is an operation with the price of each of its fields. It may be shared between requests.
type Plan struct {
	roots   []*node
	prices  *Prices
	mutates bool
	once    sync.Once
	made    *gauge
	// on are the variables that the price depends on.
	depends sync.Once
	on      []variable
}

// node is a field of the answer.
type node struct {
	name      string // in the answer
	at        string // its coordinate, Type.field
	weight    float64
	mutation  float64
	arguments []weighed
	when      [][]condition // alternatives, each of conditions that must all hold; nil is always
	list      bool
	length    length
	sized     []string  // the fields below that are as long as length says, where the field itself gives one object
	given     []given   // the arguments that are written there and change what it reads
	leads     []string  // the kinds of object that the field can give
	kinds     [][]*node // the fields below, for each of them
}

// weighed is an argument that costs something where it is given: always, or where its variable has a value.
type weighed struct {
	weight   float64
	variable string
}

// item is one of a list: its text, or the variable that has it.
type item struct{ text, variable string }

func itemOf(v *ast.Value) item {
	if v.Kind == ast.Variable {
		return item{variable: v.Raw}
	}
	return item{text: v.Raw}
}

// given is an argument that is given: always, or where its variable has a value.
type given struct{ name, variable string }

// condition is one of @skip or @include that depends on a variable.
type condition struct {
	variable string
	include  bool
}

// length is how long a list gets.
type length struct {
	assumed int
	// given are values of slicing arguments that were written out, variables those that are variables.
	given     []int
	variables []string
	// items are those of a list that was written out.
	items []item
	// fixed says that no length can be asked for.
	fixed bool
}

// compiler compiles one operation.
type compiler struct {
	prices *Prices
	steps  int
	kept   map[string][]*node
}

// occurrence is a field where it is written, under the conditions of what it is written in.
type occurrence struct {
	field *ast.Field
	when  []condition
}

// Compile prices the fields of an operation of a validated document. Fails with [ErrTooManySteps].
func (p *Prices) Compile(op *ast.OperationDefinition) (*Plan, error) {
	root := p.query
	if op.Operation == ast.Mutation {
		root = p.mutation
	}
	c := &compiler{prices: p, steps: maxSteps, kept: map[string][]*node{}}
	roots := c.selection(root, []part{{op.SelectionSet, nil}})
	if c.steps < 0 {
		return nil, ErrTooManySteps
	}
	return &Plan{roots: roots, prices: p, mutates: op.Operation != ast.Query}, nil
}

// part is a selection set under conditions.
type part struct {
	set  ast.SelectionSet
	when []condition
}

// selection makes the nodes of what is selected of an object type.
func (c *compiler) selection(on string, parts []part) []*node {
	var names []string
	found := map[string][]occurrence{}
	for _, p := range parts {
		c.collect(on, p.set, p.when, func(name string, o occurrence) {
			if _, known := found[name]; !known {
				names = append(names, name)
			}
			found[name] = append(found[name], o)
		}, map[spread]bool{})
	}
	var out []*node
	for _, name := range names {
		if n := c.node(on, name, found[name]); n != nil {
			out = append(out, n)
		}
	}
	return out
}

// spread is a fragment under conditions: spread again under the same, it adds nothing.
type spread struct {
	fragment *ast.FragmentDefinition
	when     string
}

// collect visits the fields that an object of a type is asked for, as the executor collects them (specification, 6.3.2).
func (c *compiler) collect(on string, set ast.SelectionSet, when []condition, visit func(string, occurrence), seen map[spread]bool) {
	for _, s := range set {
		if c.steps--; c.steps < 0 {
			return
		}
		switch s := s.(type) {
		case *ast.Field:
			if under, ever := conditions(s.Directives, when); ever && s.Name != "__typename" {
				visit(s.Alias, occurrence{s, under})
			}
		case *ast.InlineFragment:
			if under, ever := conditions(s.Directives, when); ever && c.fits(on, s.TypeCondition) {
				c.collect(on, s.SelectionSet, under, visit, seen)
			}
		case *ast.FragmentSpread:
			under, ever := conditions(s.Directives, when)
			at := spread{s.Definition, conditionText(under)}
			if !ever || s.Definition == nil || seen[at] || !c.fits(on, s.Definition.TypeCondition) {
				continue
			}
			seen[at] = true
			c.collect(on, s.Definition.SelectionSet, under, visit, seen)
		}
	}
}

func (c *compiler) fits(on, condition string) bool {
	return condition == "" || slices.Contains(c.prices.concrete[condition], on)
}

// conditions adds what @skip and @include say. Ever is false where they are written out so that the selection never runs.
func conditions(directives ast.DirectiveList, when []condition) (under []condition, ever bool) {
	for _, name := range []string{"skip", "include"} {
		d := directives.ForName(name)
		if d == nil {
			continue
		}
		value := d.Arguments.ForName("if").Value
		switch {
		case value.Kind == ast.Variable:
			when = append(slices.Clip(when), condition{value.Raw, name == "include"})
		case (value.Raw == "true") != (name == "include"):
			return nil, false
		}
	}
	return when, true
}

// introspection is what it costs to ask about the schema itself: the whole of it is a large answer, whoever asks.
var introspection = map[string]float64{"__schema": 20_000, "__type": 1_000}

// node makes one field of the answer of all the places where it is written.
func (c *compiler) node(on, name string, places []occurrence) *node {
	first := places[0].field
	if weight, asks := introspection[first.Name]; asks {
		return &node{name: name, at: on + "." + first.Name, weight: weight}
	}
	priced := c.prices.fields[on][first.Name]
	if priced == nil {
		return nil // validation has seen to it that the field exists wherever it can be executed
	}
	n := &node{name: name, at: on + "." + first.Name, weight: priced.weight, list: priced.list, sized: priced.size.sized, length: lengthOf(priced.size, first)}
	if priced.mutates {
		n.mutation = mutationWeight
	}
	for _, a := range first.Arguments { // the same wherever the field is written, or the document is not valid
		if c.prices.readsWith(n.at, a.Name) && a.Value.Kind != ast.NullValue {
			g := given{name: a.Name}
			if a.Value.Kind == ast.Variable {
				g.variable = a.Value.Raw
			}
			n.given = append(n.given, g)
		}
		if weight := priced.arguments[a.Name]; weight != 0 {
			w := weighed{weight: weight}
			if a.Value.Kind == ast.Variable {
				w.variable = a.Value.Raw
			}
			n.arguments = append(n.arguments, w)
		}
	}
	var parts []part
	for _, o := range places {
		n.when = append(n.when, o.when)
		parts = append(parts, part{o.field.SelectionSet, o.when})
	}
	if slices.ContainsFunc(n.when, func(all []condition) bool { return len(all) == 0 }) {
		n.when = nil
	}
	if first.SelectionSet != nil {
		n.leads, n.kinds = priced.leads, c.kinds(priced.leads, places, parts)
	}
	return n
}

// kinds makes the fields below for each type that a field can give. Types of which the same is asked share theirs.
func (c *compiler) kinds(leads []string, places []occurrence, parts []part) (out [][]*node) {
	var key strings.Builder
	for _, o := range places {
		key.WriteString(strconv.Itoa(o.field.Position.Start) + conditionText(o.when) + "/")
	}
	for _, typ := range leads {
		if c.steps < 0 {
			return nil
		}
		kept, known := c.kept[typ+" "+key.String()]
		if !known {
			kept = c.selection(typ, parts)
			c.kept[typ+" "+key.String()] = kept
		}
		out = append(out, kept)
	}
	return out
}

func conditionText(all []condition) string {
	var b strings.Builder
	for _, c := range all {
		b.WriteString("@" + c.variable + strconv.FormatBool(c.include))
	}
	return b.String()
}

// Lengths names the variables in which a length stands: how long a list is, or the list that it is asked by. They are in order.
func (p *Plan) Lengths() []string {
	names, seen := map[string]bool{}, map[*node]bool{}
	var walk func([]*node)
	walk = func(nodes []*node) {
		for _, n := range nodes {
			if seen[n] {
				continue
			}
			seen[n] = true
			for _, name := range n.length.variables {
				names[name] = true
			}
			for _, kind := range n.kinds {
				walk(kind)
			}
		}
	}
	walk(p.roots)
	return slices.Sorted(maps.Keys(names))
}

// lengthOf reads the slicing arguments of a field where it is written.
func lengthOf(s size, f *ast.Field) length {
	out := length{assumed: s.assumed, fixed: len(s.slicing) == 0}
	for _, name := range s.slicing {
		a := f.Arguments.ForName(name)
		switch {
		case a == nil:
			if d := f.Definition.Arguments.ForName(name); d != nil && d.DefaultValue != nil && d.DefaultValue.Kind == ast.IntValue {
				out.add(d.DefaultValue)
			}
		case a.Value.Kind == ast.Variable:
			out.variables = append(out.variables, a.Value.Raw)
		default:
			out.add(a.Value)
		}
	}
	return out
}

// add adds a value that was written out: a number, or a list, which counts its items.
func (l *length) add(value *ast.Value) {
	switch value.Kind {
	case ast.IntValue:
		if n, err := strconv.ParseInt(value.Raw, 10, 64); err == nil {
			l.given = append(l.given, clamp(n)) // as it is read from a variable
		}
	case ast.ListValue:
		l.given = append(l.given, len(value.Children))
		for _, c := range value.Children {
			l.items = append(l.items, itemOf(c.Value))
		}
	case ast.NullValue:
	default:
		l.given, l.items = append(l.given, 1), append(l.items, itemOf(value)) // one value stands for a list of it
	}
}
