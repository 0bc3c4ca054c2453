package evolution

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/core"

	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/graph/coordinate"
	"github.com/rialtohq/rialto/graph/limits"
)

// clients is what is known of them: what they registered, and what they used.
type clients struct {
	registered []registered
	used       []*used
	// byHash are the registered texts by the beginnings of their hashes, by how long these are.
	byHash map[int]map[string]*held
}

// registered is a registered operation with its text, which several releases may share.
type registered struct {
	Operation
	*held
}

// held is a text, held against both schemas.
type held struct {
	hash string
	// touched are the coordinates that it names itself, and reaches those that the values of its variables can touch.
	touched, reaches map[string]bool
	// invalid says why it validates no longer; empty where it does, or never did.
	invalid string
	// seen says that its use was counted: it tells what its variables hold.
	seen bool
}

// used is an operation of an app whose use was counted.
type used struct {
	app, operation string
	// text is set where it is registered.
	text *held
	// touched are the uses by coordinate.
	touched map[string]Use
}

// clients reads what there is to know about the breaking ones among changes.
func (g *Gate) clients(ctx context.Context, changes []Change) (*clients, error) {
	known := &clients{}
	if g.Operations != nil {
		operations, err := g.Operations.InForce(ctx)
		if err != nil {
			return nil, err
		}
		r := newReplay(g.Before, g.After)
		for _, op := range operations {
			known.registered = append(known.registered, registered{op, r.hold(op.Text)})
		}
	}
	asked := coordinatesOf(changes)
	if g.Usage == nil || len(asked) == 0 {
		return known, nil
	}
	// Every operation touches a root type: whether it was used at all is asked with it.
	for _, root := range []*ast.Definition{g.Before.Query, g.Before.Mutation, g.Before.Subscription} {
		if root != nil {
			asked = append(asked, root.Name)
		}
	}
	slices.Sort(asked)
	uses, err := g.Usage.Used(ctx, slices.Compact(asked), g.Now.Add(-g.Window))
	known.use(uses)
	return known, err
}

func coordinatesOf(changes []Change) []string {
	var out []string
	for i := range changes {
		out = append(out, slices.Concat(changes[i].Touched...)...)
	}
	return out
}

// use sorts uses by operation, and finds those whose text is registered.
func (k *clients) use(uses []Use) {
	type key struct{ app, operation, document string }
	found := map[key]*used{}
	for _, u := range uses {
		at := key{u.App, u.Operation, u.Document}
		one := found[at]
		if one == nil {
			one = &used{app: u.App, operation: u.Operation, touched: map[string]Use{}, text: k.text(u.Document)}
			if one.text != nil {
				one.text.seen = true
			}
			found[at] = one
			k.used = append(k.used, one)
		}
		sum := one.touched[u.Coordinate]
		u.Count += sum.Count
		if sum.LastUsed.After(u.LastUsed) {
			u.LastUsed = sum.LastUsed
		}
		one.touched[u.Coordinate] = u
	}
}

// text finds a registered text by the beginning of its hash.
func (k *clients) text(document string) *held {
	n := len(document)
	if n == 0 {
		return nil
	}
	if k.byHash[n] == nil {
		if k.byHash == nil {
			k.byHash = map[int]map[string]*held{}
		}
		k.byHash[n] = map[string]*held{}
		for _, r := range k.registered {
			k.byHash[n][r.hash[:min(n, len(r.hash))]] = r.held
		}
	}
	return k.byHash[n][document]
}

// invalid lists the registered operations that no longer validate, and that none of the changes was found to break.
func (k *clients) invalid(changes []Judged) []Broken {
	type key struct{ app, release, operation string }
	told := map[key]bool{}
	for i := range changes {
		for _, b := range changes[i].Broken {
			told[key{b.App, b.Release, b.Operation}] = true
		}
	}
	var out []Broken
	for _, r := range k.registered {
		if r.invalid != "" && !told[key{r.App, r.Release, r.Name}] {
			out = append(out, Broken{App: r.App, Release: r.Release, Operation: r.Name, Why: r.invalid})
		}
	}
	return out
}

// broken lists the operations that a breaking change breaks, as far as they were used since.
func (k *clients) broken(c *Change, since time.Time) []Broken {
	var out []Broken
	for _, r := range k.registered {
		if at, is := r.breaks(c); is {
			out = append(out, Broken{App: r.App, Release: r.Release, Operation: r.Name, Coordinate: at, Why: r.invalid})
		}
	}
	for _, u := range k.used {
		if u.text != nil && u.text.decides(c) {
			continue
		}
		if use, is := u.touches(c, since); is {
			out = append(out, Broken{App: u.app, Operation: u.operation, Coordinate: use.Coordinate, Count: use.Count, LastUsed: use.LastUsed})
		}
	}
	slices.SortStableFunc(out, func(a, b Broken) int {
		return cmp.Or(strings.Compare(b.Release, a.Release), strings.Compare(a.App, b.App), strings.Compare(a.Operation, b.Operation))
	})
	return out
}

// decides reports whether the text alone tells if a change breaks the operation: no value of a variable can hold what changed.
func (h *held) decides(c *Change) bool {
	of, _, _ := parts(c.Coordinate)
	return c.Shown == InText || !h.reaches[of]
}

// breaks reports whether the operation breaks by a change, and at which coordinate.
func (h *held) breaks(c *Change) (string, bool) {
	at, names := whole(c.Touched, func(at string) bool { return h.touched[at] })
	switch {
	case c.Shown == InTypes && names:
		return at, true
	case names && h.invalid != "":
		return at, true
	case !h.decides(c) && !h.seen && h.invalid == "":
		// It was never used, so that its variables may hold whatever fits.
		return whole(c.Touched, func(at string) bool { return h.touched[at] || h.reaches[at] })
	}
	return "", false
}

func (u *used) touches(c *Change, since time.Time) (Use, bool) {
	at, is := whole(c.Touched, func(at string) bool {
		use, there := u.touched[at]
		return there && !use.LastUsed.Before(since)
	})
	return u.touched[at], is
}

// whole finds the first set of which all are touched, and gives its first.
func whole(sets [][]string, touched func(string) bool) (string, bool) {
	for _, set := range sets {
		if !slices.ContainsFunc(set, func(at string) bool { return !touched(at) }) {
			return set[0], true
		}
	}
	return "", false
}

// replay holds texts against two schemas, each once.
type replay struct {
	before, after *ast.Schema
	coordinates   *coordinate.Schema
	texts         map[string]*held
}

func newReplay(before, after *ast.Schema) *replay {
	return &replay{before: before, after: after, coordinates: coordinate.NewSchema(before), texts: map[string]*held{}}
}

func (r *replay) hold(text string) *held {
	if known := r.texts[text]; known != nil {
		return known
	}
	out := &held{hash: operation.HashOf(text), touched: map[string]bool{}, reaches: map[string]bool{}}
	r.texts[text] = out
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return out // it was never valid, so nothing breaks it
	}
	core.Walk(r.before, doc, &core.Events{}) // binds it to the schema
	for _, o := range doc.Operations {
		touches := r.coordinates.Of(o)
		for _, at := range slices.Concat(touches.Known, touches.Given()) {
			out.touched[at] = true
		}
		for _, v := range o.VariableDefinitions {
			r.reach(v.Type.Name(), out.reaches)
		}
	}
	var read limits.Limits
	if _, err := read.Read(r.after, text); err != nil {
		if _, before := read.Read(r.before, text); before == nil {
			out.invalid = first(err)
		}
	}
	return out
}

// first is the first thing that is wrong with a document, without the place in the text.
func first(err error) string {
	var list gqlerror.List
	if errors.As(err, &list) && len(list) > 0 {
		return list[0].Message
	}
	return err.Error()
}

// reach gathers the coordinates that a value of a type can touch.
func (r *replay) reach(name string, into map[string]bool) {
	def := r.before.Types[name]
	if def == nil || into[name] {
		return
	}
	into[name] = true
	for _, v := range def.EnumValues {
		into[name+"."+v.Name] = true
	}
	if def.Kind == ast.InputObject {
		for _, f := range def.Fields {
			into[name+"."+f.Name] = true
			r.reach(f.Type.Name(), into)
		}
	}
}
