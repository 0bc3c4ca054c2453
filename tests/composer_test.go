package tests

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// composer writes queries at random, out of everything that a schema allows: aliases, fragments, conditions, lists of any length,
// values written out and in variables.
type composer struct {
	*rand.Rand
	schema *ast.Schema
	fill   filler
	// open leaves out fields that ask something of their reader.
	open bool

	number    int
	heads     []string
	fragments []string
	composed
}

// composed is a query that was made up.
type composed struct {
	text      string
	variables map[string]any
	// asked is how long each list was asked to be, among what a kind was asked for of those that there are, and objects are the
	// fields that give any: by their response names, which no other field has.
	asked   map[string]int
	among   map[string][]string
	objects map[string]bool
	// unsized says that it asks for a list of which nobody can say how long it is to be.
	unsized bool
	// roots are its root fields.
	roots []string
}

// lengths are those that lists are asked for.
var lengths = []int{1, 1, 2, 3, 5, 10, 20, 50}

// compose makes up a query.
func (c *composer) compose() composed {
	c.number, c.heads, c.fragments = 0, nil, nil
	c.composed = composed{variables: map[string]any{}, asked: map[string]int{}, among: map[string][]string{}, objects: map[string]bool{}}
	body := c.selection(c.schema.Query, 1+c.IntN(5), 1+c.IntN(2))
	head := "query"
	if len(c.heads) > 0 {
		head += "(" + strings.Join(c.heads, ", ") + ")"
	}
	c.text = head + " " + body + strings.Join(c.fragments, "")
	return c.composed
}

func (c *composer) chance(percent int) bool { return c.IntN(100) < percent }

func (c *composer) name(kind string) string {
	c.number++
	return fmt.Sprintf("%s%d", kind, c.number)
}

// selection asks for some fields of a type, at most so many levels further down.
func (c *composer) selection(def *ast.Definition, levels, most int) string {
	if def.Kind != ast.Object {
		return c.kinds(def, levels)
	}
	var leaves, objects []*ast.FieldDefinition
	for _, f := range def.Fields {
		switch {
		case strings.HasPrefix(f.Name, "__"), c.open && len(needs(c.schema, def, f.Name)) > 0, f.Arguments.ForName("customerAccessToken") != nil:
		case c.schema.Types[f.Type.Name()].IsCompositeType():
			objects = append(objects, f)
		default:
			leaves = append(leaves, f)
		}
	}
	var parts []string
	if c.chance(20) || def == c.schema.Query {
		parts = append(parts, "__typename")
	}
	for range c.IntN(3) {
		if len(leaves) > 0 {
			parts = append(parts, c.field(def, leaves[c.IntN(len(leaves))], levels))
		}
	}
	if levels > 0 && len(objects) > 0 {
		for range 1 + c.IntN(most) {
			parts = append(parts, c.field(def, objects[c.IntN(len(objects))], levels))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "__typename")
	}
	return c.shaped(def, parts)
}

// shaped puts some of a selection into fragments.
func (c *composer) shaped(def *ast.Definition, parts []string) string {
	all := strings.Join(parts, " ")
	switch {
	case c.chance(5):
		name := c.name("F")
		c.fragments = append(c.fragments, fmt.Sprintf(" fragment %s on %s { %s }", name, def.Name, all))
		return fmt.Sprintf("{ ...%s ...%s }", name, name)
	case c.chance(6):
		return fmt.Sprintf("{ ... on %s%s { %s } __typename }", def.Name, c.condition(), all)
	}
	return "{ " + all + " }"
}

// kinds asks for some of the types that an object can be.
func (c *composer) kinds(def *ast.Definition, levels int) string {
	kind := c.name("k")
	parts := []string{kind + ": __typename"}
	possible := slices.Clone(c.schema.GetPossibleTypes(def))
	c.Shuffle(len(possible), func(i, j int) { possible[i], possible[j] = possible[j], possible[i] })
	for _, one := range possible[:min(len(possible), 1+c.IntN(3))] {
		c.among[kind] = append(c.among[kind], one.Name)
		parts = append(parts, "... on "+one.Name+" "+c.selection(one, levels-1, 2))
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

// condition is sometimes one of @skip and @include, which holds more often than not.
func (c *composer) condition() string {
	if !c.chance(5) {
		return ""
	}
	runs := c.chance(70)
	directive, value := "include", runs
	if c.chance(50) {
		directive, value = "skip", !runs
	}
	if c.chance(50) {
		return fmt.Sprintf(" @%s(if: %t)", directive, value)
	}
	v := c.name("v")
	c.heads, c.variables[v] = append(c.heads, "$"+v+": Boolean!"), value
	return fmt.Sprintf(" @%s(if: $%s)", directive, v)
}

// field asks for a field, under a name of its own.
func (c *composer) field(on *ast.Definition, f *ast.FieldDefinition, levels int) string {
	if on == c.schema.Query {
		c.roots = append(c.roots, f.Name)
	}
	name := c.name("a")
	call := name + ": " + f.Name + c.arguments(name, on, f) + c.condition()
	def := c.schema.Types[f.Type.Name()]
	if !def.IsCompositeType() {
		return call
	}
	c.objects[name] = true
	c.unsized = c.unsized || f.Type.Elem != nil && f.Arguments.ForName("first") == nil && f.Arguments.ForName("ids") == nil && f.Arguments.ForName("identifiers") == nil
	below := c.selection
	if def.Fields.ForName("pageInfo") != nil && def.Fields.ForName("edges") != nil {
		below = c.page
	}
	out := call + " " + below(def, levels-1, 2)
	if c.chance(5) { // and once more what is merged with it
		out += " " + call + " " + below(def, levels-1, 1)
	}
	return out
}

// page asks for the items of a connection.
func (c *composer) page(def *ast.Definition, levels, most int) string {
	edge := c.schema.Types[def.Fields.ForName("edges").Type.Name()]
	item := edge.Fields.ForName("node")
	var parts []string
	below := func() string {
		if typ := c.schema.Types[item.Type.Name()]; typ.IsCompositeType() {
			return " " + c.selection(typ, levels, most)
		}
		return ""
	}
	nodes := def.Fields.ForName("nodes") != nil
	switch {
	case nodes && c.chance(75):
		parts = append(parts, "nodes"+below())
	default:
		parts = append(parts, "edges { cursor node"+below()+" }")
	}
	if c.chance(30) {
		parts = append(parts, "pageInfo { hasNextPage endCursor }")
	}
	if f := def.Fields.ForName("totalCount"); f != nil && c.chance(20) && !(c.open && len(needs(c.schema, def, f.Name)) > 0) {
		parts = append(parts, "totalCount")
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

// arguments gives what must be given, a length where there is a list, and sometimes what may be given.
func (c *composer) arguments(name string, on *ast.Definition, f *ast.FieldDefinition) string {
	values := c.fill.values(on, f)
	delete(values, "first")
	size := f.Arguments.ForName("first")
	if size != nil {
		c.asked[name] = assumed(f)
	}
	if size != nil && (size.Type.NonNull || c.chance(85)) {
		n := lengths[c.IntN(len(lengths))]
		which := "first"
		if f.Arguments.ForName("last") != nil && c.chance(10) {
			which = "last"
		}
		values[which], c.asked[name] = n, n
	}
	var out []string
	for _, a := range f.Arguments {
		value, given := values[a.Name]
		switch {
		case given:
		case c.chance(15) && a.Type.NamedType == "Boolean":
			value, given = c.chance(50), true
		}
		if !given {
			continue
		}
		if text, plain := value.(int); plain && c.chance(50) {
			out = append(out, fmt.Sprintf("%s: %d", a.Name, text))
			continue
		}
		v := c.name("v")
		c.heads, c.variables[v] = append(c.heads, "$"+v+": "+a.Type.String()), value
		out = append(out, a.Name+": $"+v)
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ", ") + ")"
}

// assumed is how long the schema takes the list of a field to be where nobody says.
func assumed(f *ast.FieldDefinition) int {
	if d := f.Directives.ForName("listSize"); d != nil && d.Arguments.ForName("assumedSize") != nil {
		n, _ := strconv.Atoi(d.Arguments.ForName("assumedSize").Value.Raw)
		return n
	}
	return 0
}

// full reports whether an answer holds all that it could: every list is as long as it was asked to be, and there is one; nothing is
// null that could be an object; every object is of a kind that something was asked of.
func (c composed) full(data map[string]any) bool {
	seen, short, lacks := 0, false, false
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
				lacks = lacks || item == nil
			}
		case map[string]any:
			for name, below := range v {
				if asked, is := c.asked[name]; is && below != nil {
					seen++
					short = short || lengthOf(below) != asked
				}
				kind, _ := below.(string)
				lacks = lacks || below == nil && c.objects[name] || c.among[name] != nil && !slices.Contains(c.among[name], kind)
				walk(below)
			}
		}
	}
	walk(data)
	return seen > 0 && !short && !lacks
}

// lengthOf is how many items a list or a connection gives.
func lengthOf(v any) int {
	switch v := v.(type) {
	case []any:
		return len(v)
	case map[string]any:
		for _, name := range []string{"nodes", "edges"} {
			if list, ok := v[name].([]any); ok {
				return len(list)
			}
		}
	}
	return -1
}
