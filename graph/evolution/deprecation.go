package evolution

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/coordinate"
)

// deprecationFaults lists what is wrong with the deprecations of the new schema: a reason in another form, a replacement that there
// is not, a date that comes too early, or something that has to be sent.
func deprecationFaults(before, after *ast.Schema, now time.Time) []string {
	was := deprecations(before)
	var out []string
	for _, d := range deprecations(after) {
		r, err := coordinate.ReadReason(d.reason)
		if err != nil {
			out = append(out, fmt.Sprintf("%s: %s", d.at, err))
			continue
		}
		for _, name := range r.Instead {
			if !exists(after, d.beside(name)) {
				out = append(out, fmt.Sprintf("%s: there is no `%s` to use instead", d.at, name))
			}
		}
		if d.required {
			out = append(out, d.at+": it has to be sent, so that nobody can do without it: make it optional first")
		}
		if why := tooEarly(was, d, r, now); why != "" {
			out = append(out, d.at+": "+why)
		}
	}
	return out
}

// tooEarly holds a date against the released schema: a date that is new there, or comes before the one it had, leaves clients the
// months of [Notice].
func tooEarly(released []deprecation, d deprecation, r coordinate.Reason, now time.Time) string {
	if r.Kept() {
		return ""
	}
	if i := slices.IndexFunc(released, func(w deprecation) bool { return w.at == d.at }); i >= 0 {
		promised, err := coordinate.ReadReason(released[i].reason)
		if err == nil && !promised.Kept() && !r.RemovedAfter.Before(promised.RemovedAfter) {
			return ""
		}
	}
	if earliest := now.AddDate(0, Notice, 0).Truncate(24 * time.Hour); r.RemovedAfter.Before(earliest) {
		return fmt.Sprintf("clients have less than %d months from the release on: a date from %s on is meant", Notice, earliest.Format(time.DateOnly))
	}
	return ""
}

// deprecation is an element that is deprecated.
type deprecation struct {
	at, reason string
	required   bool
}

// beside is the coordinate that a name in the reason means: a whole coordinate, or a neighbor of the element.
func (d deprecation) beside(name string) string {
	of, member, argument := parts(d.at)
	switch {
	case strings.Contains(name, "."):
		return name
	case argument != "":
		return of + "." + member + "(" + name + ":)"
	}
	return of + "." + name
}

// deprecations lists what is deprecated in a schema, by coordinate.
func deprecations(s *ast.Schema) []deprecation {
	var out []deprecation
	add := func(at string, directives ast.DirectiveList, required bool) {
		if reason := reasonOf(directives); reason != "" {
			out = append(out, deprecation{at, reason, required})
		}
	}
	for name, def := range s.Types {
		if native(name) {
			continue
		}
		for _, f := range def.Fields {
			at := name + "." + f.Name
			add(at, f.Directives, def.Kind == ast.InputObject && f.Type.NonNull && f.DefaultValue == nil)
			for _, a := range f.Arguments {
				add(argument(at, a.Name), a.Directives, a.Type.NonNull && a.DefaultValue == nil)
			}
		}
		for _, v := range def.EnumValues {
			add(name+"."+v.Name, v.Directives, false)
		}
	}
	slices.SortFunc(out, func(a, b deprecation) int { return strings.Compare(a.at, b.at) })
	return out
}
