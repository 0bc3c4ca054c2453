// Package evolution tells whether a change of the GraphQL schema is safe for clients that were written against the schema
// before: clients that cannot be upgraded, because there is one schema and no version of it.
//
// [Diff] compares two schemas and classifies each change. [Gate.Check] holds the changes against what is known of clients:
// the operations that apps have registered, and the use that was counted. A breaking change passes where nothing touches
// it, and where no promise about a date forbids it; a dangerous one passes where somebody has said why it may.
// docs/howto/evolve-the-schema.md shows how a change is made that nobody notices.
//
// It is not the counting of use (commerce/usage), nor what an operation touches (graph/coordinate).
//
// Invariants: comparing a schema with itself gives nothing; what a change touches is named by exact schema coordinates, never
// by their beginning; an operation that no longer validates is broken whatever else is known.
package evolution

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Level says what a change does to clients that were written against the schema before.
type Level uint8

const (
	// Safe changes are noticed by nobody who does not look for them.
	Safe Level = iota
	// Dangerous changes leave every operation valid, but answers or refusals may be new to clients.
	Dangerous
	// Breaking changes make operations fail that worked, or break what clients make of their answers.
	Breaking
)

// String is the level in lower case.
func (l Level) String() string {
	return [...]string{"safe", "dangerous", "breaking"}[l]
}

// Change is one difference between two schemas.
type Change struct {
	Level Level
	Kind  Kind
	// Coordinate names the element: a schema coordinate such as `Product.title` or `Query.products(first:)`.
	Coordinate string
	// Of is what the element got or lost where that has no coordinate of its own: a member, an interface or a location.
	Of string
	// Message says what changed and, unless it is safe, what to do.
	Message string
	// Touched are the coordinates whose use makes an operation break: sets, of which it touches all of one. Only breaking
	// changes have any.
	Touched [][]string
	// Shown says how it is known of an operation whether it breaks.
	Shown Shown
	// Removed is what the reason of @deprecated said where a deprecated element is gone, empty otherwise.
	Removed string
}

// Name tells the change from all others: its kind and coordinate, as the file of acknowledged changes has them.
func (c *Change) Name() string {
	if c.Of != "" {
		return string(c.Kind) + " " + c.Coordinate + "=" + c.Of
	}
	return string(c.Kind) + " " + c.Coordinate
}

// Shown says where the use of an element shows.
type Shown uint8

const (
	// InText shows in the text of an operation: what validation finds.
	InText Shown = iota
	// InTypes shows in what the text touches: it may stay valid, but what comes back or is sent is of another type.
	InTypes
	// InValues shows in the values of variables: only use that was counted tells.
	InValues
)

// Diff lists what changed from one schema to the next, what breaks first. Descriptions do not count, nor does the order of
// things. The metadata of the schema counts where clients notice it: prices (@cost, @listSize), access rules and promises
// (@semanticNonNull).
func Diff(before, after *ast.Schema) []Change {
	d := &differ{before: before, after: after, given: given(after)}
	d.roots()
	for _, name := range both(before.Types, after.Types) {
		d.definition(before.Types[name], after.Types[name])
	}
	for _, name := range both(before.Directives, after.Directives) {
		d.directive(before.Directives[name], after.Directives[name])
	}
	slices.SortStableFunc(d.changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), strings.Compare(a.Coordinate, b.Coordinate), strings.Compare(a.Name(), b.Name()))
	})
	return d.changes
}

// Worst is the highest level among changes.
func Worst(changes []Change) Level {
	worst := Safe
	for _, c := range changes {
		worst = max(worst, c.Level)
	}
	return worst
}

// differ compares two schemas.
type differ struct {
	before, after *ast.Schema
	// given are the types that fields of the new schema return.
	given   map[string]bool
	changes []Change
}

func (d *differ) add(c Change) { d.changes = append(d.changes, c) }

// each makes sets of one.
func each(coordinates ...string) [][]string {
	out := make([][]string, len(coordinates))
	for i, c := range coordinates {
		out[i] = []string{c}
	}
	return out
}

// both lists the names of two maps in order, once each, without what GraphQL itself brings.
func both[T any](before, after map[string]T) []string {
	var names []string
	for _, m := range []map[string]T{before, after} {
		for name := range m {
			if !native(name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// native reports whether GraphQL itself declares a type or a directive of this name.
func native(name string) bool {
	switch name {
	case "Int", "Float", "String", "Boolean", "ID", "deprecated", "include", "skip", "specifiedBy", "oneOf", "defer":
		return true
	}
	return strings.HasPrefix(name, "__")
}

// given lists the types that fields return.
func given(s *ast.Schema) map[string]bool {
	out := map[string]bool{}
	for _, def := range s.Types {
		if def.Kind != ast.InputObject {
			for _, f := range def.Fields {
				out[f.Type.Name()] = true
			}
		}
	}
	return out
}

func (d *differ) roots() {
	for _, r := range []struct {
		operation     string
		before, after *ast.Definition
	}{{"query", d.before.Query, d.after.Query}, {"mutation", d.before.Mutation, d.after.Mutation}, {"subscription", d.before.Subscription, d.after.Subscription}} {
		was, is := nameOf(r.before), nameOf(r.after)
		if was == is {
			continue
		}
		if was == "" {
			d.add(Change{Kind: RootAdded, Coordinate: is, Message: "Operations of kind " + r.operation + " begin at `" + is + "`."})
		} else {
			d.add(Change{
				Level: Breaking, Kind: RootChanged, Coordinate: was, Touched: each(was),
				Message: "Operations of kind " + r.operation + " no longer begin at `" + was + "`. Keep the root type.",
			})
		}
	}
}

func nameOf(def *ast.Definition) string {
	if def == nil {
		return ""
	}
	return def.Name
}
