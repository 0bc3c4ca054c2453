package evolution

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// metadata compares what the directives of a type and its fields say of prices, access, and values that are there.
func (d *differ) metadata(before, after *ast.Definition) {
	d.weight(after.Name, stated(before.Directives), stated(after.Directives), plain(after))
	if !before.IsCompositeType() {
		return
	}
	d.access(after.Name, ruleOf(before, nil), ruleOf(after, nil))
	for _, f := range after.Fields {
		was := before.Fields.ForName(f.Name)
		if was == nil {
			continue
		}
		at := after.Name + "." + f.Name
		of := d.after.Types[f.Type.Name()]
		d.weight(at, stated(was.Directives), stated(f.Directives), natural(of))
		d.listSize(at, was.Directives.ForName("listSize"), f.Directives.ForName("listSize"))
		d.promises(at, was, f)
		if hasRule(was.Directives) || hasRule(f.Directives) { // else it is the type's, which is compared above
			d.access(at, ruleOf(before, was), ruleOf(after, f))
		}
	}
}

// argumentCost compares what sending an argument or an input field costs.
func (d *differ) argumentCost(at string, before, after ast.DirectiveList) {
	d.weight(at, stated(before), stated(after), 0)
}

// stated is the weight of @cost; false where it has none.
func stated(directives ast.DirectiveList) *float64 {
	dir := directives.ForName("cost")
	if dir == nil {
		return nil
	}
	weight, err := strconv.ParseFloat(text(dir, "weight"), 64)
	if err != nil {
		return nil
	}
	return &weight
}

// natural is what a value of a type costs where its field states nothing.
func natural(def *ast.Definition) float64 {
	if def != nil {
		if own := stated(def.Directives); own != nil {
			return *own
		}
	}
	return plain(def)
}

// plain is what a value costs where nothing is stated at all.
func plain(def *ast.Definition) float64 {
	if def != nil && def.IsCompositeType() {
		return 1
	}
	return 0
}

func (d *differ) weight(at string, before, after *float64, natural float64) {
	if before == nil && after == nil {
		return
	}
	was, is := natural, natural
	if before != nil {
		was = *before
	}
	if after != nil {
		is = *after
	}
	switch {
	case is > was:
		d.add(Change{
			Level: Dangerous, Kind: CostRaised, Coordinate: at,
			Message: fmt.Sprintf("`%s` costs %g points instead of %g: operations may come to their limit. Acknowledge it when they stay far below.", at, is, was),
		})
	case is < was:
		d.add(Change{Kind: CostLowered, Coordinate: at, Message: fmt.Sprintf("`%s` costs %g points instead of %g.", at, is, was)})
	}
}

// assumed is how long the cost model takes a list to be where the schema does not say.
const assumed = 10

func (d *differ) listSize(at string, before, after *ast.Directive) {
	was, is := lengthOf(before), lengthOf(after)
	switch {
	case is.n > was.n || !slices.Equal(is.slicing, was.slicing) || !slices.Equal(is.sized, was.sized) || is.one && !was.one:
		d.add(Change{
			Level: Dangerous, Kind: ListSizeRaised, Coordinate: at,
			Message: fmt.Sprintf("The list of `%s` is priced in another way: operations may come to their limit. Acknowledge it when they stay far below.", at),
		})
	case is.n < was.n || was.one && !is.one:
		d.add(Change{Kind: ListSizeLowered, Coordinate: at, Message: fmt.Sprintf("The list of `%s` is reckoned with %d objects instead of %d.", at, is.n, was.n)})
	}
}

// length is what @listSize says.
type length struct {
	n              int
	slicing, sized []string
	one            bool
}

func lengthOf(dir *ast.Directive) length {
	out := length{n: assumed}
	if dir == nil {
		return out
	}
	if n, err := strconv.Atoi(text(dir, "assumedSize")); err == nil {
		out.n = n
	}
	out.slicing, out.sized = texts(dir, "slicingArguments"), texts(dir, "sizedFields")
	// The directive asks for one by default, but only where there is something to choose from.
	out.one = len(out.slicing) > 0 && text(dir, "requireOneSlicingArgument") != "false"
	return out
}

// promises compares where a field is null only beside an error. Clients make types of it, as they do of what is never null.
func (d *differ) promises(at string, before, after *ast.FieldDefinition) {
	was, is := promised(before), promised(after)
	if slices.ContainsFunc(was, func(level int) bool { return !slices.Contains(is, level) && !never(after.Type, level) }) {
		d.add(Change{
			Level: Breaking, Kind: PromiseBroken, Coordinate: at, Touched: each(at), Shown: InTypes,
			Message: fmt.Sprintf("`%s` may now be null without an error. Keep the promise, and give what is new a name of its own.", at),
		})
		return
	}
	if slices.ContainsFunc(is, func(level int) bool { return !slices.Contains(was, level) && !never(before.Type, level) }) {
		d.add(Change{Kind: PromiseMade, Coordinate: at, Message: fmt.Sprintf("`%s` is now null only beside an error.", at)})
	}
}

// promised are the levels of lists that @semanticNonNull speaks of.
func promised(f *ast.FieldDefinition) []int {
	dir := f.Directives.ForName("semanticNonNull")
	if dir == nil {
		return nil
	}
	given := texts(dir, "levels")
	if dir.Arguments.ForName("levels") == nil {
		given = []string{"0"}
	}
	levels := make([]int, 0, len(given))
	for _, text := range given {
		if n, err := strconv.Atoi(text); err == nil {
			levels = append(levels, n)
		}
	}
	return levels
}

// never reports whether a type is never null at a level of its lists.
func never(t *ast.Type, level int) bool {
	for ; t != nil && level > 0; level-- {
		t = t.Elem
	}
	return t != nil && t.NonNull
}

func texts(dir *ast.Directive, argument string) []string {
	var out []string
	if a := dir.Arguments.ForName(argument); a != nil {
		for _, c := range a.Value.Children {
			out = append(out, c.Value.Raw)
		}
	}
	slices.Sort(out)
	return out
}
