package access

import (
	"slices"
	"strings"
	"weak"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"

	iam "github.com/rialtohq/rialto/commerce/access"
)

// Planner makes plans, and keeps the latest. It is safe for concurrent use.
//
// An operation is known by its pointer, so plans are found again only where parsed documents are kept. A kept plan does
// not keep its document alive.
type Planner struct {
	rules   *Rules
	reached *otter.Cache[part, reach]
	plans   *otter.Cache[planKey, *Plan]
}

// part is an operation, or some root fields of one.
type part struct {
	op weak.Pointer[ast.OperationDefinition]
	// names are the response names of those root fields, separated by spaces; all of them where it is empty.
	names string
}

// planKey is all that a plan depends on. Actors that it cannot tell apart share plans: that is what makes them few.
type planKey struct {
	part
	signedIn bool
	scopes   string
}

// NewPlanner makes a planner that keeps the plans of about the given number of operations, at least one: as many as
// there are documents kept.
func NewPlanner(rules *Rules, operations int) *Planner {
	operations = max(operations, 1)
	return &Planner{
		rules:   rules,
		reached: otter.Must(&otter.Options[part, reach]{MaximumSize: operations}),
		// One operation is made by nobody, by customers and by two or three roles of staff.
		plans: otter.Must(&otter.Options[planKey, *Plan]{MaximumSize: 4 * operations}),
	}
}

// Rules gives the rules that the planner goes by.
func (p *Planner) Rules() *Rules { return p.rules }

// Plan plans a validated operation for one actor.
func (p *Planner) Plan(op *ast.OperationDefinition, by iam.Actor) *Plan { return p.plan(op, "", by) }

// PlanRoots plans a validated operation whose root fields may have different actors, as where an argument names the
// viewer. Actor is asked once for each response name of a root field.
func (p *Planner) PlanRoots(op *ast.OperationDefinition, actor func(root string) iam.Actor) *Plan {
	type group struct {
		by    iam.Actor
		names []string
	}
	groups := map[planKey]*group{}
	asked := map[string]bool{}
	introspects := false
	for _, f := range p.rules.rootFields(op) {
		introspects = introspects || introspective(f.Name)
		if introspective(f.Name) || asked[f.Alias] {
			continue
		}
		asked[f.Alias] = true
		by := actor(f.Alias)
		key := keyOf(part{}, by)
		if groups[key] == nil {
			groups[key] = &group{by: by}
		}
		groups[key].names = append(groups[key].names, f.Alias)
	}
	parts := map[string]*Plan{}
	for _, g := range groups {
		if len(groups) == 1 {
			return p.plan(op, "", g.by)
		}
		plan := p.plan(op, strings.Join(g.names, " "), g.by)
		for _, name := range g.names {
			parts[name] = plan
		}
	}
	return joinPlans(p.rules.policies, parts, introspects)
}

func keyOf(of part, by iam.Actor) planKey {
	if !signedIn(by) {
		return planKey{part: of} // scopes say nothing about nobody
	}
	return planKey{part: of, signedIn: true, scopes: by.Scopes.Key()}
}

func (p *Planner) plan(op *ast.OperationDefinition, names string, by iam.Actor) *Plan {
	key := keyOf(part{weak.Make(op), names}, by)
	if plan, ok := p.plans.GetIfPresent(key); ok {
		return plan
	}
	plan := newPlan(p.rules.policies, p.reach(op, key.part), by)
	p.plans.Set(key, plan)
	return plan
}

func (p *Planner) reach(op *ast.OperationDefinition, of part) reach {
	if kept, ok := p.reached.GetIfPresent(of); ok {
		return kept
	}
	fields := p.rules.rootFields(op)
	if of.names != "" {
		wanted := map[string]bool{}
		for _, name := range strings.Fields(of.names) {
			wanted[name] = true
		}
		fields = slices.DeleteFunc(fields, func(f *ast.Field) bool { return !wanted[f.Alias] })
	}
	reached := p.rules.reachOf(op.Operation, fields)
	p.reached.Set(of, reached)
	return reached
}
