package access

import (
	"cmp"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/fault"
)

// Plan says which fields of an operation its caller is refused. It may be shared between requests and never changes.
//
// Fields are named by concrete type and field name, not by their place in the document: a rule depends on nothing else,
// and gqlgen merges selections, so that a field is not always met at the place where it was written.
type Plan struct {
	policies Policies
	guarded  map[Coordinate]verdict
	// parts are the plans of the root fields, by response name, where not all have the same caller; else nil.
	parts map[string]*Plan
	// refused are the root fields that are refused, in the order written.
	refused     []refusal
	allDenied   bool
	introspects bool
}

// verdict is the refusal of one field: for good, or unless the policies of its rule agree.
type verdict struct {
	code    fault.Code
	pending bool
	rule    Rule
	// lacking are the scopes that would do, for those who work for the shop.
	lacking [][]string
}

// Denial is a field that the caller is refused, for logs.
type Denial struct {
	Coordinate
	Code fault.Code
}

// refusal is a root field that is refused.
type refusal struct {
	root
	verdict
}

// newPlan judges what an operation reaches for one actor.
func newPlan(policies Policies, reached reach, by iam.Actor) *Plan {
	p := &Plan{policies: policies, guarded: map[Coordinate]verdict{}, introspects: reached.introspects}
	for _, f := range reached.guarded {
		code, pending := f.rule.Check(by)
		switch {
		case code != "":
			p.guarded[f.at] = verdict{code: code, lacking: f.rule.lacking(by)}
		case pending:
			p.guarded[f.at] = verdict{code: refusalFor(by), pending: true, rule: f.rule}
		}
	}
	for _, r := range reached.roots {
		if v, ok := p.guarded[r.at]; ok && !v.pending {
			p.refused = append(p.refused, refusal{r, v})
		}
	}
	p.allDenied = len(p.refused) > 0 && len(p.refused) == len(reached.roots) && !reached.introspects
	return p
}

// joinPlans makes one plan of those of the root fields, of which several may share one.
func joinPlans(policies Policies, parts map[string]*Plan, introspects bool) *Plan {
	p := &Plan{policies: policies, guarded: map[Coordinate]verdict{}, parts: parts, allDenied: !introspects, introspects: introspects}
	var joined []*Plan
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		part := parts[name]
		if slices.Contains(joined, part) {
			continue
		}
		joined = append(joined, part)
		for at, v := range part.guarded {
			if before, ok := p.guarded[at]; !ok || before.pending {
				p.guarded[at] = v
			}
		}
		p.refused = append(p.refused, part.refused...)
		p.allDenied = p.allDenied && part.allDenied
	}
	slices.SortFunc(p.refused, func(a, b refusal) int {
		return cmp.Or(a.line.Line-b.line.Line, a.line.Column-b.line.Column)
	})
	return p
}

// Empty reports whether every field may simply be read, so that nothing needs to be checked while executing.
func (p *Plan) Empty() bool { return len(p.guarded) == 0 }

// In gives the plan in force below a root field, by its response name. It is the plan itself unless root fields have
// callers of their own.
func (p *Plan) In(root string) *Plan {
	if p.parts == nil {
		return p
	}
	if part := p.parts[root]; part != nil {
		return part
	}
	return p // a name that was not planned for gets the strictest answer: what any of the callers is refused
}

// Denied reports whether a field is refused without asking any policy, and with which code. Statement planners ask it
// before they load for a field ahead of its resolver; where root fields have callers of their own, they ask [Plan.In].
func (p *Plan) Denied(at Coordinate) (fault.Code, bool) {
	v, ok := p.guarded[at]
	if !ok || v.pending {
		return "", false
	}
	return v.code, true
}

// Introspects reports whether the operation asks GraphQL about itself, so that it needs the view of its caller.
func (p *Plan) Introspects() bool { return p.introspects }

// AllRootsDenied reports whether no root field is left to execute. A root field counts even where @skip leaves it out.
func (p *Plan) AllRootsDenied() bool { return p.allDenied }

// Refusals gives the errors of an operation that is not executed, one for each refused root field.
func (p *Plan) Refusals() gqlerror.List {
	list := make(gqlerror.List, 0, len(p.refused))
	for _, r := range p.refused {
		err := r.refuse()
		err.Path = ast.Path{ast.PathName(r.name)}
		err.Locations = []gqlerror.Location{r.line}
		list = append(list, err)
	}
	return list
}

// Denials lists the refused fields in alphabetical order, those that wait for a policy left out.
func (p *Plan) Denials() []Denial {
	var all []Denial
	for at, v := range p.guarded {
		if !v.pending {
			all = append(all, Denial{at, v.code})
		}
	}
	slices.SortFunc(all, func(a, b Denial) int { return a.compare(b.Coordinate) })
	return all
}

func refusalFor(by iam.Actor) fault.Code {
	if signedIn(by) {
		return fault.Forbidden
	}
	return fault.Unauthenticated
}

// refuse makes a new error each time: gqlgen writes path and location into it. Who works for the shop is told what is
// lacking, as alternatives of scopes.
func (v verdict) refuse() *gqlerror.Error {
	message := "Sign in to use this field."
	if v.code == fault.Forbidden {
		message = "You are signed in, but may not use this field."
	}
	err := &gqlerror.Error{
		Err: fault.New(v.code, "%s", message), Message: message, Extensions: map[string]any{"code": string(v.code)},
	}
	if v.lacking != nil {
		err.Extensions["requiredScopes"] = v.lacking
	}
	return err
}
